/** Countdown's base model: its shape, its lessons and its optimizer (show/pretrain/plans.ts puts them together). */

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

/** Pairs and direct solutions are half of the first lesson: what a hit is takes longest to learn, and is dense in them. */
const DENSE: CorpusOptions["kinds"] = { search: 0.45, direct: 0.15, pair: 0.3, drill: 0.1 };
const LESS_DENSE: CorpusOptions["kinds"] = { search: 0.66, direct: 0.08, pair: 0.16, drill: 0.1 };

/** How soon the thinker of the first lessons gives up: sooner than the corpus's own, so that texts are short. */
const HASTY: ThinkerOptions["patience"] = [
  { weight: 0.55, giveUp: 0.55 },
  { weight: 0.33, giveUp: 0.2 },
  { weight: 0.12, giveUp: 0.004 },
];

/**
 * What pool of texts is read when: three numbers and many pairs first, then mostly four, then long searches, all of a hasty
 * thinker; the corpus itself last, at a low rate. Telling a hit is what takes longest to learn, and how long to go on what
 * takes least (docs/log.md).
 */
export function lesson(pool: number): CorpusOptions {
  const hasty = (maxTokens: number): ThinkerOptions => ({ ...BASE_CORPUS.thinker, patience: HASTY, maxTokens });
  if (pool < 80) return { ...BASE_CORPUS, kinds: DENSE, sizes: { 3: 1, 4: 0 }, thinker: hasty(200) };
  if (pool < 260) return { ...BASE_CORPUS, kinds: LESS_DENSE, sizes: FOUR_MOSTLY, thinker: hasty(256) };
  if (pool < 365) return { ...BASE_CORPUS, thinker: hasty(BASE_CORPUS.thinker.maxTokens) };
  return BASE_CORPUS;
}

/** About 1,100 of three numbers, 4,000 mostly of four, 2,800 with long searches, 1,500 of the corpus itself. */
export const PRETRAIN_STEPS = 9_400;

/** The share of all updates over which the learning rate falls; it is low and constant in the rest. */
const FALLING = 7_900 / PRETRAIN_STEPS;

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
      totalSteps: Math.round(steps * FALLING),
      finalRatio: 0.05,
    },
  };
}
