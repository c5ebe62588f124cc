/**
 * The truth about every step of a chain: whether the present attempt can still come out right, by the solver. It is what a
 * process reward model is held against. An attempt with a faulty operation cannot: the verifier refuses it whatever follows.
 */

import type { Problem } from "../../core/problem.ts";
import { type Puzzle, puzzleOf } from "./puzzle.ts";
import type { Solver } from "./solver.ts";
import { parseChain } from "./trace.ts";

export type StateTruth = {
  /** Whether all live numbers make the target, and no operation on the live path is at fault. */
  readonly solvable: boolean;
  /** Live numbers: 1 where the attempt is complete. */
  readonly left: number;
};

/** Words at which an attempt ends and another begins: what confines a roll-out to its attempt. */
export const RETURNS = ["back:0", "back:1", "back:2", "back:3"] as const;

/**
 * A chain as its steps, whose texts together are the chain: every operation, with the return before it where there is one, and
 * what follows the last of them.
 *
 * @example
 * stepsOf("7 - 3 =4 back:0 8 + 2 =10 give-up"); // ["7 - 3 =4", " back:0 8 + 2 =10", " give-up"]
 */
export function stepsOf(chain: string): string[] {
  return chain.match(/[^=]*=\s*\d+(?!\d)|[\s\S]+$/g) ?? [];
}

/**
 * Whether a step goes back, so that another attempt begins with it.
 *
 * @example
 * beginsAttempt(" back:1 8 + 2 =10"); // true
 */
export function beginsAttempt(step: string): boolean {
  return step.trimStart().startsWith("back:");
}

/**
 * The truth after each step; null after one that does not end with an operation, or that cannot be read.
 *
 * @example
 * import { problemOf } from "./puzzle.ts";
 * import { Solver } from "./solver.ts";
 * const problem = problemOf({ numbers: [8, 3, 2], target: 22 });
 * const steps = stepsOf("8 * 3 =24 24 - 2 =22 solved");
 * solvabilityOf(problem, steps, new Solver()); // [{ solvable: true, left: 2 }, { solvable: true, left: 1 }, null]
 */
export function solvabilityOf(problem: Problem, steps: readonly string[], solver: Solver): (StateTruth | null)[] {
  const puzzle = puzzleOf(problem);
  let text = "";
  return steps.map((step) => {
    text += step;
    return puzzle === null ? null : truthOf(puzzle, text, solver);
  });
}

function truthOf(puzzle: Puzzle, text: string, solver: Solver): StateTruth | null {
  const { events, path, left } = parseChain(puzzle, text);
  if (events.at(-1)?.kind !== "operation") return null;
  const sound = path.every(({ fault }) => fault === null);
  return { solvable: sound && solver.canReach(left, puzzle.target), left: left.length };
}
