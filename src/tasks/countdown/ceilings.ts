/**
 * What blind persistence can reach: the share of puzzles that a searcher without any insight solves within a budget of
 * tokens, by simulation. A trained model above these lines chooses better operations; below them it only goes on.
 *
 * Policies, all with exact arithmetic and never giving up:
 *   attempts      every attempt starts at the given numbers and takes legal operations at random, forgetting
 *   new-attempts  the same, and no attempt is made twice
 *   depth-first   goes back to the deepest state with an operation that is not tried, in random order
 * With `eye`, two numbers are seen through: an operation that hits is taken, and if none does the searcher goes back.
 */

import type { Rng } from "../../core/rng.ts";
import type { Puzzle } from "./puzzle.ts";
import { trainingPuzzles } from "./puzzles.ts";
import { applyOperation, legalOperations, operationsOf, type State, stateOf } from "./rules.ts";
import { Solver } from "./solver.ts";
import { think } from "./thinker.ts";

export const CEILING_POLICIES = ["attempts", "new-attempts", "depth-first"] as const;
export type CeilingPolicy = (typeof CEILING_POLICIES)[number];

/** Tokens of a chain, the prompt not counted: an operation is 4, a `back:k` 1, `solved` 1. */
export const CEILING_BUDGETS = [32, 64, 128, 256, 512, 1024] as const;

export type Ceiling = {
  readonly n: number;
  readonly policy: CeilingPolicy;
  readonly eye: boolean;
  readonly puzzles: number;
  /** Share solved within each of CEILING_BUDGETS. */
  readonly success: readonly number[];
};

/**
 * @example
 * ceiling({ n: 3, policy: "depth-first", eye: true, puzzles: 1000 }, new Rng(1)).success; // rising, at most 1
 */
export function ceiling(
  options: { readonly n: 3 | 4; readonly policy: CeilingPolicy; readonly eye: boolean; readonly puzzles: number },
  rng: Rng,
): Ceiling {
  const { n, policy, eye } = options;
  const solved = CEILING_BUDGETS.map(() => 0);
  const longest = CEILING_BUDGETS.at(-1) as number;
  const searches = rng.split("searches");
  for (const puzzle of trainingPuzzles(rng.split("puzzles"), new Solver(), { [n]: 1 }).take(options.puzzles)) {
    const tokens =
      policy === "depth-first"
        ? depthFirstTokens(puzzle, eye, searches, longest)
        : attemptTokens(puzzle, eye, policy === "new-attempts", searches, longest);
    for (const [i, budget] of CEILING_BUDGETS.entries()) if (tokens <= budget) solved[i] = (solved[i] as number) + 1;
  }
  return { n, policy, eye, puzzles: options.puzzles, success: solved.map((count) => count / options.puzzles) };
}

/** Tokens until `solved` is written; Infinity beyond `longest`. */
function depthFirstTokens({ numbers, target }: Puzzle, eye: boolean, rng: Rng, longest: number): number {
  let tokens = 0;
  const search = (state: State): boolean => {
    let operations = legalOperations(state);
    if (eye && state.length === 2) operations = operations.filter(({ result }) => result === target).slice(0, 1);
    for (const operation of rng.shuffle(operations)) {
      if (tokens > longest) return false;
      tokens += 4;
      const next = applyOperation(state, operation);
      if (next.length === 1 ? next[0] === target : search(next)) return true;
      if (next.length === 1 || isBlind(next, eye, target)) tokens += 1; // one back, to wherever something is open
    }
    return false;
  };
  return search(stateOf(numbers)) && ++tokens <= longest ? tokens : Number.POSITIVE_INFINITY;
}

/** Two numbers that are seen not to hit: a dead end at once. */
function isBlind(state: State, eye: boolean, target: number): boolean {
  const [x, y] = state;
  return eye && state.length === 2 && !operationsOf(x as number, y as number).some(({ result }) => result === target);
}

/** As the corpus's thinker with endless patience and no slips. */
function attemptTokens(puzzle: Puzzle, eye: boolean, remembers: boolean, rng: Rng, longest: number): number {
  const tokens: number[] = [];
  const outcome = think(
    puzzle,
    rng,
    {
      eye: Number(eye),
      foresight: Number(eye),
      slip: 0,
      memory: Number(remembers),
      restart: 1,
      patience: [{ weight: 1, giveUp: 0 }],
      swapped: 0,
      maxTokens: longest + 4 * puzzle.numbers.length, // room to overrun the budget, so that it is not cut short of it
    },
    tokens,
  );
  return outcome === "solved" ? tokens.length : Number.POSITIVE_INFINITY;
}
