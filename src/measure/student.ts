/**
 * Intervals of means by Student's t, for the few values of which a bootstrap would claim too much: one mean, and the
 * difference of two means with unequal spreads (Welch 1947). Values are taken to be independent of each other.
 */

import type { Interval } from "./bootstrap.ts";
import { studentTQuantile } from "./distributions.ts";

/**
 * The mean's interval; null for fewer than two values or for values without spread, which say nothing of how sure they are.
 *
 * @example
 * studentInterval([1, 2, 3]); // [-0.484, 4.484]
 */
export function studentInterval(values: readonly number[], level = 0.95): Interval | null {
  const { n, mean, variance } = momentsOf(values);
  if (n < 2 || variance === 0) return null;
  return around(mean, Math.sqrt(variance / n), n - 1, level);
}

/**
 * The mean of `b` less that of `a`, with its interval; the interval is null where one has fewer than two values or neither has spread.
 *
 * @example
 * welchDifference([1, 2, 3], [4, 5, 6]).difference; // 3
 */
export function welchDifference(
  a: readonly number[],
  b: readonly number[],
  level = 0.95,
): { readonly difference: number; readonly ci: Interval | null } {
  const [from, to] = [momentsOf(a), momentsOf(b)];
  const difference = to.mean - from.mean;
  const [va, vb] = [from.variance / from.n, to.variance / to.n]; // of the means
  if (from.n < 2 || to.n < 2 || va + vb === 0) return { difference, ci: null };
  const dof = (va + vb) ** 2 / (va ** 2 / (from.n - 1) + vb ** 2 / (to.n - 1)); // Satterthwaite's
  return { difference, ci: around(difference, Math.sqrt(va + vb), dof, level) };
}

function around(centre: number, error: number, dof: number, level: number): Interval {
  const half = studentTQuantile(0.5 + level / 2, dof) * error;
  return [centre - half, centre + half];
}

/** Of the values' size squared: a spread below it is rounding. */
const ROUNDING = 1e-24;

/** `variance` is the unbiased one, 0 for fewer than two values and for values that are the same up to rounding. */
function momentsOf(values: readonly number[]): {
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
} {
  const n = values.length;
  const mean = values.reduce((sum, x) => sum + x, 0) / n;
  const variance = n < 2 ? 0 : values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
  const size = Math.max(0, ...values.map(Math.abs));
  return { n, mean, variance: variance <= ROUNDING * size ** 2 ? 0 : variance };
}
