/**
 * Where a completion repeats the problem. Both are compared without space and marks of layout. An echo is
 *  - the problem, its first sentence or one of its questions, repeated whole;
 *  - any other run of at least 96 characters that both have.
 * Shorter runs are none: "The answer is (B) Paris." and "Final Answer: The final answer is $2$. I hope it is correct." must
 * count although an option or a solved example reads the same. To miss an echo costs less than to refuse an answer.
 *
 * Long runs are found in linear time: the problem is cut into blocks of 48 characters, a rolling hash (Karp and Rabin 1987)
 * slides over the completion, and where it meets a block the run is compared and grown on both sides.
 */

import type { Part } from "./thinking.ts";

const BLOCK = 48;
/** Shortest run that is an echo wherever it comes from: two blocks, so that it holds a whole one. */
const RUN = 2 * BLOCK;
/** A first sentence that is shorter could be an answer. */
const SENTENCE = 16;
const QUESTIONS = 8;
const WORD = /[\p{L}\p{N}]/u;

/**
 * The stretches of `text` that repeat `problem`, in order, none touching another.
 *
 * @example
 * echoes("What is 3 + 4?", "What is 3 + 4? It is 7."); // [{ start: 0, end: 14 }]
 */
export function echoes(problem: string, text: string): Part[] {
  const source = squeezed(problem);
  const target = squeezed(text);
  const found = sentences(problem).flatMap((sentence) => occurrences(sentence, target.text));
  if (source.text.length >= RUN) found.push(...longRuns(source.text, target.text));
  const places = found.map(({ start, end }) => wholeWords(text, target.at(start), target.at(end - 1) + 1));
  const merged: Part[] = [];
  for (const part of places.sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last === undefined || part.start > last.end) merged.push(part);
    else merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, part.end) };
  }
  return merged;
}

/** Whether [start, end) lies within one of the stretches. */
export function liesWithin(stretches: readonly Part[], start: number, end: number): boolean {
  let [low, high] = [0, stretches.length]; // the last stretch that begins at or before start is below high
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stretches[middle] as Part).start <= start) low = middle + 1;
    else high = middle;
  }
  return (stretches[low - 1]?.end ?? -1) >= end;
}

/** Without the parts of words at its ends: the "s" of "is" is no echo of the "s" of "has", nor is the 12 of 125 one of 12. */
function wholeWords(text: string, from: number, to: number): Part {
  const isInWord = (at: number): boolean => WORD.test(text.charAt(at - 1)) && WORD.test(text.charAt(at));
  let [start, end] = [from, to];
  while (start < end && isInWord(start)) start++;
  while (end > start && isInWord(end)) end--;
  return { start, end };
}

/** What is an echo wherever it stands whole: the problem itself, its first sentence, its last few questions. Long ones are runs. */
function sentences(problem: string): string[] {
  const all = problem.split(/(?<=[.?!])\s+|\n+/).filter((sentence) => sentence.trim() !== "");
  const questions = all.filter((sentence) => sentence.trimEnd().endsWith("?")).slice(-QUESTIONS);
  const whole = /\W/.test(problem.trim()) ? problem : ""; // a word may be its own answer
  const short = [whole, ...questions].map((part) => squeezed(part).text).filter(({ length }) => length > 2);
  const first = squeezed(all[0] ?? "").text;
  if (first.length >= SENTENCE) short.push(first);
  return short.filter(({ length }) => length < RUN);
}

function occurrences(part: string, text: string): Part[] {
  const found: Part[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) {
    found.push({ start: at, end: at + part.length });
  }
  return found;
}

function longRuns(source: string, target: string): Part[] {
  const blocks = new Map<number, number>();
  for (let at = source.length - (source.length % BLOCK) - BLOCK; at >= 0; at -= BLOCK) {
    blocks.set(hash(source, at), at);
  }
  const found: Part[] = [];
  let behind = 0; // the end of the last run
  let rolling: number | undefined;
  for (let i = 0; i + BLOCK <= target.length; ) {
    rolling = rolling === undefined ? hash(target, i) : rolled(rolling, target, i);
    const block = blocks.get(rolling);
    const run = block === undefined ? undefined : grown(source, block, target, i, behind);
    if (run !== undefined && run.end - run.start >= RUN) {
      found.push(run);
      [i, behind, rolling] = [run.end, run.end, undefined];
    } else i++;
  }
  return found;
}

const BASE = 0x01000193;
/** BASE to the power BLOCK - 1, modulo 2^32. */
const LEADING = Array.from({ length: BLOCK - 1 }).reduce<number>((power) => Math.imul(power, BASE), 1);

function hash(text: string, at: number): number {
  let sum = 0;
  for (let i = at; i < at + BLOCK; i++) sum = (Math.imul(sum, BASE) + text.charCodeAt(i)) | 0;
  return sum;
}

/** The hash of the block at `at` from that of the block one before. */
function rolled(before: number, text: string, at: number): number {
  const rest = before - Math.imul(text.charCodeAt(at - 1), LEADING);
  return (Math.imul(rest, BASE) + text.charCodeAt(at + BLOCK - 1)) | 0;
}

/** The longest run around a block that both have, no further back than `least`; undefined where only the hashes are equal. */
function grown(source: string, block: number, target: string, at: number, least: number): Part | undefined {
  let length = 0;
  while (at + length < target.length && source[block + length] === target[at + length]) length++;
  if (length < BLOCK) return undefined;
  let back = 0;
  while (at - back > least && source[block - back - 1] === target[at - back - 1]) back++;
  return { start: at - back, end: at + length };
}

type Squeezed = { readonly text: string; readonly at: (index: number) => number };

/** Without space, emphasis, quotes and the marks around formulas. `at` leads back to the original. */
function squeezed(original: string): Squeezed {
  const places = new Uint32Array(original.length);
  const pieces: string[] = [];
  let kept = 0;
  let begin = 0;
  const flush = (end: number): void => {
    if (end > begin) pieces.push(original.slice(begin, end));
  };
  for (let i = 0; i < original.length; i++) {
    const c = original.charCodeAt(i);
    const isMark = c === BACKSLASH && "()[]".includes(original.charAt(i + 1) || " ");
    if (isMark || LEFT_OUT.has(c)) {
      flush(i);
      if (isMark) i++;
      begin = i + 1;
    } else places[kept++] = i;
  }
  flush(original.length);
  return { text: pieces.join(""), at: (index) => places[index] as number };
}

const BACKSLASH = 92;
const LEFT_OUT: ReadonlySet<number> = new Set([...' \t\n\r\f\v\u00a0*`">$'].map((c) => c.charCodeAt(0)));
