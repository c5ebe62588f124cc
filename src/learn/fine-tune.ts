/** Fine-tuning on chosen texts: what filter and combination do with what they keep, going on or beginning anew. */

import { trainFlops } from "../core/flops.ts";
import type { Rng } from "../core/rng.ts";
import { type AdamWOptions, decayProgress } from "../engine/adamw.ts";
import type { TrainingSequence } from "../engine/packing.ts";
import { applyGradient, type Learner, type LearnStep, meanOf } from "./learn-step.ts";
import { CROSS_ENTROPY } from "./pretrain.ts";

export type FineTuneOptions = {
  /** Passes over what is trained on. */
  readonly epochs: number;
  /** Chains of one update. */
  readonly batch: number;
  readonly optimizer: AdamWOptions;
};

export type FineTuned = {
  readonly flops: number;
  readonly diagnostics: Pick<LearnStep, "entropy" | "clipped" | "gradientNorm" | "lossTokens">;
};

/**
 * Passes of cross-entropy over `texts`, each in its own random order. Writes the engine's weights and the optimizer.
 *
 * @param sequencesOf the sequences of an update, with `weight`, a token's share of the loss: `supervised` for the mean
 * @throws MullError `engine` where the engine fails or the gradient is not finite
 * @example
 * import { TOY_ADAMW, toyLearner } from "./fixtures/toy.ts";
 * import { supervised } from "./pretrain.ts";
 * await using learner = toyLearner();
 * const texts = [{ tokens: [0, 2, 3, 1], promptTokens: 2 }];
 * const options = { epochs: 3, batch: 8, optimizer: TOY_ADAMW };
 * const { diagnostics } = await fineTune(learner, texts, new Rng(1), options, supervised);
 * diagnostics.lossTokens; // 6
 */
export async function fineTune<T>(
  learner: Pick<Learner, "engine" | "optimizer" | "progress">,
  texts: readonly T[],
  rng: Rng,
  { epochs, batch: size, optimizer: adamw }: FineTuneOptions,
  sequencesOf: (batch: readonly T[]) => TrainingSequence[],
): Promise<FineTuned> {
  const { engine } = learner;
  const sums = { gradientNorm: 0, updates: 0, entropy: 0, tokens: 0, flops: 0 };
  for (let epoch = 0; epoch < epochs; epoch++) {
    const shuffled = rng.split("epoch", epoch).shuffle(texts);
    for (let start = 0; start < shuffled.length; start += size) {
      const sequences = sequencesOf(shuffled.slice(start, start + size));
      const { gradient, scores } = await engine.gradient(sequences, CROSS_ENTROPY);
      sums.gradientNorm += await applyGradient(learner, gradient, adamw);
      sums.updates++;
      for (const [i, { tokens, fields }] of sequences.entries()) {
        sums.flops += trainFlops(engine.config, tokens.length);
        for (let t = 0; t < tokens.length; t++) {
          if (fields["weight"]?.[t] === 0) continue;
          sums.entropy += scores[i]?.entropies[t] as number;
          sums.tokens++;
        }
      }
    }
  }
  return {
    flops: sums.flops,
    diagnostics: {
      entropy: meanOf(sums.entropy, sums.tokens),
      clipped: null,
      gradientNorm: meanOf(sums.gradientNorm, sums.updates),
      lossTokens: sums.tokens,
    },
  };
}

/**
 * Sets the weights, and the optimizer to one without a past.
 *
 * @example
 * import { toyLearner, toyWeights } from "./fixtures/toy.ts";
 * await using learner = toyLearner();
 * restart(learner, toyWeights(2));
 * learner.optimizer.step; // 0
 */
export function restart({ engine, optimizer }: Pick<Learner, "engine" | "optimizer">, parameters: Float32Array): void {
  engine.setParameters(parameters);
  optimizer.mean.fill(0);
  optimizer.variance.fill(0);
  optimizer.step = 0;
}

/**
 * `fineTune` from these weights, by an optimizer without a past whose rate falls over these updates: how much of a budget is spent, or
 * was learnt before, changes nothing.
 *
 * @throws as `fineTune`
 * @example
 * import { TOY_ADAMW, toyLearner, toyWeights } from "./fixtures/toy.ts";
 * import { supervised } from "./pretrain.ts";
 * await using learner = toyLearner();
 * const texts = [{ tokens: [0, 2, 3, 1], promptTokens: 2 }];
 * const options = { epochs: 3, batch: 8, optimizer: TOY_ADAMW };
 * await fineTuneFrom(toyWeights(2), learner, texts, new Rng(1), options, supervised);
 * learner.optimizer.step; // 3
 */
export async function fineTuneFrom<T>(
  parameters: Float32Array,
  { engine, optimizer }: Pick<Learner, "engine" | "optimizer">,
  texts: readonly T[],
  rng: Rng,
  options: FineTuneOptions,
  sequencesOf: (batch: readonly T[]) => TrainingSequence[],
): Promise<FineTuned> {
  restart({ engine, optimizer }, parameters);
  const totalSteps = options.epochs * Math.ceil(texts.length / options.batch);
  const progress = (): number => decayProgress(optimizer.step + 1, { ...options.optimizer, totalSteps });
  return fineTune({ engine, optimizer, progress }, texts, rng, options, sequencesOf);
}
