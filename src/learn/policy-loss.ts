/**
 * The clipped policy-gradient loss, token by token, and how tokens are averaged.
 *
 *   rho = exp(logp - old),  L = -min(rho A, clip(rho, 1 - low, 1 + high) A) + beta k3,  k3 = e^(ref - logp) - (ref - logp) - 1
 *
 * (Schulman et al. 2017; the k3 estimator of KL(policy || reference) is Schulman's, 2020; GRPO, DAPO and Dr. GRPO
 * differ in the baseline, the clip range and the average.)
 */

import { add, exp, max, min, mul, neg, reduceSum, scalar, sub } from "../engine/graph/ops.ts";
import type { Loss } from "../engine/training-graph.ts";

export type ClipOptions = {
  readonly clipLow: number;
  readonly clipHigh: number;
  /** Weight of the KL to the reference; 0 leaves it out, and needs no reference. */
  readonly klWeight: number;
};

/** Fields a token: advantage, old (log-prob when sampled), weight (its share of the loss), and reference where beta > 0. */
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

/** The weight of every token of each chain, from the chains' lengths in tokens. */
export function tokenWeights(lengths: readonly number[], aggregation: Aggregation, maxTokens: number): number[] {
  const chains = lengths.length;
  const total = lengths.reduce((a, b) => a + b, 0);
  if (aggregation === "sequence-mean") return lengths.map((n) => 1 / (chains * n));
  if (aggregation === "token-mean") return lengths.map(() => 1 / total);
  return lengths.map(() => 1 / (chains * maxTokens));
}
