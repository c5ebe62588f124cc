/**
 * A language model as judge, which thinks before it scores (Zheng et al. 2023, Zhang et al. 2024). Several samples are averaged; one
 * that states no score is left out and told. A judge can be persuaded: it is for what nothing exact can check.
 */

import type { Model, Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { Rng } from "../../core/rng.ts";
import { correct, unscored, type Verdict, wrong } from "../../core/verdict.ts";
import { tooLong } from "../reference.ts";
import { isWhole, pointwisePrompt, scoreIn } from "./judge-prompt.ts";

export type JudgeOptions = {
  readonly model: Model;
  /** Judgements that are averaged. Default 1. */
  readonly samples?: number;
  /** The mean from which on it is correct. Default .5. */
  readonly threshold?: number;
  /** Default 0 for one sample, .7 for several. */
  readonly temperature?: number;
  /** Of one judgement. Default 2048. */
  readonly maxTokens?: number;
  /** Whether the judge is shown the reference, where there is one. Default true. */
  readonly useReference?: boolean;
  /** Default 0. */
  readonly seed?: number;
};

/**
 * @example
 * const usage = { promptTokens: 100, completionTokens: 5 };
 * const model: Model = {
 *   name: "lenient",
 *   sample: async (requests) => requests.map(() => ({ text: "It holds.\nScore: 9", finish: "end" as const, usage })),
 * };
 * const verdict = await new JudgeVerifier({ model, samples: 3 }).verify({ id: "p", prompt: "1 + 1?" }, "2");
 * verdict.status; // "correct"
 */
export class JudgeVerifier implements Verifier {
  readonly name: string;
  readonly #options: JudgeOptions;

  constructor(options: JudgeOptions) {
    this.name = `judge ${options.model.name}`;
    this.#options = options;
  }

  /** `unscored` where the model fails, or no sample states a score. */
  async verify(
    problem: Problem,
    completion: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Verdict> {
    const { model, samples = 1, threshold = 0.5, maxTokens = 2048, useReference = true, seed = 0 } = this.#options;
    if (options.signal?.aborted === true) return unscored("stopped before it was verified");
    const long = tooLong(completion);
    if (long !== null) return long;
    if (completion.trim() === "") return wrong("is empty");
    const temperature = this.#options.temperature ?? (samples === 1 ? 0 : 0.7);
    const rng = new Rng(seed).split("judge", problem.id, completion);
    const prompt = pointwisePrompt(problem, completion, useReference);
    const requests = Array.from({ length: samples }, (_, i) => ({
      prompt,
      maxTokens,
      temperature,
      seed: rng.split(i).seed,
    }));
    let texts: string[]; // a judgement that was cut off may end in the middle of its score
    try {
      texts = (await model.sample(requests, options)).map((judgement) => (isWhole(judgement) ? judgement.text : ""));
    } catch (error) {
      return unscored(
        `the judge failed: ${error instanceof Error ? error.message.slice(0, 500) : "no reason is known"}`,
      );
    }
    const scores = texts.map(scoreIn).filter((score) => score !== null);
    if (scores.length === 0) return unscored(`none of ${samples} judgements states a score`);
    const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
    const silent = samples === scores.length ? "" : `, ${samples - scores.length} without a score`;
    const reason = `score ${mean.toFixed(2)} by ${scores.length} of ${samples} judgements${silent}`;
    return mean >= threshold ? correct(reason, mean) : wrong(reason, mean);
  }
}
