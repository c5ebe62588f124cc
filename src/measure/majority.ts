/**
 * The exact expectation of a majority vote over all k-subsets of n chains, by dynamic programming over answer groups.
 *
 * The counts of a uniform k-subset are multivariate hypergeometric, and that is the law of independent binomials
 * B(size, p) given that they sum to k, for any p. We take p = k/n, where a sum of k is likeliest, so every factor is a
 * probability and nothing over- or underflows. For each winning count v the groups are folded in one after another:
 *
 *   weight[u][t] = P(the groups so far hold u of the subset, none more than v, exactly t of them v)
 *   value[u][t]  = the same, times the summed worth of the t groups that hold v
 *
 * A tie of t groups is broken uniformly at random, so it is worth value / t: the expectation over tie-breaks, exactly.
 * Time O(n k^2 log k), memory O(k^2). Our own derivation; `majority.test.ts` checks it against enumeration.
 */

/** An answer that `size` chains gave; `value` is what its winning is worth: the share of those chains that are correct. */
export type Group = { readonly size: number; readonly value: number };

/** Multiplications, near enough, of `expectedMajority`. */
export function majorityCost(n: number, k: number): number {
  return n * k * k * (1 + Math.log(k));
}

/**
 * Expected worth of the majority answer of a uniform k-subset. `abstentions` chains have no answer and never vote;
 * a subset of abstentions alone is worth 0. Needs 1 <= k <= n, n the sizes and abstentions together.
 *
 * @example
 * expectedMajority([{ size: 2, value: 1 }, { size: 1, value: 0 }], 0, 1); // 0.6667
 */
export function expectedMajority(groups: readonly Group[], abstentions: number, k: number): number {
  const n = groups.reduce((sum, group) => sum + group.size, abstentions);
  const largest = groups.reduce((max, group) => Math.max(max, group.size), 0);
  if (k === n) return plurality(groups, largest);

  const p = k / n;
  const logs = logFactorials(n);
  const pmfs = new Map<number, Float64Array>();
  const pmf = (size: number): Float64Array => {
    const table = pmfs.get(size) ?? binomialPmf(size, p, logs);
    pmfs.set(size, table);
    return table;
  };
  const blank = pmf(abstentions);

  let expected = 0;
  for (let v = 1; v <= Math.min(k, largest); v++) {
    const ties = Math.floor(k / v);
    const row = ties + 1;
    const weight = new Float64Array((k + 1) * row); // [u, t]
    const value = new Float64Array((k + 1) * row); // [u, t]
    for (let u = 0; u <= Math.min(k, abstentions); u++) weight[u * row] = blank[u]!;
    for (const group of groups) fold(weight, value, pmf(group.size), group, v, k, row);
    for (let t = 1; t <= ties; t++) expected += value[k * row + t]! / t;
  }
  return Math.min(1, expected / pmf(n)[k]!);
}

/** Adds one group, in place: from large u and t to small, every entry read still belongs to the groups before it. */
function fold(
  weight: Float64Array,
  value: Float64Array,
  probability: Float64Array,
  group: Group,
  v: number,
  k: number,
  row: number,
): void {
  for (let u = k; u >= 0; u--) {
    const below = Math.min(v - 1, group.size, u);
    const canWin = v <= group.size && v <= u;
    for (let t = Math.min(row - 1, Math.floor(u / v)); t >= 0; t--) {
      let w = 0;
      let x = 0;
      for (let j = 0; j <= below; j++) {
        const at = (u - j) * row + t;
        w += probability[j]! * weight[at]!;
        x += probability[j]! * value[at]!;
      }
      if (canWin && t > 0) {
        const at = (u - v) * row + t - 1;
        w += probability[v]! * weight[at]!;
        x += probability[v]! * (value[at]! + group.value * weight[at]!);
      }
      weight[u * row + t] = w;
      value[u * row + t] = x;
    }
  }
}

/** The one subset that holds everything: the mean worth of the largest groups. */
function plurality(groups: readonly Group[], largest: number): number {
  const winners = groups.filter((group) => group.size === largest);
  return winners.length === 0 ? 0 : winners.reduce((sum, group) => sum + group.value, 0) / winners.length;
}

/** ln 0! .. ln n!. */
function logFactorials(n: number): Float64Array {
  const logs = new Float64Array(n + 1);
  for (let i = 2; i <= n; i++) logs[i] = logs[i - 1]! + Math.log(i);
  return logs;
}

/** P(B(size, p) = 0 .. size), for 0 < p < 1. */
function binomialPmf(size: number, p: number, logs: Float64Array): Float64Array {
  const pmf = new Float64Array(size + 1);
  for (let j = 0; j <= size; j++) {
    const choose = logs[size]! - logs[j]! - logs[size - j]!;
    pmf[j] = Math.exp(choose + j * Math.log(p) + (size - j) * Math.log1p(-p));
  }
  return pmf;
}
