/** The attempts of a chain, each written out from the given numbers, and by how much it missed. */

import type { Problem } from "../../core/problem.ts";
import { puzzleOf } from "./puzzle.ts";
import { type OperationEvent, parseChain } from "./trace.ts";

export type Attempt = {
  /** Its operations, from the given numbers on. */
  readonly text: string;
  /** |what it made - target|: 0 for a hit. */
  readonly miss: number;
};

/** What is written between an attempt and the next, and after the last. */
export const BETWEEN_ATTEMPTS = { turn: "back:0", end: "solved" } as const;

/**
 * Every attempt that used up all numbers without a fault. One that began at a state of an earlier attempt is written out
 * from the given numbers, so that each stands alone. Attempts that were left or slipped are not among them.
 *
 * @example
 * import { problemOf } from "./puzzle.ts";
 * const problem = problemOf({ numbers: [8, 3], target: 24 });
 * attemptsOf(problem, "8 + 3 =11 back:0 8 * 3 =24 solved"); // [{ text: "8 + 3 =11", miss: 13 }, { text: "8 * 3 =24", miss: 0 }]
 */
export function attemptsOf(problem: Problem, chain: string): Attempt[] {
  const puzzle = puzzleOf(problem);
  if (puzzle === null) return [];
  const attempts: Attempt[] = [];
  const path: OperationEvent[] = [];
  for (const event of parseChain(puzzle, chain).events) {
    if (event.kind === "back") path.length = event.to;
    if (event.kind !== "operation") continue;
    path.push(event);
    if (path.length !== puzzle.numbers.length - 1 || path.some(({ fault }) => fault !== null)) continue;
    const text = path.map(({ a, op, b, result }) => `${a} ${op} ${b} =${result}`).join(" ");
    attempts.push({ text, miss: Math.abs(event.result - puzzle.target) });
  }
  return attempts;
}
