/**
 * A model whose FLOPs are counted from lengths: the prompt once, and every token written. What the engine computes also depends on
 * which of its threads is free first, and a run's figures must not. One for each search: prefixes are taken to be remembered in it.
 */

import type { Completion, SampleRequest } from "../../core/completion.ts";
import { forwardFlops, type TransformerShape } from "../../core/flops.ts";
import type { Model, SampleOptions } from "../../core/interfaces.ts";

export class CountedModel implements Model {
  readonly name: string;
  readonly #model: Model;
  readonly #shape: TransformerShape;
  /** FLOPs of each prompt that was read. */
  readonly #prompts = new Map<string, number>();
  #written = 0;

  constructor(model: Model, shape: TransformerShape) {
    this.name = model.name;
    this.#model = model;
    this.#shape = shape;
  }

  get flops(): number {
    let sum = this.#written;
    for (const prompt of this.#prompts.values()) sum += prompt;
    return sum;
  }

  async sample(requests: readonly SampleRequest[], options?: SampleOptions): Promise<Completion[]> {
    const completions = await this.#model.sample(requests, options);
    for (const [i, { usage }] of completions.entries()) {
      const { prompt, prefix } = requests[i] as SampleRequest;
      const before = Math.max(0, usage.promptTokens - 1); // the last token is fed with the first that is written
      this.#written += forwardFlops(this.#shape, before, before + usage.completionTokens);
      if (prefix === undefined) this.#prompts.set(prompt, forwardFlops(this.#shape, 0, before));
    }
    return completions;
  }
}
