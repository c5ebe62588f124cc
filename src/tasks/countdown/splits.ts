/**
 * Which problems training may see. The split of a problem is a pure function of its multiset of numbers and its target,
 * so the splits are disjoint by construction, whatever the seed:
 *
 *   train           multiset not held out, target not held out
 *   heldout         multiset held out,     target not held out
 *   unseen-targets  multiset held out,     target held out
 *
 * One multiset in ten is held out, by its hash; ten of the ninety targets are, those of the smallest hashes. Problems
 * of a seen multiset and a held-out target belong to no split.
 */

import { deriveSeed } from "../../core/rng.ts";
import { type State, stateOf } from "./rules.ts";

export const SPLITS = ["train", "heldout", "unseen-targets"] as const;
export type Split = (typeof SPLITS)[number];

/** Given numbers are 1 .. 20, targets 10 .. 99. */
export const MAX_GIVEN = 20;
export const MIN_TARGET = 10;
export const MAX_TARGET = 99;

/** Any change of these makes other splits, and so other models: they are part of the task's definition. */
const MULTISET_SEED = 34;
const TARGET_SEED = 43;
const HELD_OUT_TARGETS = 10;

const heldOutTargets: ReadonlySet<number> = new Set(
  Array.from({ length: MAX_TARGET - MIN_TARGET + 1 }, (_, i) => MIN_TARGET + i)
    .sort((x, y) => deriveSeed(TARGET_SEED, x) - deriveSeed(TARGET_SEED, y))
    .slice(0, HELD_OUT_TARGETS),
);

/** Whether training never sees a puzzle over these numbers, in any order. */
export function isHeldOutMultiset(numbers: readonly number[]): boolean {
  return isHeldOutState(stateOf(numbers));
}

/** As `isHeldOutMultiset`, for numbers that are already ascending. */
export function isHeldOutState(state: State): boolean {
  return deriveSeed(MULTISET_SEED, ...state) % 10 === 0;
}

/** Whether training never sees a puzzle with this target. */
export function isHeldOutTarget(target: number): boolean {
  return heldOutTargets.has(target);
}

/** The split of a puzzle, or null where it belongs to none. */
export function splitOf(numbers: readonly number[], target: number): Split | null {
  const held = isHeldOutMultiset(numbers);
  const unseen = isHeldOutTarget(target);
  if (!held) return unseen ? null : "train";
  return unseen ? "unseen-targets" : "heldout";
}
