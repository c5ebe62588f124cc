/** A verifier out of a scorer of steps: the chain's score is its steps', put together, and the verdict a threshold on it. */

import { AGGREGATIONS, type Aggregation } from "../../core/aggregations.ts";
import type { StepScorer, Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { correct, unscored, type Verdict, wrong } from "../../core/verdict.ts";
import { tooLong } from "../reference.ts";

export type RewardOptions = {
  readonly scorer: StepScorer;
  /** Default `min`: a chain is as good as its worst step. `last` alone makes an outcome reward. */
  readonly aggregation?: Aggregation;
  /** The score from which on it is correct. Default .5. */
  readonly threshold?: number;
  /** The steps of a chain; together they are the chain. Default: paragraphs. */
  readonly split?: (text: string) => readonly string[];
  /**
   * Platt's calibration: the score becomes 1 / (1 + e^-(slope logit(score) + intercept)). Default slope 1, intercept 0, which
   * changes nothing.
   */
  readonly calibration?: { readonly slope: number; readonly intercept: number };
};

const EPSILON = 1e-6;

/**
 * @example
 * const scorer: StepScorer = { name: "length", score: async (_, steps) => steps.map((step) => (step.length > 3 ? 0.9 : 0.2)) };
 * const verifier = new RewardVerifier({ scorer });
 * (await verifier.verify({ id: "p", prompt: "?" }, "First.\n\nOk")).status; // "wrong"
 */
export class RewardVerifier implements Verifier {
  readonly name: string;
  readonly #options: RewardOptions;

  constructor(options: RewardOptions) {
    this.name = `reward ${options.scorer.name}`;
    this.#options = options;
  }

  /** `unscored` where the scorer fails. */
  async verify(
    problem: Problem,
    completion: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Verdict> {
    const { scorer, aggregation = "min", threshold = 0.5, split = paragraphs, calibration } = this.#options;
    if (options.signal?.aborted === true) return unscored("stopped before it was verified");
    const long = tooLong(completion);
    if (long !== null) return long;
    const steps = split(completion);
    if (steps.length === 0 || completion.trim() === "") return wrong("is empty");
    let scores: readonly number[];
    try {
      scores = await scorer.score(problem, steps, options);
    } catch (error) {
      return unscored(
        `the reward model failed: ${error instanceof Error ? error.message.slice(0, 500) : "no reason is known"}`,
      );
    }
    if (scores.length !== steps.length || scores.some((each) => !(each >= 0 && each <= 1))) {
      return unscored(`the reward model gave ${scores.length} scores for ${steps.length} steps, or such that are none`);
    }
    const score = calibrated(AGGREGATIONS[aggregation](scores), calibration);
    const worst = scores.indexOf(Math.min(...scores));
    const reason = `${aggregation} of ${steps.length} step scores is ${score.toFixed(2)}, the least at step ${worst + 1}`;
    return score >= threshold ? correct(reason, score) : wrong(reason, score);
  }
}

function calibrated(score: number, calibration: RewardOptions["calibration"]): number {
  if (calibration === undefined) return score;
  const p = Math.min(1 - EPSILON, Math.max(EPSILON, score));
  return 1 / (1 + Math.exp(-(calibration.slope * Math.log(p / (1 - p)) + calibration.intercept)));
}

/** Each with the empty line that ends it. */
function paragraphs(text: string): string[] {
  return text.match(/[\s\S]+?(?:\n\n+|$)/g) ?? [];
}
