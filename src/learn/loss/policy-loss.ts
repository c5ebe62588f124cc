/**
 * The clipped policy-gradient loss, token by token, and how tokens are averaged.
 *
 *   rho = exp(logp - old),  L = -min(rho A, clip(rho, 1 - low, 1 + high) A) + beta k3,  k3 = e^(ref - logp) - (ref - logp) - 1
 *
 * (Schulman et al. 2017; the k3 estimator of KL(policy || reference) is Schulman's, 2020; GRPO, DAPO and Dr. GRPO
 * differ in the baseline, the clip range and the average.)
 */

import { add, exp, max, min, mul, neg, reduceSum, scalar, sub } from "../../engine/graph/ops.ts";
import type { Loss } from "../../engine/training-graph.ts";

export type ClipOptions = {
  /** The ratio is held above 1 - clipLow where the advantage is negative. */
  readonly clipLow: number;
  /** The ratio is held below 1 + clipHigh where the advantage is positive. */
  readonly clipHigh: number;
  /** Weight of the KL to the reference; 0 leaves it out, and needs no reference. */
  readonly klWeight: number;
};

/**
 * The loss as `Engine.gradient` takes it: the sum over tokens of weight times L. Fields, one value a token: `advantage`,
 * `old` (log-probability when it was sampled, nats), `weight` (its share of the loss, 0 for what was given) and, where
 * `klWeight` is above 0, `reference` (log-probability under the reference, nats).
 *
 * @example
 * policyLoss({ clipLow: 0.2, clipHigh: 0.28, klWeight: 0 }).fields; // ["advantage", "old", "weight"]
 */
export function policyLoss({ clipLow, clipHigh, klWeight }: ClipOptions): Loss {
  return {
    name: `policy:${clipLow}:${clipHigh}:${klWeight}`,
    fields: klWeight > 0 ? ["advantage", "old", "weight", "reference"] : ["advantage", "old", "weight"],
    build: ({ logprob, field }) => {
      const ratio = exp(sub(logprob, field("old")));
      const clipped = min(max(ratio, scalar(1 - clipLow)), scalar(1 + clipHigh));
      const gain = min(mul(ratio, field("advantage")), mul(clipped, field("advantage")));
      let loss = neg(gain);
      if (klWeight > 0) {
        const difference = sub(field("reference"), logprob);
        const k3 = sub(sub(exp(difference), difference), scalar(1));
        loss = add(loss, mul(k3, scalar(klWeight)));
      }
      return reduceSum(mul(loss, field("weight")));
    },
  };
}

/**
 * How tokens are averaged: `sequence-mean` a mean over chains of each chain's mean (GRPO); `token-mean` over all tokens
 * of the batch (DAPO); `constant` a sum divided by chains times the longest length allowed (Dr. GRPO).
 */
export type Aggregation = "sequence-mean" | "token-mean" | "constant";

/**
 * The weight of every token of each chain, from the chains' lengths in tokens: [chains] -> [chains].
 *
 * @param maxTokens the longest length allowed, which only `constant` divides by
 * @example
 * tokenWeights([2, 8], "sequence-mean", 100); // [0.25, 0.0625]
 * tokenWeights([2, 8], "token-mean", 100); // [0.1, 0.1]
 * tokenWeights([2, 8], "constant", 100); // [0.005, 0.005]
 */
export function tokenWeights(lengths: readonly number[], aggregation: Aggregation, maxTokens: number): number[] {
  const chains = lengths.length;
  const total = lengths.reduce((a, b) => a + b, 0);
  if (aggregation === "sequence-mean") return lengths.map((n) => 1 / (chains * n));
  if (aggregation === "token-mean") return lengths.map(() => 1 / total);
  return lengths.map(() => 1 / (chains * maxTokens));
}
