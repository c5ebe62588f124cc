/** Into what a generation's chains are distilled: the model that found them, or a fresh one, which may be larger. */

import { trainFlops } from "../../core/flops.ts";
import type { Rng } from "../../core/rng.ts";
import { type FineTuned, type FineTuneOptions, fineTuneFrom } from "../fine-tune.ts";
import type { Learner } from "../learn-step.ts";
import { type PretrainOptions, pretrain, type SupervisedText, supervised } from "../pretrain.ts";

export type Data = {
  readonly generation: number;
  /** Of this generation, verified. */
  readonly kept: readonly SupervisedText[];
  /** Of all generations so far, this one's among them. */
  readonly all: readonly SupervisedText[];
  /** Texts of the base corpus, a function of their batch's number. */
  readonly replay: (batch: number, count: number) => readonly SupervisedText[];
  /** Share of base texts among what is trained on; of a fresh model at least so many. */
  readonly share: number;
};

export type Distilled = FineTuned & { readonly learner: Learner };

export type Distil = {
  /** Whether the model that learns is another than the one that wrote. */
  readonly fresh: boolean;
  readonly distil: (learner: Learner, data: Data, rng: Rng, signal?: AbortSignal) => Promise<Distilled>;
};

export type IntoSameOptions = FineTuneOptions & {
  /** Chains of earlier generations that are learnt again, at most so many for each of this one. */
  readonly rehearse: number;
};

/**
 * Fine-tunes the model that found the chains on those of this generation, some of the earlier ones, and base texts among them, with an
 * optimizer without a past whose rate falls over the generation (expert iteration).
 *
 * @example
 * import { TOY_ADAMW } from "../fixtures/toy.ts";
 * intoSame({ epochs: 2, batch: 32, rehearse: 1, optimizer: TOY_ADAMW }).fresh; // false
 */
export function intoSame(options: IntoSameOptions): Distil {
  return {
    fresh: false,
    async distil(learner, { kept, all, replay, share }, rng) {
      const earlier = all.slice(0, all.length - kept.length);
      const again = rng
        .split("rehearse")
        .shuffle(earlier)
        .slice(0, Math.round(options.rehearse * kept.length));
      const own = [...kept, ...again];
      const texts = [...own, ...replay(0, replayed(own.length, share))];
      const found = learner.engine.parameters.slice();
      const tuned = await fineTuneFrom(found, learner, texts, rng, options, supervised);
      return { ...tuned, learner };
    },
  };
}

/**
 * Trains a fresh model on what all generations made and base texts among it: data made by one model trains the next. Of a pool at least
 * `share` are base texts, and more where few chains were made: a model that knows nothing would learn a few hundred by heart.
 *
 * @param make a learner that has learnt nothing yet; the one before is the caller's to close
 */
export function intoFresh(options: PretrainOptions, make: (generation: number) => Learner): Distil {
  return {
    fresh: true,
    async distil(_, { generation, all, replay, share }, rng, signal) {
      const learner = make(generation);
      const { engine, optimizer } = learner;
      const own = Math.min(all.length, Math.round((1 - share) * options.poolTexts));
      const pool = (index: number): SupervisedText[] => {
        const drawn = rng.split("pool", index).shuffle(all).slice(0, own);
        return [...drawn, ...replay(index, options.poolTexts - own)];
      };
      const sums = { gradientNorm: 0, flops: 0, updates: 0, tokens: 0 };
      for await (const { texts, gradientNorm } of pretrain(engine, optimizer, pool, rng.split("order"), options)) {
        signal?.throwIfAborted();
        sums.gradientNorm += gradientNorm;
        sums.updates++;
        for (const { tokens, promptTokens } of texts) {
          sums.flops += trainFlops(engine.config, tokens.length);
          sums.tokens += tokens.length - promptTokens;
        }
      }
      const gradientNorm = sums.updates === 0 ? null : sums.gradientNorm / sums.updates;
      const diagnostics = { entropy: null, clipped: null, gradientNorm, lossTokens: sums.tokens };
      return { learner, flops: sums.flops, diagnostics };
    },
  };
}

/**
 * Base texts beside `kept` ones so that they are `share` of all.
 *
 * @example
 * replayed(90, 0.1); // 10
 */
export function replayed(kept: number, share: number): number {
  return Math.round((kept * share) / (1 - share));
}
