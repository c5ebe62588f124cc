/** Solutions as chains without any search: what the solver finds, and what is left of a chain when its dead ends are taken out. */

import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import { puzzleOf } from "./puzzle.ts";
import type { Solver } from "./solver.ts";
import { parseChain } from "./trace.ts";

/**
 * A shortest chain that solves a puzzle, one of all drawn move by move; null where there is none. All solutions have one operation fewer than
 * there are numbers, so what makes a chain shortest is that it holds nothing else.
 *
 * @example
 * import { problemOf } from "./puzzle.ts";
 * import { Solver } from "./solver.ts";
 * import { Rng } from "../../core/rng.ts";
 * shortestChain(problemOf({ numbers: [8, 3], target: 24 }), new Solver(), new Rng(1)); // "8 * 3 =24 solved"
 */
export function shortestChain(problem: Problem, solver: Solver, rng: Rng): string | null {
  const puzzle = puzzleOf(problem);
  const path = puzzle === null ? null : solver.solve(puzzle.numbers, puzzle.target, rng);
  return path === null ? null : written(path);
}

/**
 * The answer of a chain that says `solved`, with nothing of the search that led to it; null for a chain that claims none.
 *
 * @example
 * import { problemOf } from "./puzzle.ts";
 * const problem = problemOf({ numbers: [8, 3], target: 24 });
 * directAnswer(problem, "8 + 3 =11 back:0 8 * 3 =24 solved"); // "8 * 3 =24 solved"
 */
export function directAnswer(problem: Problem, chain: string): string | null {
  const puzzle = puzzleOf(problem);
  if (puzzle === null) return null;
  const { end, path } = parseChain(puzzle, chain);
  return end === "solved" ? written(path) : null;
}

/**
 * A chain up to where it first goes back or gives up: the whole chain where it does neither.
 *
 * @example
 * import { problemOf } from "./puzzle.ts";
 * const problem = problemOf({ numbers: [8, 3], target: 24 });
 * firstAttempt(problem, "8 + 3 =11 back:0 8 * 3 =24 solved"); // "8 + 3 =11"
 */
export function firstAttempt(_: Problem, chain: string): string {
  return chain.split(/\s*(?:back:\d+|give-up)/, 1)[0] ?? "";
}

/**
 * An attempt that was left, as a chain that ends there with its claim: what it would have been worth.
 *
 * @example
 * asEnded("8 * 3 =24"); // "8 * 3 =24 solved"
 */
export function asEnded(attempt: string): string {
  return attempt === "" ? "solved" : `${attempt} solved`;
}

function written(
  path: readonly { readonly a: number; readonly op: string; readonly b: number; readonly result: number }[],
): string {
  return asEnded(path.map(({ a, op, b, result }) => `${a} ${op} ${b} =${result}`).join(" "));
}
