/** The options that a completion names at last, read as choice.ts says. */

import { type AnswerKind, type Candidate, TAIL } from "../extraction/candidate.ts";
import { echoes } from "../extraction/echo.ts";
import { extractAnswers } from "../extraction/extract-answers.ts";
import { partsOf } from "../extraction/thinking.ts";
import { comparable, type Named, namedOptions, type Option } from "./named-options.ts";

const STATED: readonly AnswerKind[] = ["tool call", "json", "boxed", "hashes", "tag", "phrase"];
/** What may stand between two statements that are one: marks, the words of the statement itself, "and". */
const JOINT =
  /^(?:[\s,;.&$*_(){}[\]:"'#]|\\(?:boxed|fbox|text|textbf|mathrm|mathbf|quad)|\b(?:and|or|the|final|correct|answers?|is|are|options?|choices?)\b)*$/i;
const LONGEST_JOINT = 60;
/** Characters of a line of which the sentences are read one by one. */
const LONGEST_LINE = 2000;
/** Lines that are read for an option, from the end. */
const LINES = 400;
/** Behind a statement, on its line: it is taken back or widened. */
const SECOND_THOUGHT = /\b(?:no|wait|actually|or|maybe|perhaps|alternatively|possibly)\b/i;
/** A line that is an option: a letter or bullet, then its text. */
const LISTED = /^\s*[-*\u2022]?\s*(?:\(?[A-Za-z](?:[.):]+\s*|\s*$))?/;
const REASON = /\b(?:because|since)\b/i;
/** Between sentences; "B. Paris" is one. */
const SENTENCE_END = /(?<=[^\s(]{2}[.!?]\*{0,2})\s+/;

/** Null where nothing is said about the options. */
export function chosenOptions(completion: string, options: readonly Option[], prompt: string): Named | null {
  const text = withoutEcho(completion, options, prompt);
  const [said] = partsOf(text);
  if (said === undefined) return null;
  const after = text.slice(said.start, said.end);
  const found = stated(after, options) ?? lastLine(after, options);
  return found ?? (after === text ? null : (stated(text, options) ?? lastLine(text, options)));
}

/** An echo that is one option and nothing else may be the answer; whatever else repeats the problem is left out. */
function withoutEcho(completion: string, options: readonly Option[], prompt: string): string {
  let kept = "";
  let behind = 0;
  for (const { start, end } of echoes(prompt, completion)) {
    if (isListed(completion.slice(start, end), options)) continue;
    kept += `${completion.slice(behind, start)}\n\n`;
    behind = end;
  }
  return kept + completion.slice(behind);
}

function stated(text: string, options: readonly Option[]): Named | null {
  const candidates = extractAnswers(text, { order: STATED });
  for (const [i, candidate] of candidates.entries()) {
    const named = namedOptions(candidate.text, options);
    if (named === null) continue;
    let all = together(named, secondThought(text, candidate, named, options));
    let first = candidate;
    for (const earlier of candidates.slice(i + 1).filter(({ kind }) => kind === candidate.kind)) {
      const between = text.slice(earlier.end, first.start);
      if (earlier.end > first.start || between.length > LONGEST_JOINT || !JOINT.test(between)) break;
      const other = namedOptions(earlier.text, options);
      if (other === null) break;
      all = together(all, other);
      first = earlier;
    }
    return all;
  }
  return null;
}

/** What the rest of the line makes of a statement: "B. London" where B is another, "A. No, B". */
function secondThought(
  text: string,
  { start, end }: Candidate,
  named: Named,
  options: readonly Option[],
): Named | null {
  const newline = text.indexOf("\n", end);
  const rest = text.slice(end, Math.min(newline < 0 ? text.length : newline, end + 400));
  const other = namedOptions(`${text.slice(start, end)}${rest}`, options);
  if (other?.contradiction?.startsWith("gives") === true) return other;
  const later = SECOND_THOUGHT.test(rest) ? namedOptions(rest, options) : null;
  return later?.options.some((option) => !named.options.includes(option)) === true ? later : null;
}

function together(a: Named, b: Named | null): Named {
  if (b === null) return a;
  const contradiction = a.contradiction ?? b.contradiction;
  const options = [...new Set([...a.options, ...b.options])].sort((x, y) => x - y);
  return contradiction === undefined ? { options } : { options, contradiction };
}

/** The last line that says anything about the options, with the lines above it where they are a list of options. */
function lastLine(text: string, options: readonly Option[]): Named | null {
  const lines = text.slice(-TAIL).trimEnd().split("\n").slice(-LINES);
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i] as string;
    let named = lastSentence(line, options);
    if (named === null) continue;
    for (let above = i - 1; above >= 0 && isListed(lines[above + 1] as string, options); above--) {
      const other = isListed(lines[above] as string, options) ? namedOptions(lines[above] as string, options) : null;
      if (other === null) break;
      named = together(named, other);
    }
    return named;
  }
  return null;
}

/** Of several sentences the last one that says anything; of it what stands before a reason, which is about the others. */
function lastSentence(line: string, options: readonly Option[]): Named | null {
  if (line.trim() === "") return null;
  const whole = namedOptions(line, options);
  if (whole === null || whole.options.length === 1) return whole;
  for (const sentence of line.slice(-LONGEST_LINE).split(SENTENCE_END).reverse()) {
    const claim = sentence.split(REASON, 1)[0] as string;
    const named = namedOptions(claim, options) ?? namedOptions(sentence, options);
    if (named !== null) return named;
  }
  return whole;
}

/** Whether a text is nothing but an option, with its letter or without. */
function isListed(text: string, options: readonly Option[]): boolean {
  const plain = comparable(text.replace(LISTED, ""));
  return plain === "" ? text.trim() !== "" : options.some(({ words }) => words === plain);
}
