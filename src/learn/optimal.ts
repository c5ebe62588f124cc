/**
 * Imitation of optimal solutions: the baseline in which thinking is never seen, only what comes of it.
 *
 *   repeat: problems -> a shortest right chain of each, from a solver -> epochs of cross-entropy
 *
 * As `searchStream` with a searcher that never errs, and nothing of the policy's own. The solver is a program and costs no FLOPs of a model.
 */

import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import type { Learner, LearnProgress } from "./learn-step.ts";
import { type SearchStreamOptions, type SearchStreamStep, searchStream } from "./search-stream.ts";

export type OptimalOptions = Omit<SearchStreamOptions, "search" | "keep"> & {
  /** A shortest right chain of a problem; null where it has none. */
  readonly solve: (problem: Problem, rng: Rng) => string | null;
};

/**
 * Trains the engine's weights and `learner.optimizer` in place; otherwise as `searchStream`. Of `own` problems a step the policy's own chains tell how
 * it does; they are not trained on.
 *
 * @throws as `policyGradient`
 * @example
 * import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts"; // after a digit, write the next one
 * await using learner = toyLearner();
 * const solve = ({ prompt }: Problem) => `${(Number(prompt) + 1) % 5} end`;
 * const sampling = { steps: 2, problemsPerStep: 5, own: 1, samples: 4, maxTokens: 2, temperature: 1 };
 * const options = { ...sampling, solve, epochs: 1, batch: 8, optimizer: TOY_ADAMW };
 * for await (const { step, reward } of optimal(learner, toyProblems(5), new Rng(1), options)) console.log(step, reward);
 */
export function optimal(
  learner: Learner,
  problems: (step: number) => readonly Problem[],
  rng: Rng,
  { solve, ...options }: OptimalOptions,
  from?: LearnProgress,
  signal?: AbortSignal,
): AsyncGenerator<SearchStreamStep> {
  return searchStream(learner, problems, rng, { ...options, search: solve, keep: 0 }, from, signal);
}
