/**
 * FLOPs of one problem, counted from lengths: what the policy writes, and what the value reads. Once the limit is reached nothing
 * more is written, which ends every search.
 *
 * What the value costs, two ways: `read` is what is computed here, the whole prefix again for every score; `remembered` is what it
 * would cost with the earlier steps of a chain kept in memory, as the policy keeps them. A chain that is read once costs the same.
 */

import { type Completion, NOT_SENT, type SampleRequest } from "../../src/core/completion.ts";
import { forwardFlops, type TransformerShape } from "../../src/core/flops.ts";
import type { Model, SampleOptions } from "../../src/core/interfaces.ts";
import { CountedModel } from "../../src/learn/chains/counted-model.ts";

export const VALUE_COSTS = ["read", "remembered"] as const;
export type ValueCost = (typeof VALUE_COSTS)[number];

export class Meter implements Model {
  readonly name: string;
  readonly #model: CountedModel;
  readonly #limit: number;
  readonly #shape: TransformerShape;
  readonly #cost: ValueCost;
  /** Lengths of the prefixes that the value has read, by their texts. */
  readonly #known = new Map<string, number>();
  #read = 0;

  constructor(model: Model, shape: TransformerShape, limit: number, cost: ValueCost) {
    this.name = model.name;
    this.#model = new CountedModel(model, shape);
    this.#shape = shape;
    this.#limit = limit;
    this.#cost = cost;
  }

  /** Of writing alone. */
  get written(): number {
    return this.#model.flops;
  }

  get flops(): number {
    return this.written + this.#read;
  }

  get spent(): boolean {
    return this.flops >= this.#limit;
  }

  async sample(requests: readonly SampleRequest[], options?: SampleOptions): Promise<Completion[]> {
    return this.spent ? requests.map(() => NOT_SENT) : await this.#model.sample(requests, options);
  }

  /**
   * The value reads a prefix.
   *
   * @param length tokens, the prompt's among them
   * @param parent the prefix without its last step; the empty one has none
   */
  read(text: string, length: number, parent: string | null): void {
    const from = this.#cost === "remembered" && parent !== null ? (this.#known.get(parent) ?? 0) : 0;
    this.#read += forwardFlops(this.#shape, Math.min(from, length), length);
    this.#known.set(text, length);
  }
}
