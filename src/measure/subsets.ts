/**
 * The k-subsets of 0 .. n-1: how many there are, all of them in lexicographic order, or some of them at random.
 * Random ones come from k swaps at the front of a permutation that is kept between draws (Fisher-Yates, cut short),
 * which costs k draws a subset and no allocation.
 */

import type { Rng } from "../core/rng.ts";

/** C(n, k), exact while it stays below 2^53 and Infinity where it overflows a double. */
export function subsetCount(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  const m = Math.min(k, n - k);
  let count = 1;
  for (let i = 1; i <= m; i++) count = (count * (n - m + i)) / i;
  return count;
}

/** Calls `visit` with each k-subset in lexicographic order. The array is reused: copy it to keep it. */
export function forEachSubset(n: number, k: number, visit: (subset: Int32Array) => void): void {
  if (k < 0 || k > n) return;
  const subset = Int32Array.from({ length: k }, (_, i) => i);
  while (true) {
    visit(subset);
    let i = k - 1;
    while (i >= 0 && subset[i] === n - k + i) i--;
    if (i < 0) return;
    subset[i]!++;
    for (let j = i + 1; j < k; j++) subset[j] = subset[j - 1]! + 1;
  }
}

/** Calls `visit` with `draws` independent uniform k-subsets. The array is reused: copy it to keep it. */
export function forEachRandomSubset(
  n: number,
  k: number,
  draws: number,
  rng: Rng,
  visit: (subset: Int32Array) => void,
): void {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const subset = order.subarray(0, k);
  for (let draw = 0; draw < draws; draw++) {
    for (let i = 0; i < k; i++) {
      const j = i + rng.int(n - i);
      const t = order[i]!;
      order[i] = order[j]!;
      order[j] = t;
    }
    visit(subset);
  }
}
