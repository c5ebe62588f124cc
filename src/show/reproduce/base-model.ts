/** The base model's shape and how it is pretrained: what `mull pretrain` runs and `models/base` came from. */

import type { Rng } from "../../core/rng.ts";
import { EMBEDDING_STD, initialParameters, type TransformerConfig } from "../../engine/transformer.ts";
import type { PretrainOptions } from "../../learn/pretrain.ts";
import { MAX_VALUE } from "../../tasks/countdown/rules.ts";
import { countdownTokenizer, ID } from "../../tasks/countdown/vocabulary.ts";

/** Tokens of the longest chain that is measured, and of the longest text in the corpus. */
export const LONGEST_CHAIN = 1024;

/** 0.58M parameters: small enough that a laptop samples tens of thousands of tokens a second. */
export const BASE_SHAPE: TransformerConfig = {
  vocabSize: countdownTokenizer.vocabSize,
  layers: 4,
  width: 128,
  heads: 4,
  kvHeads: 1,
  headDim: 32,
  ffnWidth: 256,
  maxPositions: LONGEST_CHAIN + 32,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
};

/**
 * Weights to begin with, for a transformer over Countdown's words. The word for a result (`=24`) starts as the word for its number (`24`) plus one vector that all
 * results share: that the two are the same number, on which copying a result and noticing the target rest, need not be
 * discovered ninety-nine times.
 */
export function initialBase(rng: Rng, shape: TransformerConfig = BASE_SHAPE): Float32Array {
  const flat = initialParameters(shape, rng.split("weights"));
  const { width } = shape; // the embedding comes first in the flat vector: [vocab, width]
  const random = rng.split("results");
  const shared = Float32Array.from({ length: width }, () => EMBEDDING_STD * random.normal());
  for (let value = 1; value <= MAX_VALUE; value++) {
    const [from, to] = [(ID.integer + value) * width, (ID.result + value) * width];
    for (let i = 0; i < width; i++) flat[to + i] = flat[from + i]! + shared[i]!;
  }
  return flat;
}

export const PRETRAIN_STEPS = 4000;

export function pretrainOptions(steps: number): PretrainOptions {
  return {
    steps,
    microbatches: 2,
    poolTexts: 2000,
    optimizer: {
      learningRate: 2e-3,
      beta1: 0.9,
      beta2: 0.98,
      epsilon: 1e-8,
      weightDecay: 0.01,
      clipNorm: 1,
      warmupSteps: 100,
      totalSteps: steps,
      finalRatio: 0.05,
    },
  };
}

/** How a base model is made. */
export type BasePlan = {
  readonly shape: TransformerConfig;
  readonly pretrain: PretrainOptions;
  /** Steps between two saves. */
  readonly saveEvery: number;
  /** Held-out problems on which the gate is measured. */
  readonly gateProblems: number;
  /** The longest chain that is measured, tokens. */
  readonly longest: number;
};

/** The plan of `mull pretrain`. */
export function basePlan(steps = PRETRAIN_STEPS): BasePlan {
  const pretrain = pretrainOptions(steps);
  return { shape: BASE_SHAPE, pretrain, saveEvery: 200, gateProblems: 400, longest: LONGEST_CHAIN };
}
