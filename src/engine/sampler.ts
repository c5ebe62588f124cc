/** One token from a row of logits: temperature, nucleus (Holtzman et al. 2020), the request's own generator. */

import { MullError } from "../core/errors.ts";
import type { Rng } from "../core/rng.ts";

export type SamplingOptions = {
  /** 0 is greedy. */
  readonly temperature: number;
  /** Keep the most probable tokens until their mass reaches this. 1 keeps all. */
  readonly topP: number;
};

export type SampledToken = {
  readonly id: number;
  /** Nats, under the distribution sampled from; under temperature 1 where greedy. */
  readonly logprob: number;
};

export class Sampler {
  readonly #weights: Float64Array;
  readonly #order: Uint32Array;

  constructor(vocabSize: number) {
    this.#weights = new Float64Array(vocabSize);
    this.#order = new Uint32Array(vocabSize);
  }

  /**
   * Draws exactly one uniform number, even when greedy, so that a seed's stream does not depend on options.
   *
   * @throws MullError `engine` where the logits hold NaN or infinity
   */
  sample(logits: Float32Array, options: SamplingOptions, rng: Rng): SampledToken {
    const u = rng.next();
    const weights = this.#weights;
    const inverse = options.temperature > 0 ? 1 / options.temperature : 1;
    let best = 0;
    for (let i = 1; i < logits.length; i++) if ((logits[i] as number) > (logits[best] as number)) best = i;
    const top = logits[best] as number;
    let total = 0;
    for (let i = 0; i < logits.length; i++) {
      const w = Math.exp(((logits[i] as number) - top) * inverse);
      weights[i] = w;
      total += w;
    }
    if (!(total < Number.POSITIVE_INFINITY)) {
      throw new MullError("engine", "sampler: the logits hold NaN or infinity, so the weights have diverged", {
        hint: "go back to an earlier checkpoint, and lower the learning rate",
      });
    }
    if (options.temperature === 0) return { id: best, logprob: -Math.log(total) };
    if (options.topP < 1) total = this.#keepNucleus(options.topP * total);
    let mass = u * total;
    let id = best;
    for (let i = 0; i < logits.length; i++) {
      const w = weights[i] as number;
      if (w === 0) continue;
      mass -= w;
      id = i;
      if (mass < 0) break;
    }
    return { id, logprob: Math.log((weights[id] as number) / total) };
  }

  /** Zeroes what lies outside the nucleus; returns the mass left. Ties go to the lower id. */
  #keepNucleus(needed: number): number {
    const weights = this.#weights;
    const order = this.#order;
    for (let i = 0; i < order.length; i++) order[i] = i;
    order.sort((a, b) => (weights[b] as number) - (weights[a] as number) || a - b);
    let kept = 0;
    for (const id of order) {
      if (kept >= needed) weights[id] = 0;
      else kept += weights[id] as number;
    }
    return kept;
  }
}
