/** Supervised pretraining: the mean cross-entropy of a stream of texts, their prompts left out. */

import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import type { AdamWOptions } from "../engine/adamw.ts";
import type { Engine, OptimizerState } from "../engine/engine.ts";
import { mul, neg, reduceSum } from "../engine/graph/ops.ts";
import { microbatchesOf, type TrainingSequence } from "../engine/packing.ts";
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

/**
 * What is learnt of a chain.
 *
 * @example
 * textOf({ encode: (prompt, chain = "") => [...prompt, ...chain].map(Number) }, { id: "p", prompt: "1" }, "23");
 * // { tokens: [1, 2, 3], promptTokens: 1 }
 */
export function textOf(
  model: { encode(prompt: string, chain?: string): number[] },
  { prompt }: Problem,
  chain: string,
): SupervisedText {
  return { tokens: model.encode(prompt, chain), promptTokens: model.encode(prompt).length };
}

/**
 * Sequences for `CROSS_ENTROPY` whose loss is the mean over all their completion tokens.
 *
 * @example
 * const [sequence] = supervised([{ tokens: [1, 5, 7, 2], promptTokens: 2 }]);
 * sequence?.fields["weight"]; // [0, 0, 0.5, 0.5]
 */
export function supervised(texts: readonly SupervisedText[]): TrainingSequence[] {
  const learnt = texts.reduce((n, t) => n + t.tokens.length - t.promptTokens, 0);
  return texts.map(({ tokens, promptTokens }) => ({
    tokens,
    fields: { weight: tokens.map((_, i) => (i < promptTokens ? 0 : 1 / learnt)) },
  }));
}

export type PretrainOptions = {
  readonly steps: number;
  /** Micro-batches of one update. */
  readonly microbatches: number;
  /** Texts that are packed together and cut into batches. */
  readonly poolTexts: number;
  readonly optimizer: AdamWOptions;
};

/** Which batch comes next: batch `batch` of pool `pool`. */
export type PretrainPosition = { readonly pool: number; readonly batch: number };

export type PretrainStep = {
  readonly step: number;
  /** Mean cross-entropy of the step's texts before it, nats a token. */
  readonly loss: number;
  readonly gradientNorm: number;
  readonly learningRate: number;
  readonly texts: readonly SupervisedText[];
  /** Where to go on. */
  readonly next: PretrainPosition;
};

/**
 * Trains the engine's weights in place, a yield a step; goes on from `state.step` and `from`. Small batches learn
 * more a second here than large ones, as an update costs little; a pool is packed as a whole, so little is padding.
 *
 * @param pool the texts of one pool, a function of its index alone
 * @throws MullError `engine` where the engine fails or the gradient is not finite, `input` for a text that does not fit
 * @example
 * import { TOY_ADAMW, toyLearner } from "./fixtures/toy.ts";
 * await using learner = toyLearner();
 * const pool = () => [{ tokens: [0, 2, 3, 1], promptTokens: 2 }];
 * const options = { steps: 20, microbatches: 1, poolTexts: 1, optimizer: TOY_ADAMW };
 * const losses: number[] = [];
 * for await (const { loss } of pretrain(learner.engine, learner.optimizer, pool, new Rng(1), options)) losses.push(loss);
 * losses[19]! < losses[0]!; // true
 */
export async function* pretrain(
  engine: Engine,
  state: OptimizerState,
  pool: (index: number) => readonly SupervisedText[],
  rng: Rng,
  options: PretrainOptions,
  from: PretrainPosition = { pool: 0, batch: 0 },
): AsyncGenerator<PretrainStep> {
  let start = from.batch;
  for (let index = from.pool; state.step < options.steps; index++) {
    const batches = batchesOf(pool(index), options.microbatches, rng.split("order", index));
    for (let b = start; b < batches.length && state.step < options.steps; b++) {
      const texts = batches[b] as readonly SupervisedText[];
      const { loss, gradient } = await engine.gradient(supervised(texts), CROSS_ENTROPY);
      const { gradientNorm, learningRate } = await engine.update(gradient, state, options.optimizer);
      yield { step: state.step, loss, gradientNorm, learningRate, texts, next: { pool: index, batch: b + 1 } };
    }
    start = 0;
  }
}

/** A pool's micro-batches, `size` of like width to a batch so that all threads end together; batches in random order. */
function batchesOf(texts: readonly SupervisedText[], size: number, rng: Rng): SupervisedText[][] {
  const packed = microbatchesOf(texts.map(({ tokens }) => tokens.length)); // by rising width
  const batches = Array.from({ length: Math.ceil(packed.length / size) }, (_, b) =>
    packed.slice(b * size, (b + 1) * size).flatMap((indices) => indices.map((i) => texts[i] as SupervisedText)),
  );
  return rng.shuffle(batches);
}
