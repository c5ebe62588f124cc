/** The base model's shape and how it is pretrained: what `mull pretrain` runs and `models/base` came from. */

import type { TransformerConfig } from "../../engine/transformer.ts";
import type { PretrainOptions } from "../../learn/pretrain.ts";
import { BASE_CORPUS, type CorpusOptions } from "../../tasks/countdown/corpus.ts";
import type { Sizes } from "../../tasks/countdown/puzzles.ts";
import type { ThinkerOptions } from "../../tasks/countdown/thinker.ts";
import { countdownTokenizer } from "../../tasks/countdown/vocabulary.ts";

/** Tokens of the longest chain that is measured, and of the longest text in the corpus. */
export const LONGEST_CHAIN = 1024;

/** 0.61M parameters: small enough that a laptop samples tens of thousands of tokens a second. */
export const BASE_SHAPE: TransformerConfig = {
  vocabSize: countdownTokenizer.vocabSize,
  layers: 4,
  width: 128,
  heads: 4,
  kvHeads: 2,
  headDim: 32,
  ffnWidth: 256,
  maxPositions: LONGEST_CHAIN + 32,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
};

/** Mostly four numbers: what is learnt last, as hits are rare in their longer searches. */
const FOUR_MOSTLY: Sizes = { 3: 0.3, 4: 0.7 };

/**
 * What pool of texts is read when: three numbers first, then mostly four, long searches last. Short texts hold far more
 * hits a token, and a model that can tell a hit in two operations learns it for three quickly (docs/log.md).
 */
export function lesson(pool: number): CorpusOptions {
  const upTo = (maxTokens: number): ThinkerOptions => ({ ...BASE_CORPUS.thinker, maxTokens });
  if (pool < 100) return { ...BASE_CORPUS, sizes: { 3: 1, 4: 0 }, thinker: upTo(200) };
  if (pool < 220) return { ...BASE_CORPUS, sizes: FOUR_MOSTLY, thinker: upTo(256) };
  return BASE_CORPUS;
}

/** About 1,900 of three numbers, 4,700 mostly of four, 2,200 with long searches. */
export const PRETRAIN_STEPS = 8800;

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
