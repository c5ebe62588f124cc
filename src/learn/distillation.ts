/**
 * Prompt distillation: what comes of a long chain is taught as a direct answer, so that a model needs to think less to say the same
 * ("distilling System 2 into System 1", Yu et al. 2024).
 *
 *   teacher = the weights at the beginning
 *   repeat: problems -> chains of the teacher -> keep the right ones -> their answers, without the search that led to them
 *           epochs of cross-entropy of the policy on: problem -> answer
 *
 * The teacher stays as it is: a policy that has learnt to answer at once no longer writes the long chains that there is something to learn from. Deviation
 * from the source: what is kept is what a verifier accepts, not what most chains agree on.
 */

import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import { type Group, generationFlops, type RolloutOptions, rollOut } from "./chains/rollouts.ts";
import { underWeights } from "./chains/sampling-weights.ts";
import { type FineTuneOptions, fineTune } from "./fine-tune.ts";
import {
  asPolicy,
  describeGroups,
  klToReference,
  type Learner,
  type LearnProgress,
  type LearnStep,
} from "./learn-step.ts";
import { type SupervisedText, supervised } from "./pretrain.ts";

export type DistillationOptions = RolloutOptions &
  FineTuneOptions & {
    readonly steps: number;
    readonly problemsPerStep: number;
    /** The weights that write the long chains. */
    readonly teacher: Float32Array;
    /** A chain's answer as a chain of its own, as short as can be; null for a chain that claims none. */
    readonly answer: (problem: Problem, chain: string) => string | null;
    /** Distinct answers that are taught, a problem. */
    readonly keep: number;
    /** Of the step's problems, how many the policy tries once, so that a step can tell how it does; not trained on. */
    readonly own: number;
  };

export type DistillationStep = LearnStep & {
  /** Answers taught. */
  readonly taught: number;
  /** Mean reward and mean tokens of the teacher's chains. */
  readonly teacherReward: number;
  readonly teacherTokens: number;
};

/**
 * Trains the engine's weights and `learner.optimizer` in place; otherwise as `filter`. `reward`, `meanTokens` and what else a step tells are of the policy.
 *
 * @throws as `policyGradient`
 * @example
 * import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts"; // after a digit, write the next one
 * await using learner = toyLearner();
 * const answer = (_: Problem, chain: string) => `${chain.split(" ")[0]} end`;
 * const sampling = { steps: 2, problemsPerStep: 5, samples: 8, maxTokens: 2, temperature: 1, own: 5 };
 * const teaching = { teacher: learner.engine.parameters.slice(), answer, keep: 1 };
 * const options = { ...sampling, ...teaching, epochs: 1, batch: 8, optimizer: TOY_ADAMW };
 * for await (const { taught, meanTokens } of distillation(learner, toyProblems(5), new Rng(1), options)) console.log(taught, meanTokens);
 */
export async function* distillation(
  learner: Learner,
  problems: (step: number) => readonly Problem[],
  rng: Rng,
  options: DistillationOptions,
  from: LearnProgress = { step: 0, flops: 0 },
  signal?: AbortSignal,
): AsyncGenerator<DistillationStep> {
  const { engine, model, verifier } = learner;
  let { flops } = from;
  for (let step = from.step + 1; step <= options.steps; step++) {
    const random = rng.split(step);
    const drawn = problems(step).slice(0, options.problemsPerStep);
    const rollouts = { ...options, ...(signal === undefined ? {} : { signal }) };
    const once = { ...rollouts, samples: 1 };
    const tried = await rollOut(model, verifier, drawn.slice(0, options.own), random.split("own"), once);
    const groups = await asPolicy(learner, tried, options.temperature);
    const kl = await klToReference(learner, groups);
    const long = await underWeights(engine, options.teacher, () =>
      rollOut(model, verifier, drawn, random.split("rollouts"), rollouts),
    );
    const texts = long.flatMap((group) => answersOf(learner, group, options));
    const trained = await fineTune(learner, texts, random, options, supervised);
    flops += generationFlops(engine.config, [...groups, ...long]) + trained.flops;
    const { reward: teacherReward, meanTokens: teacherTokens } = describeGroups(long);
    const told = { ...describeGroups(groups), kl, ...trained.diagnostics, groups };
    yield { step, flops, ...told, taught: texts.length, teacherReward, teacherTokens };
  }
}

/** Distinct answers of a group's right chains, the first that were found. */
function answersOf({ model }: Learner, group: Group, { answer, keep }: DistillationOptions): SupervisedText[] {
  const right = group.filter(({ verdict }) => verdict.status === "correct");
  const answers = new Set(right.map(({ problem, completion }) => answer(problem, completion.text)));
  const prompt = group[0]?.problem.prompt ?? "";
  return [...answers]
    .filter((text) => text !== null)
    .slice(0, keep)
    .map((text) => ({ tokens: model.encode(prompt, text), promptTokens: model.encode(prompt).length }));
}
