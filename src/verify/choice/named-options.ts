/**
 * Which of the options of a choice a statement names, by letter or by text. Texts are matched whole, the longest first, and what
 * one of them covers names nothing else: "New York City" is not also "New York", and "15" is not "5". A letter means the option
 * at its place even where another option's text is that letter. What is denied ("not B", "A is wrong") is not named, and where
 * something is said to be right ("A is correct"), nothing else is.
 */

import { canonicalAnswer } from "../canonical-answer.ts";
import { LONGEST_ANSWER, withoutTail } from "../extraction/candidate.ts";
import { letterMarks } from "../extraction/choice-letters.ts";

export type Named = {
  /** Places of the options, ascending. Empty where the statement says that none is right, or names one that is not there. */
  readonly options: readonly number[];
  /** Why the statement cannot be taken at its word: it names and denies one option, or gives one the letter of another. */
  readonly contradiction?: string;
};

/** An option as it is compared. */
export type Option = { readonly words: string; readonly canonical: string };

/**
 * The options of these texts, for `namedOptions`.
 *
 * @example
 * optionsOf(["\\text{New  York}", "\\frac12"]).map(({ words }) => words); // ["new york", "\\frac12"]
 */
export function optionsOf(texts: readonly string[]): Option[] {
  return texts.map((text) => ({ words: comparable(text), canonical: canonicalAnswer(text) }));
}

/** Longest text of an option, characters. */
export const LONGEST_OPTION = 2000;
/** Characters of a statement that are read, from its end. */
const LONGEST_STATEMENT = 4000;
const ALL = /\ball\s+(?:of\s+(?:the\s+above|them|these)|(?:the\s+)?(?:above|options|answers|choices))\b/i;
const NONE = /\bnone\s+of\s+(?:the\s+above|them|these|the\s+(?:options|answers|choices))\b/i;
/** The whole statement is a letter, small or not, with marks around it. */
const LONE_LETTER = /^(?:(?:option|choice)\b)?[^\p{L}\p{N}]*([A-Z])[^\p{L}\p{N}]*$/iu;
/** Letters without anything between them, "ACD". */
const LETTERS = /^\W*([A-Z]{2,26})\W*$/;
const DENIED_BEFORE =
  /(?:\bnot|n['\u2019]t|\brather\s+than|\binstead\s+of|\bnor|\bneither|\bexcept|thing\s+but)\s+(?:(?:be|option|choice|the)\s+)*[\s*("$]*$/i;
const DENIED_BEHIND =
  /^[\s)*".:]*(?:\s(?:is|are|was|can|could|would)\s*(?:not|n['\u2019]t)\b|\s(?:is|are)\s+(?:wrong|incorrect|false|ruled))/i;
const AFFIRMED_BEHIND = /^[\s)*".:]*\sis\s+(?:the\s+)?(?:correct|right|true|best|answer)\b/i;
const BETWEEN_LETTER_AND_TEXT = /^[\s.):*}$\]"'-]{1,8}/;

/** A mention of an option: its place among the options, and where it stands. */
type Mention = { readonly option: number; readonly start: number; readonly end: number; readonly letter: boolean };

/**
 * Null where the statement says nothing about the options.
 *
 * @param options empty where only letters are known
 * @example
 * const cities = optionsOf(["New York", "Rome", "New York City"]);
 * namedOptions("(A) and (B)", cities); // { options: [0, 1] }
 * namedOptions("New York City, not Rome", cities); // { options: [2] }
 * namedOptions("I do not know", cities); // null
 */
export function namedOptions(statement: string, options: readonly Option[]): Named | null {
  const text = plain(statement.slice(-LONGEST_STATEMENT));
  const count = options.length === 0 ? 26 : options.length;
  const alone = LONE_LETTER.exec(text)?.[1];
  const whole = wholeText(text, options);
  if (alone !== undefined) {
    const option = alone.toUpperCase().charCodeAt(0) - 65;
    return { options: option < count ? [option] : whole === undefined ? [] : [whole] };
  }
  if (whole !== undefined) return { options: [whole] };
  const joined = LETTERS.exec(text)?.[1];
  if (joined !== undefined && isAscending(joined)) {
    const named = [...joined].map((letter) => letter.charCodeAt(0) - 65);
    if (named.every((option) => option < count)) return { options: named };
  }
  return fromMentions(text, mentions(text, options, count), count);
}

function fromMentions(text: string, found: readonly Mention[], count: number): Named | null {
  const denied = found.filter((mention) => isDenied(text, mention));
  const named = found.filter((mention) => !denied.includes(mention));
  if (named.length === 0) {
    if (ALL.test(text)) return { options: Array.from({ length: count }, (_, option) => option) };
    return NONE.test(text) ? { options: [] } : null;
  }
  const affirmed = named.filter(({ end }) => AFFIRMED_BEHIND.test(text.slice(end, end + 40)));
  const meant = affirmed.length > 0 ? affirmed : named;
  const options = [...new Set(meant.map(({ option }) => option))].sort((a, b) => a - b);
  const both = options.find((option) => denied.some((mention) => mention.option === option));
  if (both !== undefined) return { options, contradiction: `names and denies ${letterOf(both)}` };
  for (const { option, letter, end } of named) {
    const other = letter ? behind(text, end, named) : undefined;
    if (other !== undefined && other !== option) {
      return { options, contradiction: `gives the text of ${letterOf(other)} the letter ${letterOf(option)}` };
    }
  }
  return { options };
}

/** The letter of an option, by its place. */
export function letterOf(option: number): string {
  return String.fromCharCode(65 + option);
}

/** How the texts of options are compared: composed, without marks of layout and emphasis, without regard to case and space. */
export function comparable(text: string): string {
  return withoutTail(folded(plain(text)).replace(/^["'\s]+/, ""), "\"'.");
}

function plain(text: string): string {
  return text
    .normalize("NFC")
    .replace(/\\(?:text|textbf|textit|textrm|mathrm|mathbf|mathsf|mbox)\s*\{([^{}]*)\}/g, "$1")
    .replace(/\*\*|__|`|\\[()[\]]|(?<!\\)\$(?!\d)/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** Small letters, one for each, so that places stay what they are. */
function folded(text: string): string {
  return text.replace(/\p{Lu}/gu, (capital) => {
    const small = capital.toLowerCase();
    return small.length === capital.length ? small : capital;
  });
}

/** The one option that the whole statement is, as it is written or, where that tells them apart, as a mathematical answer. */
function wholeText(text: string, options: readonly Option[]): number | undefined {
  if (options.length === 0 || text.length > LONGEST_OPTION) return undefined;
  const words = comparable(text);
  const same = options.findIndex((option) => option.words === words);
  if (same >= 0) return same;
  const canonical = text.length > LONGEST_ANSWER ? "" : canonicalAnswer(text);
  const equal = options.flatMap((option, i) => (option.canonical === canonical ? [i] : []));
  return canonical !== "" && equal.length === 1 ? equal[0] : undefined;
}

function isAscending(letters: string): boolean {
  return [...letters].every((letter, i) => i === 0 || letter > (letters[i - 1] as string));
}

function mentions(text: string, options: readonly Option[], count: number): Mention[] {
  const found: Mention[] = [];
  const isFree = (start: number, end: number): boolean =>
    found.every((mention) => end <= mention.start || mention.end <= start);
  const small = folded(text);
  const texts = options.map(({ words }, option) => ({ option, words }));
  for (const { option, words } of texts.sort((a, b) => b.words.length - a.words.length)) {
    if (/^\p{L}?$/u.test(words)) continue; // a letter alone is read as a letter
    for (let start = small.indexOf(words); start >= 0; start = small.indexOf(words, start + 1)) {
      const end = start + words.length;
      if (isWhole(small, start, end) && isFree(start, end)) found.push({ option, start, end, letter: false });
    }
  }
  for (const { index, start, end } of letterMarks(text)) {
    if (index < count && isFree(start, end)) found.push({ option: index, start, end, letter: true });
  }
  return found.sort((a, b) => a.start - b.start);
}

/** Not within a longer word or number: "5" is neither in "15" nor in "5.5" nor in "-5". */
function isWhole(text: string, start: number, end: number): boolean {
  const [before, after] = [text.slice(Math.max(0, start - 2), start), text.slice(end, end + 2)];
  if (/[\p{L}\p{N}]/u.test(text[start] as string) && /[\p{L}\p{N}_^\\]$/u.test(before)) return false;
  if (/[\p{L}\p{N}]/u.test(text[end - 1] as string) && /^[\p{L}\p{N}_^]/u.test(after)) return false;
  const [startsWithDigit, endsWithDigit] = [/\d/.test(text[start] as string), /\d/.test(text[end - 1] as string)];
  if (startsWithDigit && /(?:\d[.,/]|[.\u2212]|(?:^|[^\p{L}\p{N}])-)$/u.test(before)) return false;
  return !(endsWithDigit && /^(?:[.,/]\d|%)/.test(after));
}

function isDenied(text: string, { start, end }: Mention): boolean {
  return (
    DENIED_BEFORE.test(text.slice(Math.max(0, start - 40), start)) || DENIED_BEHIND.test(text.slice(end, end + 40))
  );
}

/** The option whose text stands directly behind a letter, as an item and not as the beginning of a sentence. */
function behind(text: string, end: number, named: readonly Mention[]): number | undefined {
  const gap = BETWEEN_LETTER_AND_TEXT.exec(text.slice(end, end + 8))?.[0].length;
  const item = named.find(({ start, letter }) => gap !== undefined && !letter && start === end + gap);
  return item !== undefined && /^["'*)\s]*(?:$|[.,;)])/.test(text.slice(item.end, item.end + 8))
    ? item.option
    : undefined;
}
