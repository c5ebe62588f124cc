/**
 * "The answer is 7", "Final answer: 7", "**Answer:** 7", "the answer to the question would be 7", and a heading "Final Answer"
 * with the answer on the next line. A formula stands by itself; words end with their sentence or where a reason begins.
 */

import { LONGEST_ANSWER, PLACES, type Statement, stated, withoutTail } from "./candidate.ts";

const ANSWER = /\banswers?\b/gi;
/** What makes the word a statement. It may first say what it is the answer to; what it must be is often only its form. */
const CONNECTIVE =
  /["'*_`)\u201d]{0,4}(?:\s{1,3}(?:to|of|for|in|here)\b[^.:=\n]{0,100}?)?(?:\s{0,8}["'*_]{0,3}[:=]|\s{1,8}(?:is|are|was|equals|becomes)\b|\s{1,8}(?:would|will|should|must)\s{1,3}be\b(?=[\s:*_"'`]{1,8}(?:[-+\u2212\d$\\({[]|[A-Z]\b)))/iy;
const LINE_END = /[*_"'\s]{0,8}\n/y;
/** What may stand before the word where it is a heading. */
const HEADING = /^[\s#>*_\d.)-]*(?:(?:my|the|final|correct|short)\s+)*$/i;
const HEADING_CHARS = 40;
/** Between the statement and the answer: marks, an opened block of code, a word that changes nothing. */
const BETWEEN =
  /[\s:=>]{0,40}(?:```\w{0,20}\n)?(?:(?:therefore|thus|then|simply|just|now|exactly|approximately|about)\b,?\s{0,8})?/iy;
/** It is said of the answer, and is not the answer. */
const NO_ANSWER =
  /^[*_"']*(?:not|unknown|unclear|clear|obvious|correct|incorrect|right|wrong|indeed|that|what|whether|given|found|in|as follows|below)\b/i;
const REASON = /(?:,?\s(?:because|since)|,\s(?:as|so|which|where|but|hence))\s/i;
const FORMULAS = [
  ["$$", "$$"],
  ["\\[", "\\]"],
  ["\\(", "\\)"],
  ["$", "$"],
] as const;
/** After a formula: another one follows, so that the statement is a list. */
const LIST = /^\s*(?:,|and|or|,\s*and)\s*(?:\$|\\\()/;

/**
 * @example
 * Array.from(phrased("**Final Answer:** $x = 3$. I hope it is correct."), ({ text }) => text); // ["x = 3"]
 */
export function* phrased(text: string): Generator<Statement> {
  let places = PLACES;
  for (const { index, 0: word } of [...text.matchAll(ANSWER)].reverse()) {
    const behind = connected(text, index, index + word.length);
    if (behind === undefined) continue;
    const found = value(text, index, behind);
    if (found !== undefined) yield found;
    if (--places === 0) return;
  }
}

/** Where what is said of the answer begins; undefined where the word states nothing. */
function connected(text: string, at: number, behind: number): number | undefined {
  const joined = endOf(CONNECTIVE, text, behind);
  if (joined !== undefined) return joined;
  const before = text.slice(Math.max(0, at - HEADING_CHARS), at);
  const newline = before.lastIndexOf("\n");
  const isLine = newline >= 0 || before.length === at;
  return isLine && HEADING.test(before.slice(newline + 1)) ? endOf(LINE_END, text, behind) : undefined;
}

function value(text: string, from: number, behind: number): Statement | undefined {
  const start = endOf(BETWEEN, text, behindMarks(text, behind)) ?? behind;
  const rest = text.slice(start, start + 2 * LONGEST_ANSWER);
  if (NO_ANSWER.test(rest)) return undefined;
  const length = formula(rest) ?? sentence(rest);
  return stated(text, from, start, start + length);
}

/** "**Answer:** 7": the marks that close the word's emphasis, and those alone, go with it. */
function behindMarks(text: string, behind: number): number {
  return endOf(/\s?(?:\*{1,2}|_{1,2})(?=\s)/y, text, behind) ?? behind;
}

/** The length of the formula that the text begins with. */
function formula(rest: string): number | undefined {
  const marks = FORMULAS.find(([mark]) => rest.startsWith(mark));
  if (marks === undefined) return undefined;
  const [open, close] = marks;
  const at = rest.indexOf(close, open.length);
  const length = at + close.length;
  return at < 0 || LIST.test(rest.slice(length, length + 20)) ? undefined : length;
}

/** Up to the end of the emphasis, the sentence, the line, or where a reason begins. */
function sentence(rest: string): number {
  const bold = /^\*\*[^*\n]+\*\*/.exec(rest)?.[0];
  if (bold !== undefined) return bold.length;
  const line = rest.split(/\.(?:\s|$)|\n|\u3002/, 1)[0] as string;
  const answer = line.slice(0, REASON.exec(line)?.index);
  return withoutTail(answer, ".,;:*").length;
}

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
