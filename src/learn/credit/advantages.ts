/**
 * Advantages of a group of chains of one problem, from their rewards.
 *
 * - `grpo` (Shao et al. 2024, DeepSeekMath): (r - mean) / (std + 1e-4), the unbiased std; `dapo` uses the same.
 * - `dr_grpo` (Liu et al. 2025): r - mean; dividing by the std favours problems that are nearly always or never solved.
 * - `rloo` (Ahmadian et al. 2024): r_i minus the mean of the others.
 */

export type Baseline = "group-normalised" | "group-mean" | "leave-one-out";

const EPSILON = 1e-4;

/**
 * [chains] -> [chains]; all zero where every reward is the same, or there is but one.
 *
 * @example
 * groupAdvantages([1, 0, 0, 0], "group-mean"); // [0.75, -0.25, -0.25, -0.25]
 * groupAdvantages([1, 0, 0, 0], "leave-one-out"); // [1, -0.333, -0.333, -0.333]
 * groupAdvantages([1, 0, 0, 0], "group-normalised"); // [1.4997, -0.4999, -0.4999, -0.4999]
 */
export function groupAdvantages(rewards: readonly number[], baseline: Baseline): number[] {
  const n = rewards.length;
  if (!isUseful(rewards)) return rewards.map(() => 0);
  const mean = rewards.reduce((a, b) => a + b, 0) / n;
  if (baseline === "group-mean") return rewards.map((r) => r - mean);
  if (baseline === "leave-one-out") return rewards.map((r) => ((r - mean) * n) / (n - 1));
  const std = Math.sqrt(rewards.reduce((sum, r) => sum + (r - mean) ** 2, 0) / (n - 1));
  return rewards.map((r) => (r - mean) / (std + EPSILON));
}

/**
 * A group whose rewards are all equal teaches nothing: its advantages are zero.
 *
 * @example
 * isUseful([1, 1, 0]); // true
 * isUseful([1, 1, 1]); // false
 */
export function isUseful(rewards: readonly number[]): boolean {
  return rewards.some((r) => r !== rewards[0]);
}

/**
 * DAPO's soft overlong penalty (Yu et al. 2025): 0 up to maxTokens - buffer, falling to -1 at maxTokens.
 *
 * @param length tokens of the chain
 * @param buffer tokens over which it falls; above 0
 * @example
 * overlongPenalty(90, 100, 20); // -0.5
 */
export function overlongPenalty(length: number, maxTokens: number, buffer: number): number {
  const excess = length - (maxTokens - buffer);
  if (excess <= 0) return 0;
  return -Math.min(1, excess / buffer);
}
