/**
 * Stream of search: the policy is taught chains in which a searcher enumerates, goes back and at last finds, and goes on from what it
 * then finds itself (Gandhi et al. 2024: "Stream of Search", and its improvement by APA or STaR, here by what is verified).
 *
 *   repeat: problems -> a searcher's chain of each
 *                    -> the policy's own chains of some of them -> keep the right ones
 *           epochs of cross-entropy on both
 *
 * The searcher is given: a program that knows the task's rules and costs no FLOPs of a model. What is learnt is its order of search; what
 * it found is of little use to a model that meets other problems. The searcher's chains may be long and end without an answer where
 * they would be too long: how to go on is learnt from those too.
 */

import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import { generationFlops, type RolloutOptions, rollOut } from "./chains/rollouts.ts";
import { distinctCorrect } from "./filter.ts";
import { type FineTuneOptions, fineTune } from "./fine-tune.ts";
import {
  asPolicy,
  describeGroups,
  klToReference,
  type Learner,
  type LearnProgress,
  type LearnStep,
} from "./learn-step.ts";
import { type SupervisedText, supervised, textOf } from "./pretrain.ts";

export type SearchStreamOptions = RolloutOptions &
  FineTuneOptions & {
    readonly steps: number;
    readonly problemsPerStep: number;
    /** The searcher's chain of a problem; null where it has none. */
    readonly search: (problem: Problem, rng: Rng) => string | null;
    /** Of the step's problems, how many the policy tries itself. At least 1: what a step tells of the policy comes from these. */
    readonly own: number;
    /** Distinct right chains of the policy that are taught, a problem. */
    readonly keep: number;
  };

export type SearchStreamStep = LearnStep & {
  /** Chains trained on that the searcher wrote, and that the policy did. */
  readonly written: number;
  readonly kept: number;
};

/**
 * Trains the engine's weights and `learner.optimizer` in place; otherwise as `filter`.
 *
 * @throws as `policyGradient`
 * @example
 * import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts"; // after a digit, write the next one
 * await using learner = toyLearner();
 * const search = ({ prompt }: Problem) => `${(Number(prompt) + 1) % 5} end`;
 * const sampling = { steps: 2, problemsPerStep: 5, own: 1, samples: 4, maxTokens: 2, temperature: 1 };
 * const options = { ...sampling, search, keep: 1, epochs: 1, batch: 8, optimizer: TOY_ADAMW };
 * const steps = searchStream(learner, toyProblems(5), new Rng(1), options);
 * for await (const { written, kept } of steps) console.log(written, kept);
 */
export async function* searchStream(
  learner: Learner,
  problems: (step: number) => readonly Problem[],
  rng: Rng,
  options: SearchStreamOptions,
  from: LearnProgress = { step: 0, flops: 0 },
  signal?: AbortSignal,
): AsyncGenerator<SearchStreamStep> {
  const { engine, model, verifier } = learner;
  let { flops } = from;
  for (let step = from.step + 1; step <= options.steps; step++) {
    const random = rng.split(step);
    const drawn = problems(step).slice(0, options.problemsPerStep);
    const written = drawn.flatMap((problem, p): SupervisedText[] => {
      const chain = options.search(problem, random.split("search", p));
      return chain === null ? [] : [textOf(model, problem, chain)];
    });
    const tried = drawn.slice(0, options.own);
    const rollouts = { ...options, ...(signal === undefined ? {} : { signal }) };
    const sampled = await rollOut(model, verifier, tried, random.split("rollouts"), rollouts);
    const groups = await asPolicy(learner, sampled, options.temperature);
    const kept = groups
      .flatMap((group) => distinctCorrect(group, options.keep))
      .map(({ problem, completion }) => textOf(model, problem, completion.text));
    const kl = await klToReference(learner, groups);
    const trained = await fineTune(learner, [...written, ...kept], random, options, supervised);
    flops += generationFlops(engine.config, groups) + trained.flops;
    const told = { ...describeGroups(groups), kl, ...trained.diagnostics, groups };
    yield { step, flops, ...told, written: written.length, kept: kept.length };
  }
}
