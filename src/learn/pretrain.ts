/** Supervised pretraining: the mean cross-entropy of a stream of texts, their prompts left out. */

import type { AdamWOptions } from "../engine/adamw.ts";
import type { Engine, OptimizerState } from "../engine/engine.ts";
import { mul, neg, reduceSum } from "../engine/graph/ops.ts";
import type { TrainingSequence } from "../engine/packing.ts";
import type { Loss } from "../engine/training-graph.ts";

/** Cross-entropy, nats: each token's weight is its share of the loss, so weights of 1/n give the mean. */
export const CROSS_ENTROPY: Loss = {
  name: "cross-entropy",
  fields: ["weight"],
  build: ({ logprob, field }) => neg(reduceSum(mul(logprob, field("weight")))),
};

export type SupervisedText = {
  readonly tokens: readonly number[];
  /** The first tokens, which are given and not learnt. */
  readonly promptTokens: number;
};

/** Sequences for `CROSS_ENTROPY` whose loss is the mean over all their completion tokens. */
export function supervised(texts: readonly SupervisedText[]): TrainingSequence[] {
  const learnt = texts.reduce((n, t) => n + t.tokens.length - t.promptTokens, 0);
  return texts.map(({ tokens, promptTokens }) => ({
    tokens,
    fields: { weight: tokens.map((_, i) => (i < promptTokens ? 0 : 1 / learnt)) },
  }));
}

export type PretrainOptions = {
  readonly steps: number;
  /** Tokens of texts in a step, at least. */
  readonly batchTokens: number;
  readonly optimizer: AdamWOptions;
};

export type PretrainStep = {
  readonly step: number;
  /** Mean cross-entropy of the step's texts before it, nats a token. */
  readonly loss: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
  readonly tokens: number;
};

/** Trains the engine's weights in place, a yield a step; goes on from `state.step`. */
export async function* pretrain(
  engine: Engine,
  state: OptimizerState,
  texts: Iterator<SupervisedText>,
  options: PretrainOptions,
): AsyncGenerator<PretrainStep> {
  while (state.step < options.steps) {
    const batch: SupervisedText[] = [];
    let tokens = 0;
    while (tokens < options.batchTokens) {
      const next = texts.next();
      if (next.done === true) break;
      batch.push(next.value);
      tokens += next.value.tokens.length;
    }
    if (batch.length === 0) return;
    const { loss, gradient } = await engine.gradient(supervised(batch), CROSS_ENTROPY);
    const { gradientNorm, learningRate } = await engine.update(gradient, state, options.optimizer);
    yield { step: state.step, loss, gradientNorm, learningRate, tokens };
  }
}
