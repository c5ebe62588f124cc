/**
 * What an extraction finds: a candidate for the answer, with the place where it stands. A finder of one kind reads a text
 * and gives its statements, the last one first; it does work that is linear in the text, whatever the text is.
 */

/** How an answer is stated; docs/extraction.md has an example of each. */
export type AnswerKind =
  | "tool call"
  | "json"
  | "boxed"
  | "hashes"
  | "tag"
  | "phrase"
  | "expression"
  | "number"
  | "choice";

export type Candidate = {
  /** As it is written, without the words and marks around it; of JSON the decoded value. Never empty. */
  readonly text: string;
  readonly kind: AnswerKind;
  /** Where it stands: `completion.slice(start, end)` is `text`, or the JSON literal of it. UTF-16 units. */
  readonly start: number;
  readonly end: number;
};

/** A candidate as a finder gives it. */
export type Statement = {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Where the words or marks begin that make it an answer, such as `\boxed{`; `start` where there are none. */
  readonly from: number;
};

export type FinderOptions = {
  /** The field of JSON and of tool calls that holds the answer. */
  readonly field: string;
};

export type Finder = (text: string, options: FinderOptions) => Iterable<Statement>;

/** Longest answer that is taken for one, characters: what is longer is a derivation, not its result. */
export const LONGEST_ANSWER = 400;

/** What tells nothing without a mark around it, numbers and letters, is looked for in so many last characters. */
export const TAIL = 20_000;

/** So many places, from the end, are read for a kind whose reading of one place is bounded but not short. */
export const PLACES = 256;

/** Marks that stand around an answer and are no part of it. */
const WRAPPERS = [
  ["**", "**"],
  ["__", "__"],
  ["$$", "$$"],
  ["\\(", "\\)"],
  ["\\[", "\\]"],
  ["*", "*"],
  ["_", "_"],
  ["`", "`"],
  ["$", "$"],
  ['"', '"'],
  ["\u201c", "\u201d"],
] as const;

/** The token with which a template ends a turn, where it was left in the text. */
const END_OF_TURN = /(?:<\|[^<>|\s]{1,40}\|>|<\/s>|<eos>)\s*$/;

/** The statement of what stands in [start, end) without space and marks around it; undefined where nothing is left or too much. */
export function stated(text: string, from: number, start: number, end: number): Statement | undefined {
  if (end - start > 2 * LONGEST_ANSWER) return undefined;
  const [first, last] = unwrapped(text, start, end);
  if (first >= last || last - first > LONGEST_ANSWER) return undefined;
  return { text: text.slice(first, last), from, start: first, end: last };
}

function unwrapped(text: string, from: number, to: number): readonly [start: number, end: number] {
  const whole = text.slice(from, to);
  const raw = whole.endsWith(">") ? whole.replace(END_OF_TURN, "") : whole;
  const start = from + (raw.length - raw.trimStart().length);
  const end = Math.max(start, from + raw.trimEnd().length);
  for (const [open, close] of WRAPPERS) {
    const [first, last] = [start + open.length, end - close.length];
    if (first > last || !text.startsWith(open, start) || !text.startsWith(close, last)) continue;
    const inner = text.slice(first, last);
    if (!inner.includes(open) && !inner.includes(close)) return unwrapped(text, first, last);
  }
  return [start, end];
}

/** The text without space and these marks at its end. A pattern would try every run of them, and take quadratic time. */
export function withoutTail(text: string, marks: string): string {
  let end = text.length;
  while (end > 0 && (marks.includes(text.charAt(end - 1)) || text.charAt(end - 1).trim() === "")) end--;
  return text.slice(0, end);
}
