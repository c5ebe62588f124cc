/**
 * Scores of unfinished chains by Monte-Carlo roll-outs (Wang et al. 2024, Math-Shepherd): from each prefix the model
 * writes a few chains to their end, and the score is the share of them that come out well. Nothing is trained, and every token
 * is paid for like any other. The chains that were rolled out are candidates for the answer too.
 */

import type { SampleRequest } from "../core/completion.ts";
import type { Model, StepScorer, StrategyContext } from "../core/interfaces.ts";
import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import type { Candidate } from "./candidates.ts";

export interface Judge {
  /** How well a whole chain came out, in [0, 1]; null where that cannot be said. */
  judge(problem: Problem, text: string, context: StrategyContext): Promise<number | null>;
}

/** Well is what comes to an answer at all: for models that know when they are right, and where nothing can verify. */
export const byAnswer: Judge = {
  judge: async (problem, text, { extract }) => (extract(problem, text) === null ? 0 : 1),
};

/** Well is what the verifier likes. With an exact verifier, the search knows what the one who asks may not know. */
export const byVerifier: Judge = {
  async judge(problem, text, { verifier, signal }) {
    const verdict = await verifier.verify(problem, text, signal === undefined ? {} : { signal });
    return verdict.status === "unscored" ? null : verdict.score;
  },
};

export type RollOutOptions = {
  /** Roll-outs a prefix. Default 4. */
  readonly n?: number;
  /** Tokens of one, at most. */
  readonly maxTokens: number;
  /** Default 1. */
  readonly temperature?: number;
  /** Default `byAnswer`. */
  readonly judge?: Judge;
  /** Whether a chain has come to its end, so that nothing is to be rolled out. Default: it states an answer. */
  readonly ended?: (problem: Problem, text: string) => boolean;
  /** What stands between a prefix and what follows. Default "". */
  readonly separator?: string;
};

/** A scorer for one search: what it spends goes through that search's model. */
export type ScorerFor = (context: StrategyContext, model: Model, rng: Rng) => SearchScorer;

/** A step scorer that may have written chains of its own. */
export type SearchScorer = StepScorer & { readonly candidates?: readonly Candidate[] };

/**
 * @example
 * const scorer = rollOuts({ n: 8, maxTokens: 128 });
 */
export function rollOuts(options: RollOutOptions): ScorerFor {
  return (context, model, rng) => new RollOuts(options, context, model, rng);
}

class RollOuts implements SearchScorer {
  readonly name = "roll-outs";
  /** In the order in which they were asked for, whenever they came. */
  readonly #written: Candidate[][] = [];
  readonly #options: RollOutOptions;
  readonly #context: StrategyContext;
  readonly #model: Model;
  readonly #rng: Rng;
  readonly #known = new Map<string, Promise<number>>();

  constructor(options: RollOutOptions, context: StrategyContext, model: Model, rng: Rng) {
    this.#options = options;
    this.#context = context;
    this.#model = model;
    this.#rng = rng;
  }

  get candidates(): readonly Candidate[] {
    return this.#written.flat();
  }

  /** A prefix is rolled out once, whoever asks again. One whose roll-outs nothing pays for scores 0. */
  score(problem: Problem, steps: readonly string[]): Promise<number[]> {
    let text = "";
    return Promise.all(
      steps.map((step) => {
        text += step;
        return this.#valueOf(problem, text);
      }),
    );
  }

  /** Asks at once, so that what is scored together is paid for in the order in which it was asked for. */
  #valueOf(problem: Problem, text: string): Promise<number> {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const value = this.#rollOut(problem, text);
    this.#known.set(text, value);
    return value;
  }

  async #rollOut(problem: Problem, prefix: string): Promise<number> {
    const { n = 4, maxTokens, temperature = 1, judge = byAnswer, separator = "" } = this.#options;
    const ended = this.#options.ended ?? ((posed, text) => this.#context.extract(posed, text) !== null);
    if (ended(problem, prefix)) return (await judge.judge(problem, prefix, this.#context)) ?? 0;
    const rng = this.#rng.split("roll-out", this.#known.size);
    const requests = Array.from(
      { length: n },
      (_, i): SampleRequest => ({
        prompt: problem.prompt,
        ...(prefix === "" ? {} : { prefix }),
        maxTokens,
        temperature,
        seed: rng.split(i).seed,
      }),
    );
    const own: Candidate[] = [];
    this.#written.push(own);
    const scores: number[] = [];
    for (const completion of await this.#model.sample(requests)) {
      if (completion.usage.completionTokens === 0) continue;
      const text = prefix === "" ? completion.text : `${prefix}${separator}${completion.text}`;
      const score = await judge.judge(problem, text, this.#context);
      own.push({ chain: { ...completion, text }, score });
      if (score !== null) scores.push(score);
    }
    return scores.length === 0 ? 0 : scores.reduce((a, b) => a + b, 0) / scores.length;
  }
}

/** The score of each path's last step, in their order; all are asked for at once. */
export async function lastScores(
  problem: Problem,
  scorer: StepScorer,
  paths: readonly { readonly steps: readonly string[] }[],
  signal?: AbortSignal,
): Promise<number[]> {
  const options = signal === undefined ? {} : { signal };
  const scores = await Promise.all(paths.map(({ steps }) => scorer.score(problem, steps, options)));
  return scores.map((each) => each.at(-1) ?? 0);
}

/** Chains that the scorer wrote on the way. */
export function candidatesOf(scorer: SearchScorer): readonly Candidate[] {
  return scorer.candidates ?? [];
}
