/**
 * Where a chain states a mathematical answer. A short text that is mathematics as a whole is its own answer; several boxes one
 * after another, with nothing but "and" between them, are one list; else it is what the extraction finds.
 */

import { type ExtractionOptions, extractAnswers, FORMULA_ORDER } from "../extraction/extract-answers.ts";
import type { MathAnswer } from "./answer.ts";
import { Unreadable } from "./expression.ts";
import { tokensOf } from "./latex-tokens.ts";
import { readAnswer } from "./read-answer.ts";

/** Longest text that is taken for an answer as a whole, characters. */
const WHOLE = 200;
/** Between two boxes of one answer: separators, conjunctions, a word, a name that is given a value, layout. */
const BETWEEN_BOXES =
  /^[\s$]*(?:[a-z]+\s+(?=and))?(?:\s|\$|\\[()[\],;! ]|\\q?quad|,|;|and|or|\\text\s*\{(?:[^{}]{0,40}\band|\s*(?:,|and|or|\s)*)\s*\}|[a-zA-Z](?:_\{?\w+\}?)?\s*=)*$/;
/** Candidates that are looked at. */
const MOST = 6;
/** The last formula of a text; characters that are looked at. */
const FORMULA = /(?<!\\)\$((?:[^$\\]|\\[\s\S])+)\$/g;
const TAIL = 4000;

/**
 * Answers that the text may state, the best first; none where it states none.
 *
 * @example
 * statedAnswers("so \\boxed{1} and \\boxed{2}")[0]; // "1, 2"
 * statedAnswers("10/9")[0]; // "10/9"
 */
export function statedAnswers(completion: string, problem?: string): string[] {
  const whole = completion.length <= WHOLE ? wholeAnswer(completion) : null;
  if (whole !== null) return [whole];
  const options: ExtractionOptions = { order: FORMULA_ORDER, ...(problem === undefined ? {} : { problem }) };
  const found = extractAnswers(completion, options).filter(({ start }) => !isDenied(completion, start));
  const [best] = found;
  if (best === undefined) return [];
  if (best.kind === "expression" || best.kind === "number") {
    const formula = lastFormula(completion);
    return [...(formula === null ? [] : [formula]), ...found.slice(0, MOST).map(({ text }) => text)];
  }
  if (best.kind !== "boxed") return found.slice(0, MOST).map(({ text }) => text);
  const said = found.find(({ kind }) => kind === "phrase");
  if (said !== undefined && said.start > best.end) return [said.text];
  const run = [best];
  for (const box of found.slice(1)) {
    const next = run[0] as typeof best;
    if (box.kind !== "boxed" || box.end > next.start) break;
    const between = completion.slice(box.end, next.start);
    const [, inside] = /^\s*\}([\s\S]*)\\(?:boxed|fbox)\s*\{\s*$/.exec(between) ?? [];
    if (inside === undefined || !BETWEEN_BOXES.test(inside)) break;
    run.unshift(box);
  }
  // "5 or 6" says neither.
  const [, alternative] =
    /^\}?[\s$.)\]*\\]*or\s+([^\n.]{1,80})/i.exec(completion.slice(best.end, best.end + WHOLE)) ?? [];
  const texts = [...new Set(run.map(({ text }) => text)), ...(alternative === undefined ? [] : [alternative])];
  return [texts.join(", ")];
}

/** The last number of a sentence; null where it has none. */
export function numberIn(sentence: string): string | null {
  if (!/[A-Za-z]{2,}\s+\S/.test(sentence)) return null;
  return extractAnswers(sentence, { order: ["number"] }).find(({ start }) => !isDenied(sentence, start))?.text ?? null;
}

/** Whether what stands at a place is said not to be the answer. */
function isDenied(completion: string, start: number): boolean {
  const before = completion
    .slice(Math.max(0, start - 40), start)
    .replace(/(?:\\(?:boxed|fbox|text)\s*\{|[\s$({[*]|\\[([])*$/, "");
  return /(?:\b(?:not|never)|n't)$/i.test(before);
}

/** What stands between the last dollar signs, where no number follows. */
function lastFormula(completion: string): string | null {
  const tail = completion.slice(-TAIL);
  const last = [...tail.matchAll(FORMULA)].at(-1);
  if (last === undefined || /\d/.test(tail.slice(last.index + last[0].length))) return null;
  return (last[1] as string).replaceAll("\\$", " ").trim() || null;
}

/** The text, where all of it is read as mathematics. */
function wholeAnswer(completion: string): string | null {
  const text = completion.trim().replace(/^\$+([^$]*)\$+$|^\\[([]([\s\S]*)\\[)\]]$/, "$1$2");
  if (/\\boxed|\\fbox|\n/.test(text)) return null;
  try {
    const tokens = tokensOf(text);
    return tokens[0]?.kind === "word" || hasWords(readAnswer(tokens)) ? null : text;
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}

function hasWords(answer: MathAnswer): boolean {
  switch (answer.kind) {
    case "text":
      return true;
    case "value":
      return false;
    case "relation":
      return answer.sides.some(hasWords);
    case "matrix":
      return answer.rows.flat().some(hasWords);
    default:
      return answer.members.some(hasWords);
  }
}
