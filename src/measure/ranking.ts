/**
 * How well scores tell right from wrong: the area under the ROC curve, which is the chance that a right case scores above a wrong
 * one, a tie counting half (Mann & Whitney 1947; Hanley & McNeil 1982).
 *
 *   AUROC = (sum of the ranks of the right - R (R + 1) / 2) / (R W),   ties take the mean of their ranks
 *
 * Cases of one problem are not independent, so its interval comes from problems drawn anew, each with all its cases.
 */

import { MullError } from "../core/errors.ts";
import type { Rng } from "../core/rng.ts";
import { type BootstrapOptions, type Interval, quantile, replicates } from "./bootstrap.ts";

export type RankedCase = {
  readonly score: number;
  readonly right: boolean;
  /** The id of its problem. */
  readonly problem: string;
};

export type Ranking = {
  readonly auroc: number;
  readonly ci: Interval;
  readonly cases: number;
  /** Share of right cases. */
  readonly right: number;
  readonly problems: number;
};

/**
 * The area under the ROC curve; null where all cases are alike.
 *
 * @param weights how often each case counts; default once
 * @throws MullError `input` for a score that is not finite
 * @example
 * auroc([{ score: 0.9, right: true }, { score: 0.5, right: true }, { score: 0.5, right: false }]); // 0.75
 */
export function auroc(
  cases: readonly Pick<RankedCase, "score" | "right">[],
  weights: ArrayLike<number> | null = null,
): number | null {
  return areaOf(cases, orderOf(cases), weights);
}

/**
 * AUROC with its percentile bootstrap interval over problems; null where all cases are alike. A resample whose cases are all
 * alike says nothing and is left out.
 *
 * @example
 * const cases = ["a", "b", "c"].flatMap((problem) => [
 *   { problem, score: 0.8, right: true },
 *   { problem, score: 0.1, right: false },
 * ]);
 * rankingOf(cases, { rng: new Rng(1), resamples: 100 })?.ci; // [1, 1]
 */
export function rankingOf(
  cases: readonly RankedCase[],
  options: Pick<BootstrapOptions, "resamples" | "level"> & { readonly rng: Rng },
): Ranking | null {
  const order = orderOf(cases);
  const all = areaOf(cases, order, null);
  if (all === null) return null;
  const numbers = new Map<string, number>();
  const problemOf = Int32Array.from(cases, ({ problem }) => {
    const known = numbers.get(problem) ?? numbers.size;
    numbers.set(problem, known);
    return known;
  });
  const drawn = new Float64Array(numbers.size);
  const weights = new Float64Array(cases.length);
  const areas = replicates(
    numbers.size,
    (picked) => {
      drawn.fill(0);
      for (const p of picked) drawn[p] = (drawn[p] as number) + 1;
      for (let i = 0; i < weights.length; i++) weights[i] = drawn[problemOf[i] as number] as number;
      return areaOf(cases, order, weights) ?? Number.NaN;
    },
    options,
  )
    .filter((area) => !Number.isNaN(area))
    .sort();
  const tail = (1 - (options.level ?? 0.95)) / 2;
  return {
    auroc: all,
    ci: areas.length === 0 ? [0, 1] : [quantile(areas, tail), quantile(areas, 1 - tail)],
    cases: cases.length,
    right: cases.filter(({ right }) => right).length / cases.length,
    problems: numbers.size,
  };
}

type Scored = readonly Pick<RankedCase, "score" | "right">[];

/** Indices by ascending score. */
function orderOf(cases: Scored): Int32Array {
  const odd = cases.findIndex(({ score }) => !Number.isFinite(score));
  if (odd >= 0) throw new MullError("input", `AUROC: expected finite scores, got ${cases[odd]?.score} for case ${odd}`);
  return Int32Array.from(cases.keys()).sort((i, j) => (cases[i]?.score as number) - (cases[j]?.score as number));
}

/** One pass in the order of scores: a right case beats what is wrong below it, and half of what is level with it. */
function areaOf(cases: Scored, order: Int32Array, weights: ArrayLike<number> | null): number | null {
  const weightOf = (i: number): number => (weights === null ? 1 : (weights[i] as number));
  let [wrongBelow, rightAll, beaten] = [0, 0, 0];
  for (let start = 0; start < order.length; ) {
    const level = (cases[order[start] as number] as Scored[number]).score;
    let [right, wrong, end] = [0, 0, start];
    for (; end < order.length; end++) {
      const i = order[end] as number;
      const each = cases[i] as Scored[number];
      if (each.score !== level) break;
      if (each.right) right += weightOf(i);
      else wrong += weightOf(i);
    }
    beaten += right * (wrongBelow + wrong / 2);
    rightAll += right;
    wrongBelow += wrong;
    start = end;
  }
  return rightAll === 0 || wrongBelow === 0 ? null : beaten / (rightAll * wrongBelow);
}
