/** Fine-tuning on chosen texts: what filter and combination do with what they keep, and how training begins anew. */

import { trainFlops } from "../core/flops.ts";
import type { Rng } from "../core/rng.ts";
import type { AdamWOptions } from "../engine/adamw.ts";
import { type Learner, type LearnStep, meanOf } from "./learn-step.ts";
import { CROSS_ENTROPY, type SupervisedText, supervised } from "./pretrain.ts";

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
 * Passes of cross-entropy over `texts`, each in its own random order, a mean over the tokens of each update. Writes the
 * engine's weights and the optimizer.
 *
 * @throws MullError `engine` where the engine fails or the gradient is not finite
 * @example
 * import { TOY_ADAMW, toyLearner } from "./fixtures/toy.ts";
 * await using learner = toyLearner();
 * const texts = [{ tokens: [0, 2, 3, 1], promptTokens: 2 }];
 * const { diagnostics } = await fineTune(learner, texts, new Rng(1), { epochs: 3, batch: 8, optimizer: TOY_ADAMW });
 * diagnostics.lossTokens; // 6
 */
export async function fineTune(
  { engine, optimizer }: Learner,
  texts: readonly SupervisedText[],
  rng: Rng,
  { epochs, batch: size, optimizer: adamw }: FineTuneOptions,
): Promise<FineTuned> {
  const sums = { gradientNorm: 0, updates: 0, entropy: 0, tokens: 0, flops: 0 };
  for (let epoch = 0; epoch < epochs; epoch++) {
    const shuffled = rng.split("epoch", epoch).shuffle(texts);
    for (let start = 0; start < shuffled.length; start += size) {
      const batch = shuffled.slice(start, start + size);
      const { gradient, scores } = await engine.gradient(supervised(batch), CROSS_ENTROPY);
      sums.gradientNorm += (await engine.update(gradient, optimizer, adamw)).gradientNorm;
      sums.updates++;
      batch.forEach(({ tokens, promptTokens }, i) => {
        sums.flops += trainFlops(engine.config, tokens.length);
        for (const e of scores[i]?.entropies.subarray(promptTokens) ?? []) sums.entropy += e;
        sums.tokens += tokens.length - promptTokens;
      });
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
export function restart({ engine, optimizer }: Learner, parameters: Float32Array): void {
  engine.setParameters(parameters);
  optimizer.mean.fill(0);
  optimizer.variance.fill(0);
  optimizer.step = 0;
}
