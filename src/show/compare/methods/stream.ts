/** Hypothesis 4, combination: chains of a searcher that errs, goes back and finds in the end, imitated. */

import type { Problem } from "../../../core/problem.ts";
import { searchStream } from "../../../learn/search-stream.ts";
import { puzzleOf } from "../../../tasks/countdown/puzzle.ts";
import { searchStream as searchOf } from "../../../tasks/countdown/search-stream.ts";
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
    const size = stepSize({ problemsPerStep: 256, samples: 1, maxTokens: 1024 }, knobs);
    const how = { order: "listed", tolerance: 3, lookAhead: true, restart: true, maxTokens: size.maxTokens } as const;
    const options = {
      ...size,
      search: (problem: Problem) => {
        const puzzle = puzzleOf(problem);
        return puzzle === null ? null : searchOf(puzzle, how).text;
      },
      own: 8,
      keep: 1,
      epochs: 1,
      batch: 16,
      optimizer: adamw(6e-4, knobs),
    };
    return {
      problemsPerStep: size.problemsPerStep,
      learn: (problems, rng, from, signal) => searchStream(learner, problems, rng, options, from, signal),
    };
  },
};
