/** The attempt that a chain is in, alone: what was tried before it is left out, as whether it can come out right does not hang on that. */

import type { Problem } from "../../core/problem.ts";
import { puzzleOf } from "./puzzle.ts";
import { parseChain } from "./trace.ts";

/**
 * The operations that the present attempt is made of, faults and all, as if it were the first. A chain that cannot be read, or does
 * not end with an operation, is left as it is.
 *
 * @example
 * import { problemOf } from "./puzzle.ts";
 * const problem = problemOf({ numbers: [8, 3, 2], target: 22 });
 * liveAttempt(problem, "8 + 3 =11 11 + 2 =13 back:1 11 * 2 =22"); // "8 + 3 =11 11 * 2 =22"
 */
export function liveAttempt(problem: Problem, chain: string): string {
  const puzzle = puzzleOf(problem);
  if (puzzle === null) return chain;
  const { events, path } = parseChain(puzzle, chain);
  if (events.at(-1)?.kind !== "operation") return chain;
  return path.map(({ a, op, b, result }) => `${a} ${op} ${b} =${result}`).join(" ");
}

/**
 * A chain up to its last operation; "" where it has none.
 *
 * @example
 * toLastOperation("8 + 3 =11 11 * 2 =22 solved"); // "8 + 3 =11 11 * 2 =22"
 */
export function toLastOperation(chain: string): string {
  return /^[\s\S]*=\s*\d+(?!\d)/.exec(chain)?.[0] ?? "";
}
