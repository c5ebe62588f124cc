/**
 * Guidance (search, in the manner of AlphaZero; Silver et al. 2017, Anthony et al. 2017): a search over steps, guided by the policy and a
 * value, is stronger than the policy and becomes its teacher.
 *
 *   repeat: problems -> a search each -> what it chose and the right chains that it came to are the policy's targets
 *                                     -> what became of its prefixes is the value's
 *
 * The teacher is handed in: a tree (tree-teacher.ts) or beams (beam-teacher.ts), and with it the value: roll-outs, which learn nothing,
 * or a head that is trained here. What the search gains over the policy is told with every step; it shrinks as the search is amortised.
 */

import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import type { ScorerFor } from "../search/roll-outs.ts";
import type { StepFormat } from "../search/steps.ts";
import { generationFlops, type RolloutOptions, rollOut } from "./chains/rollouts.ts";
import { type FineTuneOptions, fineTune } from "./fine-tune.ts";
import { describeGroups, klToReference, type Learner, type LearnProgress, type LearnStep } from "./learn-step.ts";
import { type Imitation, sequencesOf, type VisitTarget } from "./teachers/visit-targets.ts";

export type ValueExample = {
  readonly problem: Problem;
  /** A chain so far. */
  readonly text: string;
  /** What it came to, in [0, 1]. */
  readonly value: number;
};

export type ValueFunction = {
  /** Scores prefixes during the search. */
  readonly scorer: ScorerFor;
  /** FLOPs that the scorer has spent beside the model that it is given. */
  readonly spent?: () => number;
  /** Learns from what the searches came to. */
  readonly train?: (examples: readonly ValueExample[], rng: Rng) => Promise<{ readonly flops: number }>;
};

/** What a search of one problem teaches. */
export type Taught = {
  /** Distinct right chains that it came to. */
  readonly right: number;
  readonly targets: readonly VisitTarget[];
  readonly examples: readonly ValueExample[];
  /** Of what the policy wrote. */
  readonly flops: number;
};

export type Teacher = {
  readonly name: string;
  readonly value: ValueFunction;
  /** @param rng its own for every search */
  readonly search: (learner: Learner, problem: Problem, rng: Rng, signal: AbortSignal | undefined) => Promise<Taught>;
};

/** What searches of all kinds need. */
export type TeacherOptions = Imitation & {
  readonly value: ValueFunction;
  readonly format: StepFormat;
  /** Whether a chain has come to its end: then it is worth its verdict. */
  readonly ended: (text: string) => boolean;
};

export type GuidanceOptions = RolloutOptions &
  FineTuneOptions & { readonly steps: number; readonly problemsPerStep: number; readonly teacher: Teacher };

export type GuidanceStep = LearnStep & {
  /** Share of the step's problems for which a single chain of the policy is right, as it was before the step. */
  readonly policy: number;
  /** Share of them for which the search came to a right chain. */
  readonly search: number;
};

/**
 * Trains the engine's weights and `learner.optimizer` in place, and the value; otherwise as `filter`. The chains reported are those
 * of the policy alone (`samples` a problem), which cost FLOPs like all others.
 *
 * @throws as `policyGradient`
 * @example
 * import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts"; // after a digit, write the next one
 * import { byVerifier, rollOuts } from "../search/roll-outs.ts";
 * import { Rng } from "../core/rng.ts";
 * import { treeTeacher } from "./teachers/tree-teacher.ts";
 * await using learner = toyLearner();
 * const value = { scorer: rollOuts({ n: 2, maxTokens: 1, judge: byVerifier, separator: " " }) };
 * const ends = { ended: (text: string) => text.endsWith("end"), split: (text: string) => text.split(/(?= )/), keep: 2 };
 * const size = { m: 4, parallel: 4, simulations: 16, maxTokens: 200, temperature: 2, minVisits: 2 };
 * const teacher = treeTeacher({ value, format: { stop: [], maxTokens: 1, separator: " " }, ...ends, ...size });
 * const amount = { steps: 1, problemsPerStep: 5, samples: 4, maxTokens: 2, temperature: 1 };
 * const options = { ...amount, teacher, epochs: 1, batch: 8, optimizer: TOY_ADAMW };
 * for await (const step of guidance(learner, toyProblems(5), new Rng(1), options)) console.log(step.policy, step.search);
 */
export async function* guidance(
  learner: Learner,
  problems: (step: number) => readonly Problem[],
  rng: Rng,
  options: GuidanceOptions,
  from: LearnProgress = { step: 0, flops: 0 },
  signal?: AbortSignal,
): AsyncGenerator<GuidanceStep> {
  const { engine, model, verifier } = learner;
  const { teacher } = options;
  const { value } = teacher;
  let { flops } = from;
  for (let step = from.step + 1; step <= options.steps; step++) {
    const random = rng.split(step);
    const drawn = problems(step).slice(0, options.problemsPerStep);
    const rollouts = { ...options, ...(signal === undefined ? {} : { signal }) };
    const groups = await rollOut(model, verifier, drawn, random.split("rollouts"), rollouts);
    const before = value.spent?.() ?? 0;
    const taught = await Promise.all(
      drawn.map((problem, p) => teacher.search(learner, problem, random.split(teacher.name, p), signal)),
    ).catch((error: unknown) => {
      signal?.throwIfAborted(); // a search that was stopped says so in its own words
      throw error;
    });
    signal?.throwIfAborted();
    flops += generationFlops(engine.config, groups) + (value.spent?.() ?? 0) - before;
    flops += taught.reduce((sum, each) => sum + each.flops, 0);
    const kl = await klToReference(learner, groups);
    const targets = taught.flatMap((each) => each.targets);
    const trained = await fineTune(learner, targets, random, options, (batch) => sequencesOf(batch, model));
    flops += trained.flops;
    if (value.train !== undefined) {
      const examples = taught.flatMap((each) => each.examples);
      flops += (await value.train(examples, random.split("value"))).flops;
    }
    const described = describeGroups(groups);
    const search = taught.filter(({ right }) => right > 0).length / taught.length;
    yield { step, flops, ...described, kl, ...trained.diagnostics, groups, policy: described.reward, search };
  }
}
