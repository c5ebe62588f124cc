/**
 * Intervals. Problems are what we sample from a population, so problems are what we resample: the percentile bootstrap
 * (Efron 1979; Efron and Tibshirani 1993, chapter 13) over problems, within strata where they were drawn by strata,
 * from a seeded generator. Chains of one problem stay together: they are not independent evidence.
 *
 * The percentile interval has no width where every problem has the same value, as at 0 or 1, which claims too much;
 * `meanInterval` then gives Wilson's interval (1927) for that proportion instead.
 */

import { MullError } from "../core/errors.ts";
import type { Rng } from "../core/rng.ts";
import { normalQuantile } from "./distributions.ts";

/** Lower and upper end. */
export type Interval = readonly [lo: number, hi: number];

export type BootstrapOptions = {
  readonly rng: Rng;
  /** Default 2,000, at which the ends of a 95% interval move by about 1% of its width between seeds. */
  readonly resamples?: number;
  /** Coverage aimed at. Default 0.95. */
  readonly level?: number;
  /** One label for each problem: each resample keeps every stratum's size. */
  readonly strata?: ArrayLike<string | number>;
};

/**
 * The mean of one value per problem, with its percentile bootstrap interval.
 *
 * @example
 * meanInterval([0, 1, 1, 0, 1, 1, 0, 1], { rng: new Rng(1) }).mean; // 0.625
 */
export function meanInterval(values: ArrayLike<number>, options: BootstrapOptions): { mean: number; ci: Interval } {
  const n = values.length;
  checkProblems(n, options);
  const mean = meanOf(values);
  let same = true;
  for (let i = 1; i < n; i++) if (values[i] !== values[0]) same = false;
  if (same && mean >= 0 && mean <= 1) return { mean, ci: wilson(mean * n, n, options.level ?? 0.95) };
  const ci = bootstrap(n, (picked) => meanOfPicked(values, picked), options);
  return { mean, ci };
}

/**
 * Percentile bootstrap interval of any statistic of n problems. `statistic` receives the indices of a resample (n of
 * them, with repetition; the array is reused). It must return finite numbers.
 *
 * @example
 * bootstrap(3, (picked: Int32Array) => picked.reduce((sum, i) => sum + i, 0) / 3, { rng: new Rng(1) }); // ends within 0 and 2
 */
export function bootstrap(n: number, statistic: (picked: Int32Array) => number, options: BootstrapOptions): Interval {
  const values = replicates(n, statistic, options).sort();
  const tail = (1 - (options.level ?? 0.95)) / 2;
  return [quantile(values, tail), quantile(values, 1 - tail)];
}

/** The statistic of each resample, in the order drawn. */
export function replicates(
  n: number,
  statistic: (picked: Int32Array) => number,
  options: BootstrapOptions,
): Float64Array {
  checkProblems(n, options);
  const strata = membersOf(n, options.strata);
  const out = new Float64Array(options.resamples ?? 2_000);
  const picked = new Int32Array(n);
  for (let r = 0; r < out.length; r++) {
    let at = 0;
    for (const members of strata) {
      for (let i = 0; i < members.length; i++) picked[at++] = members[options.rng.int(members.length)]!;
    }
    out[r] = statistic(picked);
  }
  return out;
}

/**
 * The mean of b[i] - a[i] over problems, with its interval. Both models answered the same problems, so the pairs are
 * resampled together, and what makes a problem hard for both cancels.
 *
 * @example
 * pairedDifference([0, 0, 1, 0], [1, 0, 1, 1], { rng: new Rng(1) }).mean; // 0.5
 */
export function pairedDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  options: BootstrapOptions,
): { mean: number; ci: Interval } {
  if (a.length !== b.length) {
    throw new MullError("input", `paired difference: ${a.length} problems on one side, ${b.length} on the other`, {
      hint: "pass one value per problem, the same problems in the same order on both sides",
    });
  }
  const difference = Float64Array.from(a, (value, i) => b[i]! - value);
  return { mean: meanOf(difference), ci: bootstrap(difference.length, (p) => meanOfPicked(difference, p), options) };
}

/**
 * Wilson's score interval of a proportion: `successes` (a mean times n may be fractional) out of n.
 *
 * @example
 * wilson(0, 10); // [0, 0.2775]
 */
export function wilson(successes: number, n: number, level = 0.95): Interval {
  if (!(n >= 1) || !(successes >= 0) || successes > n) {
    throw new MullError("input", `Wilson interval: expected 0 <= successes <= n and n >= 1, got ${successes} of ${n}`, {
      hint: "pass counts, not shares",
    });
  }
  const z = normalQuantile(0.5 + level / 2);
  const p = successes / n;
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return [p === 0 ? 0 : Math.max(0, centre - half), p === 1 ? 1 : Math.min(1, centre + half)];
}

/** Quantile of ascending values, linear between order statistics (Hyndman and Fan's type 7, the usual default). */
export function quantile(ascending: ArrayLike<number>, q: number): number {
  const at = q * (ascending.length - 1);
  const below = Math.floor(at);
  const lo = ascending[below]!;
  const hi = ascending[Math.min(below + 1, ascending.length - 1)]!;
  return lo + (hi - lo) * (at - below);
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

export function meanOfPicked(values: ArrayLike<number>, picked: Int32Array): number {
  let sum = 0;
  for (const i of picked) sum += values[i]!;
  return sum / picked.length;
}

/** The problems of each stratum, strata in order of first appearance. */
function membersOf(n: number, strata: ArrayLike<string | number> | undefined): Int32Array[] {
  if (strata === undefined) return [Int32Array.from({ length: n }, (_, i) => i)];
  const members = new Map<string | number, number[]>();
  for (let i = 0; i < n; i++) {
    const label = strata[i]!;
    const list = members.get(label);
    if (list === undefined) members.set(label, [i]);
    else list.push(i);
  }
  return [...members.values()].map((list) => Int32Array.from(list));
}

function checkProblems(n: number, { strata, resamples, level }: BootstrapOptions): void {
  if (n < 1) throw new MullError("input", "bootstrap: no problems", { hint: "pass at least one value" });
  if (strata !== undefined && strata.length !== n) {
    throw new MullError("input", `bootstrap: ${n} problems but ${strata.length} stratum labels`, {
      hint: "pass one label per problem",
    });
  }
  if (resamples !== undefined && !(Number.isInteger(resamples) && resamples >= 1 && resamples <= 10_000_000)) {
    throw new MullError("input", `bootstrap: expected 1 to 10,000,000 resamples, got ${resamples}`, {
      hint: "use 2,000",
    });
  }
  if (level !== undefined && !(level > 0 && level < 1)) {
    throw new MullError("input", `bootstrap: expected a level between 0 and 1, got ${level}`, { hint: "use 0.95" });
  }
}
