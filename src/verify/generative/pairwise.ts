/**
 * A judge that compares two solutions, each pair in both orders: judges prefer what comes first (Zheng et al. 2023, "position
 * bias"), and a preference that turns round with the order is a tie.
 */

import { MullError } from "../../core/errors.ts";
import type { Model } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { Rng } from "../../core/rng.ts";
import { isWhole, pairwisePrompt, preferenceIn } from "./judge-prompt.ts";

export type PairwiseOptions = {
  readonly model: Model;
  /** Judgements in each order. Default 1. */
  readonly samples?: number;
  /** Default 0 for one sample, .7 for several. */
  readonly temperature?: number;
  /** Of one judgement. Default 2048. */
  readonly maxTokens?: number;
  /** Default 0. */
  readonly seed?: number;
};

export type Comparison = {
  /** Points of the first: 1 for every judgement that prefers it, a half for a tie, over all that could be read; .5 for none. */
  readonly first: number;
  readonly winner: "first" | "second" | "tie";
  /** Judgements that said nothing that could be read. */
  readonly unread: number;
};

/** Solutions that are compared each with each, at most: the calls grow with the square. */
const MOST_RANKED = 32;

export class PairwiseJudge {
  readonly #options: PairwiseOptions;

  constructor(options: PairwiseOptions) {
    this.#options = options;
  }

  /**
   * @throws what the model throws
   * @example
   * const usage = { promptTokens: 100, completionTokens: 5 };
   * const model: Model = { // prefers whatever comes first
   *   name: "biased",
   *   sample: async (requests) => requests.map(() => ({ text: "Better: 1", finish: "end" as const, usage })),
   * };
   * (await new PairwiseJudge({ model }).compare({ id: "p", prompt: "?" }, "a", "b")).winner; // "tie"
   */
  async compare(problem: Problem, first: string, second: string, signal?: AbortSignal): Promise<Comparison> {
    const { model, samples = 1, maxTokens = 2048, seed = 0 } = this.#options;
    const temperature = this.#options.temperature ?? (samples === 1 ? 0 : 0.7);
    const rng = new Rng(seed).split("pair", problem.id, first, second);
    const orders = [[first, second] as const, [second, first] as const];
    const requests = orders.flatMap(([a, b], order) =>
      Array.from({ length: samples }, (_, i) => {
        return { prompt: pairwisePrompt(problem, a, b), maxTokens, temperature, seed: rng.split(order, i).seed };
      }),
    );
    const completions = await model.sample(requests, signal === undefined ? {} : { signal });
    const points = completions.map((judgement, i) => {
      const said = isWhole(judgement) ? preferenceIn(judgement.text) : null;
      if (said === null) return null;
      if (said === "tie") return 0.5;
      return (said === 1) === i < samples ? 1 : 0;
    });
    const read = points.filter((each) => each !== null);
    const mean = (part: readonly (number | null)[]): number => {
      const known = part.filter((each) => each !== null);
      return known.length === 0 ? 0.5 : known.reduce((a, b) => a + b, 0) / known.length;
    };
    const [forward, backward] = [mean(points.slice(0, samples)), mean(points.slice(samples))];
    const agree = (forward > 0.5 && backward > 0.5) || (forward < 0.5 && backward < 0.5);
    const total = (forward + backward) / 2;
    return {
      first: total,
      winner: agree ? (total > 0.5 ? "first" : "second") : "tie",
      unread: points.length - read.length,
    };
  }

  /**
   * Every solution against every other: the mean of its points, in the order of the solutions.
   *
   * @throws MullError `usage` for more than 32 solutions; what the model throws
   */
  async rank(problem: Problem, solutions: readonly string[], signal?: AbortSignal): Promise<number[]> {
    if (solutions.length > MOST_RANKED) {
      throw new MullError("usage", `${solutions.length} solutions are too many to compare each with each`, {
        hint: `at most ${MOST_RANKED}`,
      });
    }
    const points = solutions.map(() => 0);
    const pairs = solutions.flatMap((_, i) => solutions.slice(i + 1).map((__, k) => [i, i + 1 + k] as const));
    const results = await Promise.all(
      pairs.map(([i, k]) => this.compare(problem, solutions[i] as string, solutions[k] as string, signal)),
    );
    for (const [p, [i, k]] of pairs.entries()) {
      const { first } = results[p] as Comparison;
      points[i] = (points[i] as number) + first;
      points[k] = (points[k] as number) + 1 - first;
    }
    return points.map((sum) => (solutions.length < 2 ? 0.5 : sum / (solutions.length - 1)));
  }
}
