/** What a step of Countdown leaves: the same target from one number fewer, and how a chain on that is one on the whole. */

import type { Problem } from "../../core/problem.ts";
import { problemOf, puzzleOf } from "./puzzle.ts";
import { type ChainEvent, parseChain } from "./trace.ts";
import { COUNTDOWN_WORDS, countdownTokenizer } from "./vocabulary.ts";

const WORDS: ReadonlySet<string> = new Set(COUNTDOWN_WORDS);

/** Tokens of one attempt at a puzzle of so many numbers: a few tries. */
const TOKENS: Readonly<Record<number, number>> = { 2: 20, 3: 72, 4: 160 };

/**
 * The puzzle that a first operation leaves; null where the text is not one right operation, or leaves a single number.
 *
 * @example
 * const step = remainderOf({ id: "p", prompt: "3 7 2 = 20", data: { numbers: [3, 7, 2], target: 20 } }, "3 + 7 =10");
 * step?.problem.prompt; // "2 10 = 20"
 * step?.compose("10 + 2 =12 back:0 10 * 2 =20 solved"); // "3 + 7 =10 10 + 2 =12 back:1 10 * 2 =20 solved"
 */
export function remainderOf(problem: Problem, step: string) {
  const puzzle = puzzleOf(problem);
  if (puzzle === null) return null;
  const { path, events, left } = parseChain(puzzle, step);
  if (path.length !== 1 || events.length !== 1 || path[0]?.fault !== null || left.length < 2) return null;
  return {
    problem: problemOf({ numbers: left, target: puzzle.target }),
    maxTokens: TOKENS[left.length] ?? 160,
    compose: (chain: string): string | null => {
      const whole = `${step} ${chain.replaceAll(/back:(\d+)/g, (_, k: string) => `back:${Number(k) + 1}`)}`;
      return whole.split(" ").every((word) => WORDS.has(word)) ? whole : null; // `back:3` of four numbers is `back:4`, which is no word
    },
  };
}

/**
 * A failed attempt without its end, so that `back:0` and another can follow; null where it cannot be read, or an operation in it is
 * wrong: errors are not handed on.
 *
 * @example
 * const problem = { id: "p", prompt: "3 7 = 21", data: { numbers: [3, 7], target: 21 } };
 * reopened(problem, "3 + 7 =10 give-up"); // "3 + 7 =10"
 */
export function reopened(problem: Problem, attempt: string): string | null {
  const puzzle = puzzleOf(problem);
  if (puzzle === null) return null;
  const { events, end } = parseChain(puzzle, attempt);
  const faulty = events.some((event) => event.kind === "operation" && event.fault !== null);
  if (end === "malformed" || end === "solved" || faulty) return null;
  const text = events.flatMap(wordsOf).join(" ");
  return text === "" ? null : text;
}

function wordsOf(event: ChainEvent): string[] {
  if (event.kind === "operation") return [`${event.a} ${event.op} ${event.b} =${event.result}`];
  return event.kind === "back" ? [`back:${event.to}`] : [];
}

/** For search by restating. */
export const COUNTDOWN_RESTATING = {
  restate: remainderOf,
  reopen: reopened,
  again: " back:0 ",
  tokens: (chain: string): number => countdownTokenizer.encode(chain).length,
} as const;
