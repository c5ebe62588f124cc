/**
 * Puzzles of a split.
 *
 * Training draws with replacement: n by its weight, n numbers uniformly and independently, a target uniformly, again
 * until the puzzle is solvable and belongs to the split. A held-out split is finite and yields every puzzle once, in
 * an order drawn so that a prefix has the distribution that training draws from: a multiset weighs as much as it has
 * orders (Efraimidis and Spirakis 2006, weighted sampling without replacement by exponential keys), and the sizes are
 * interleaved by their weights, so that any prefix holds them in proportion.
 */

import { MullError } from "../../core/errors.ts";
import type { Rng } from "../../core/rng.ts";
import type { Puzzle } from "./puzzle.ts";
import { type State, stateOf } from "./rules.ts";
import { MAX_NUMBERS, type Solver } from "./solver.ts";
import { isHeldOutState, isHeldOutTarget, MAX_GIVEN, MAX_TARGET, MIN_TARGET, type Split } from "./splits.ts";

/** How many numbers a puzzle has, and the weight of each size. */
export type Sizes = Readonly<Record<number, number>>;

export const CD34: Sizes = { 3: 0.5, 4: 0.5 };

/**
 * Whether a puzzle is of the kind that models practise: three or four numbers from 1 to 20, a target from 10 to 99.
 *
 * @example
 * isPractised({ numbers: [3, 7, 8, 2], target: 24 }); // true
 * isPractised({ numbers: [3, 7, 25], target: 46 }); // false
 */
export function isPractised({ numbers, target }: Puzzle): boolean {
  const given = numbers.length in CD34 && numbers.every((number) => number <= MAX_GIVEN);
  return given && target >= MIN_TARGET && target <= MAX_TARGET;
}

/** Training puzzles, without end. */
export function* trainingPuzzles(rng: Rng, solver: Solver, sizes: Sizes = CD34): Generator<Puzzle, never> {
  const entries = checkedSizes(sizes);
  const weights = entries.map(([, weight]) => weight);
  while (true) {
    const [n] = entries[rng.weighted(weights)] as [number, number];
    yield drawTraining(rng, solver, n);
  }
}

function drawTraining(rng: Rng, solver: Solver, n: number): Puzzle {
  while (true) {
    const numbers = Array.from({ length: n }, () => 1 + rng.int(MAX_GIVEN));
    const target = MIN_TARGET + rng.int(MAX_TARGET - MIN_TARGET + 1);
    const state = stateOf(numbers);
    if (!isHeldOutTarget(target) && !isHeldOutState(state) && solver.canReach(state, target))
      return { numbers, target };
  }
}

/** Every puzzle of a held-out split once; the numbers of each are in an order drawn from `rng`. */
export function* heldOutPuzzles(
  split: Exclude<Split, "train">,
  rng: Rng,
  solver: Solver,
  sizes: Sizes = CD34,
): Generator<Puzzle> {
  const pools = checkedSizes(sizes).map(([n, weight]) => ({
    weight,
    puzzles: heldOutOfSize(split, n, rng.split("order", n), solver),
    next: 0,
  }));
  while (true) {
    // The size that is furthest behind its share goes next; an empty pool leaves its turns to the others.
    let best: (typeof pools)[number] | undefined;
    for (const pool of pools) {
      if (pool.next >= pool.puzzles.length) continue;
      if (best === undefined || (pool.next + 1) / pool.weight < (best.next + 1) / best.weight) best = pool;
    }
    if (best === undefined) return;
    const { numbers, target } = best.puzzles[best.next++] as Puzzle;
    yield { numbers: rng.shuffle(numbers), target };
  }
}

function heldOutOfSize(split: Exclude<Split, "train">, n: number, rng: Rng, solver: Solver): Puzzle[] {
  const keyed: { puzzle: Puzzle; key: number }[] = [];
  for (const state of multisets(n)) {
    if (!isHeldOutState(state)) continue;
    const weight = orders(state);
    for (const target of solver.targets(state)) {
      if (target < MIN_TARGET || isHeldOutTarget(target) !== (split === "unseen-targets")) continue;
      keyed.push({ puzzle: { numbers: state, target }, key: -Math.log(1 - rng.next()) / weight });
    }
  }
  return keyed.sort((x, y) => x.key - y.key).map(({ puzzle }) => puzzle);
}

/** Every ascending list of n numbers from `least` to MAX_GIVEN. */
export function* multisets(n: number, least = 1): Generator<State> {
  if (n === 0) {
    yield [];
    return;
  }
  for (let first = least; first <= MAX_GIVEN; first++) {
    for (const rest of multisets(n - 1, first)) yield [first, ...rest];
  }
}

/** In how many orders an ascending list can be written: n! over the factorials of its repetitions. */
function orders(state: State): number {
  let count = 1;
  let run = 0;
  for (let i = 0; i < state.length; i++) {
    run = i > 0 && state[i] === state[i - 1] ? run + 1 : 1;
    count = (count * (i + 1)) / run;
  }
  return count;
}

function checkedSizes(sizes: Sizes): [n: number, weight: number][] {
  const entries = Object.entries(sizes).map(([n, weight]): [number, number] => [Number(n), weight]);
  const fits = entries.every(([n, weight]) => n >= 3 && n <= MAX_NUMBERS && Number.isFinite(weight) && weight >= 0);
  const kept = entries.filter(([, weight]) => weight > 0);
  if (!fits || kept.length === 0) {
    throw new MullError(
      "input",
      `countdown: sizes are ${JSON.stringify(sizes)}, expected weights for 3 to ${MAX_NUMBERS}, not all zero`,
    );
  }
  return kept;
}
