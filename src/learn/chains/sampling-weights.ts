/** Chains of other weights than the policy's: a teacher's, or its own of some steps ago, as where sampling and training run apart. */

import { MullError } from "../../core/errors.ts";
import type { Engine } from "../../engine/engine.ts";

/**
 * Runs under other weights and puts the policy's back, whatever comes of it.
 *
 * @example
 * import { toyLearner, toyWeights } from "../fixtures/toy.ts";
 * await using learner = toyLearner();
 * const before = learner.engine.parameters[0];
 * await underWeights(learner.engine, toyWeights(2), async () => learner.engine.parameters[0] === before); // false
 * learner.engine.parameters[0] === before; // true
 */
export async function underWeights<T>(engine: Engine, weights: Float32Array, run: () => Promise<T>): Promise<T> {
  const policy = engine.parameters.slice();
  engine.setParameters(weights);
  try {
    return await run();
  } finally {
    engine.setParameters(policy);
  }
}

/** The weights that write a step's chains where these may be `age` steps old: fetched from the policy every age + 1 steps. */
export class SamplingWeights {
  readonly #engine: Engine;
  readonly #age: number;
  #fetched: Float32Array | null = null;

  /**
   * @param age in steps; at 0 the policy writes its own chains
   * @param from the step to go on after
   * @throws MullError `usage` where that step was sampled by weights that are gone: its number is no multiple of age + 1
   */
  constructor(engine: Engine, age: number, from: number) {
    if (from % (age + 1) !== 0) {
      throw new MullError("usage", `step ${from} was sampled by weights of an earlier step, which are gone`, {
        hint: `go on after a step whose number is a multiple of ${age + 1}`,
      });
    }
    this.#engine = engine;
    this.#age = age;
  }

  /** Runs under the weights of step `step` (from 1), steps in their order, and puts the policy's back. */
  async at<T>(step: number, run: () => Promise<T>): Promise<T> {
    if (this.#age === 0) return run();
    if ((step - 1) % (this.#age + 1) === 0) this.#fetched = this.#engine.parameters.slice();
    return this.#fetched === null ? run() : underWeights(this.#engine, this.#fetched, run);
  }
}
