/** Hypothesis 4, combination: chains of a searcher that errs, goes back and finds; alone, and as what reinforcement begins with. */

import type { Problem } from "../../../core/problem.ts";
import { policyGradient, VARIANTS } from "../../../learn/policy-gradient.ts";
import { type SearchStreamOptions, searchStream } from "../../../learn/search-stream.ts";
import { puzzleOf } from "../../../tasks/countdown/puzzle.ts";
import { searchStream as searchOf } from "../../../tasks/countdown/search-stream.ts";
import type { Knobs } from "../knobs.ts";
import type { Method } from "../method.ts";
import { adamw, stepSize } from "./settings.ts";

export const STREAM: Method = {
  name: "stream",
  title: "stream of search",
  hypothesis: "combination",
  summary:
    "chains of a systematic searcher (a program that knows the rules; no model, so no FLOPs) are imitated, dead ends included, and the model's own right ones",
  knobs: ["batch", "rate", "max-tokens"],
  start: ({ learner, knobs }) => {
    const options = streamOptions(256, knobs);
    return {
      problemsPerStep: options.problemsPerStep,
      learn: (problems, rng, from, signal) => searchStream(learner, problems, rng, options, from, signal),
    };
  },
};

/** Share of the budget that is spent on imitation; the rest on reinforcement. */
const IMITATION = 0.4;

export const STREAM_GRPO: Method = {
  name: "stream-grpo",
  title: "stream of search, GRPO",
  hypothesis: "combination",
  summary: "as stream for two fifths of the budget, then policy gradient on the verdict alone, as GRPO",
  knobs: ["batch", "rate", "group", "max-tokens"],
  start: ({ learner, knobs }) => {
    const imitation = streamOptions(128, knobs);
    const size = stepSize({ problemsPerStep: 128, samples: 4, maxTokens: 512 }, knobs);
    const reinforcement = {
      ...VARIANTS.grpo,
      ...size,
      aggregation: "token-mean" as const,
      clipHigh: 0.28,
      minibatches: 8,
      klWeight: 0,
      overlongBuffer: 0,
      optimizer: adamw(5e-4, knobs),
    };
    const isImitation = (): boolean => (learner.progress?.() ?? 0) < IMITATION;
    return {
      problemsPerStep: size.problemsPerStep,
      async *learn(problems, rng, from, signal) {
        let done = from;
        if (isImitation()) {
          for await (const step of searchStream(learner, problems, rng, imitation, from, signal)) {
            done = step;
            yield step;
            if (!isImitation()) break;
          }
        }
        yield* policyGradient(learner, problems, rng, reinforcement, done, signal);
      },
    };
  },
};

function streamOptions(problemsPerStep: number, knobs: Knobs): SearchStreamOptions {
  const { group: _, ...own } = knobs;
  const size = stepSize({ problemsPerStep, samples: 1, maxTokens: 1024 }, own);
  const how = { order: "listed", tolerance: 3, lookAhead: true, restart: true, maxTokens: size.maxTokens } as const;
  return {
    ...size,
    search: (problem: Problem) => {
      const puzzle = puzzleOf(problem);
      return puzzle === null ? null : searchOf(puzzle, how).text;
    },
    own: Math.ceil(size.problemsPerStep / 32),
    keep: 1,
    epochs: 1,
    batch: 16,
    optimizer: adamw(6e-4, knobs),
  };
}
