/**
 * Filter (guess + check): sample, keep what the verifier accepts, fine-tune on it, repeat.
 *
 *   repeat: problems -> chains -> keep up to k distinct correct ones a problem -> epochs of cross-entropy
 *
 * The published variants are options: training goes on from the last step's weights (expert iteration, RAFT) or begins
 * at the base each time (ReST-EM, Singh et al. 2023; STaR, Zelikman et al. 2022); on what this step kept or on all that
 * was kept so far; and a problem that no chain solved may be tried again with a hint, which is dropped from the prompt but
 * stays in the chain (STaR's rationalisation). With `prefer` a process reward model has a say beside the verifier: of the chains that
 * are right it chooses those whose steps are good, so that what came out right by luck or after much error is not taught; it may learn as
 * the policy does, from roll-outs (process-lessons.ts). A problem with many correct chains counts no more than k of them, so that easy
 * problems do not fill the data.
 */

import { AGGREGATIONS, type Aggregation } from "../core/aggregations.ts";
import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import { type Group, generationFlops, type Rollout, type RolloutOptions, rollOut } from "./chains/rollouts.ts";
import type { ChainScorer } from "./credit/ppo-rewards.ts";
import { type FineTuneOptions, fineTune, fineTuneFrom } from "./fine-tune.ts";
import {
  asPolicy,
  describeGroups,
  klToReference,
  type Learner,
  type LearnProgress,
  type LearnStep,
} from "./learn-step.ts";
import { type SupervisedText, supervised, textOf } from "./pretrain.ts";
import { type Taught, type Teaching, teach } from "./reward/process-lessons.ts";

export type FilterOptions = RolloutOptions &
  FineTuneOptions & {
    readonly steps: number;
    readonly problemsPerStep: number;
    /** Distinct correct chains kept a problem, the first that were sampled. */
    readonly keep: number;
    /** Weights at which each step's training begins anew, with a fresh optimizer whose rate falls over the step's own updates. Without, it goes on. */
    readonly restartFrom?: Float32Array;
    /** Trains on what all steps so far have kept, not on this step's alone. */
    readonly accumulate?: boolean;
    /**
     * The beginning of a chain for a problem that none of its chains solved, such as the first operation of a solution; null for
     * none. What the model makes of it is kept like any other chain where the verifier accepts it.
     */
    readonly hint?: (problem: Problem, rng: Rng) => string | null;
    /** Keeps, of a problem's correct chains, those that a reward model scores highest, not the first. */
    readonly prefer?: Preference;
  };

export type Preference = {
  readonly scorer: ChainScorer;
  /** A chain's text as its steps, whose texts together are the chain. */
  readonly split: (chain: string) => readonly string[];
  /** A chain's score of its steps'. */
  readonly aggregation: Aggregation;
  /** A chain that scores less is not kept, right as it is. Default 0. */
  readonly threshold?: number;
  /** How the reward model learns beside the policy; without, it is taken as it is. */
  readonly teaching?: Omit<Teaching, "split">;
};

/** Where a run goes on from: with `accumulate`, what was kept before is part of it. */
export type FilterProgress = LearnProgress & { readonly kept?: readonly SupervisedText[] };

export type FilterStep = LearnStep & {
  /** What was trained on: this step's chains, or all so far. */
  readonly kept: readonly SupervisedText[];
  /** Chains among those kept in this step that began with a hint. */
  readonly rationalised: number;
} & Partial<Taught>; // where the reward model of a preference is taught

/**
 * Trains the engine's weights and `learner.optimizer` in place; yields each step with its chains, and goes on after
 * `from`. What a step does depends on its number, `rng`, the weights and what `from` kept. An abort is heeded while chains
 * are written; a pass over what was kept, once begun, is finished, as in `policyGradient`, and so is a step whose reward model has learnt.
 *
 * @param problems the problems of a step (from 1), at least as many as `problemsPerStep`
 * @param from steps done and FLOPs spent before
 * @throws as `policyGradient`
 * @example
 * import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts"; // after a digit, write the next one
 * await using learner = toyLearner();
 * const sampling = { steps: 2, problemsPerStep: 5, samples: 8, maxTokens: 2, temperature: 1 };
 * const restEm = { restartFrom: learner.engine.parameters.slice() };
 * const options = { ...sampling, ...restEm, keep: 4, epochs: 2, batch: 8, optimizer: TOY_ADAMW };
 * for await (const { step, reward } of filter(learner, toyProblems(5), new Rng(1), options)) console.log(step, reward);
 */
export async function* filter(
  learner: Learner,
  problems: (step: number) => readonly Problem[],
  rng: Rng,
  options: FilterOptions,
  from: FilterProgress = { step: 0, flops: 0 },
  signal?: AbortSignal,
): AsyncGenerator<FilterStep> {
  const { engine, model, verifier } = learner;
  let { flops, kept = [] } = from;
  for (let step = from.step + 1; step <= options.steps; step++) {
    const random = rng.split(step);
    const drawn = problems(step).slice(0, options.problemsPerStep);
    const rollouts = { ...options, ...(signal === undefined ? {} : { signal }) };
    const sampled = await rollOut(model, verifier, drawn, random.split("rollouts"), rollouts);
    const groups = await asPolicy(learner, sampled, options.temperature);
    const { flops: teaching, ...taught } = await taughtPreference(learner, groups, step, random, options, signal);
    const stop = typeof taught.modelLoss === "number" ? undefined : signal; // once the reward model has learnt, the step is finished
    const chosen = await choose(groups, options, stop);
    const solved = chosen.kept;
    const rationalised = await rationalise(learner, groups, random.split("hints"), options, stop);
    flops += generationFlops(engine.config, groups) + generationFlops(engine.config, rationalised.attempts);
    flops += teaching + chosen.flops;
    const fresh = [...solved, ...rationalised.correct].map(({ problem, completion }) =>
      textOf(model, problem, completion.text),
    );
    kept = options.accumulate === true ? [...kept, ...fresh] : fresh;
    const kl = await klToReference(learner, groups);
    const trained =
      options.restartFrom === undefined
        ? await fineTune(learner, kept, random, options, supervised)
        : await fineTuneFrom(options.restartFrom, learner, kept, random, options, supervised);
    flops += trained.flops;
    yield {
      step,
      flops,
      ...describeGroups(groups),
      kl,
      ...trained.diagnostics,
      groups,
      kept,
      rationalised: rationalised.correct.length,
      ...taught,
    };
  }
}

/** The reward model's lessons of a step, where it has any. */
async function taughtPreference(
  learner: Learner,
  groups: readonly Group[],
  step: number,
  rng: Rng,
  { prefer }: FilterOptions,
  signal: AbortSignal | undefined,
): Promise<Partial<Taught> & { readonly flops: number }> {
  if (prefer?.teaching === undefined) return { flops: 0 };
  const { split, teaching } = prefer;
  return teach(learner, groups, step, rng.split("labels"), { ...teaching, split }, signal);
}

/** The correct chains that are kept of each problem: the first, or the best. */
async function choose(
  groups: readonly Group[],
  { keep, prefer }: FilterOptions,
  signal: AbortSignal | undefined,
): Promise<{ readonly kept: readonly Rollout[]; readonly flops: number }> {
  if (prefer === undefined) return { kept: groups.flatMap((group) => distinctCorrect(group, keep)), flops: 0 };
  const { scorer, split, aggregation, threshold = 0 } = prefer;
  const before = scorer.spent();
  const correct = groups.map((group) => distinctCorrect(group, group.length));
  const chains = correct.flat().map(({ problem, completion }) => ({ problem, steps: split(completion.text) }));
  const scores = await scorer.scoreAll(chains, signal === undefined ? {} : { signal });
  let next = 0;
  const kept = correct.flatMap((group) =>
    group
      .map((rollout) => ({ rollout, score: AGGREGATIONS[aggregation](scores[next++] ?? []) }))
      .filter(({ score }) => score >= threshold)
      .sort((a, b) => b.score - a.score) // stable: of equal ones the first
      .slice(0, keep)
      .map(({ rollout }) => rollout),
  );
  return { kept, flops: scorer.spent() - before };
}

/** One chain that begins with a hint for each problem that no chain solved. */
async function rationalise(
  { model, verifier }: Learner,
  groups: readonly Group[],
  rng: Rng,
  { hint, maxTokens, temperature }: FilterOptions,
  signal: AbortSignal | undefined,
): Promise<{ readonly attempts: readonly Group[]; readonly correct: readonly Rollout[] }> {
  if (hint === undefined) return { attempts: [], correct: [] };
  const stop = signal === undefined ? {} : { signal };
  const asked = groups.flatMap((group, g) => {
    const problem = group[0]?.problem;
    if (problem === undefined || group.some(({ verdict }) => verdict.status === "correct")) return [];
    const prefix = hint(problem, rng.split("hint", g));
    const request = { prompt: problem.prompt, maxTokens, temperature, seed: rng.split("chain", g).seed };
    return prefix === null ? [] : [{ problem, request: { ...request, prefix } }];
  });
  const completions = await model.sample(
    asked.map(({ request }) => request),
    stop,
  );
  signal?.throwIfAborted();
  const attempts = await Promise.all(
    completions.map(async (completion, i) => {
      const { problem, request } = asked[i] as (typeof asked)[number];
      const text = `${request.prefix} ${completion.text}`;
      return [{ problem, completion: { ...completion, text }, verdict: await verifier.verify(problem, text, stop) }];
    }),
  );
  return { attempts, correct: attempts.flat().filter(({ verdict }) => verdict.status === "correct") };
}

/**
 * The first `keep` correct chains of a group whose texts differ.
 *
 * @example
 * distinctCorrect([], 4).length; // 0
 */
export function distinctCorrect(group: Group, keep: number): Rollout[] {
  const byText = new Map<string, Rollout>();
  for (const rollout of group) {
    const { text } = rollout.completion;
    if (rollout.verdict.status === "correct" && !byText.has(text)) byText.set(text, rollout);
  }
  return [...byText.values()].slice(0, keep);
}
