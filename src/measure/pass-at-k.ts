/**
 * pass@k: the probability that at least one of k chains is correct, estimated without bias from n >= k chains.
 *
 * With c of n chains correct, the share of k-subsets that hold none of them is C(n-c, k) / C(n, k), so
 * pass@k = 1 - C(n-c, k) / C(n, k) (Chen et al. 2021, "Evaluating Large Language Models Trained on Code", equation 1).
 * The ratio is computed as a product of c or of k factors in [0, 1], whichever is shorter: no binomial is ever formed,
 * so nothing overflows. The plug-in 1 - (1 - c/n)^k is biased low and is not offered.
 */

import { MullError } from "../core/errors.ts";

/** How many chains a problem has and how many of them are correct. Unscored chains are in neither count. */
export type Tally = { readonly n: number; readonly correct: number };

/**
 * The share of the k-subsets of n things that avoid `marked` of them: C(n - marked, k) / C(n, k), in [0, 1].
 *
 * @example
 * shareAvoiding(4, 1, 2); // 0.5
 */
export function shareAvoiding(n: number, marked: number, k: number): number {
  if (n - marked < k) return 0;
  // Symmetric in k and marked: k draws avoid the marked things, or the marked things avoid the k drawn.
  const [factors, other] = marked < k ? [marked, k] : [k, marked];
  let share = 1;
  for (let i = 0; i < factors; i++) share *= 1 - other / (n - i);
  return share;
}

/**
 * Unbiased pass@k of one problem, in [0, 1]. Throws `input` unless 0 <= correct <= n and 1 <= k <= n, all whole.
 *
 * @example
 * passAtK({ n: 4, correct: 1 }, 2); // 0.5
 */
export function passAtK({ n, correct }: Tally, k: number): number {
  const whole = Number.isInteger(n) && Number.isInteger(correct) && Number.isInteger(k);
  if (!whole || correct < 0 || correct > n || k < 1 || k > n) {
    throw new MullError(
      "input",
      `pass@k: expected 0 <= correct <= n and 1 <= k <= n, got n=${n} correct=${correct} k=${k}`,
      {
        hint: "sample at least k scored chains of each problem, or ask for a smaller k",
      },
    );
  }
  return 1 - shareAvoiding(n, correct, k);
}

/**
 * Mean pass@k over problems, in [0, 1]. Every problem must have at least k chains.
 *
 * @example
 * meanPassAtK([{ n: 4, correct: 1 }, { n: 2, correct: 2 }], 2); // 0.75
 */
export function meanPassAtK(problems: readonly Tally[], k: number): number {
  if (problems.length === 0) throw new MullError("input", "pass@k: no problems", { hint: "pass at least one tally" });
  let sum = 0;
  for (const tally of problems) sum += passAtK(tally, k);
  return sum / problems.length;
}
