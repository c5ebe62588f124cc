/**
 * Evaluation (process rewards; Lightman et al. 2023, Math-Shepherd, Wang et al. 2024): a second model learns to say how good an
 * unfinished chain is, and the policy is trained on what it says.
 *
 *   repeat: problems -> chains
 *           -> some of their prefixes are rolled out to the end, a few times each: the share that comes out right is a label
 *           -> the process reward model learns the labels
 *           -> it scores every step of every chain: with the verdict, these are the rewards
 *           -> PPO
 *
 * Labels are made anew from the policy's own chains as it changes (every `every` steps), as a reward model that is not, is soon fooled
 * (`until` ends them, to see it); `proxy` beside `reward` shows whether this one is. Which value is learnt is the labels' matter (process-labels.ts): that of the
 * present attempt where they are confined to it, the policy's own otherwise.
 */

import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import type { ProcessReward } from "./credit/ppo-rewards.ts";
import { describeGroups, klToReference, type Learner, type LearnProgress } from "./learn-step.ts";
import { type PpoOptions, type PpoStep, ppoUpdate, writeChains } from "./ppo.ts";
import { type Taught, type Teaching, teach } from "./reward/process-lessons.ts";

export type EvaluationOptions = PpoOptions &
  Teaching &
  Pick<ProcessReward, "form"> & {
    /** Weight of the steps' rewards beside the outcome; null for the steps' alone. */
    readonly processWeight: number | null;
  };

export type EvaluationStep = PpoStep & Taught;

/**
 * Trains the engine's weights, `learner.optimizer` and the reward model in place; yields each step with its chains, and goes on
 * after `from`. What a step does depends on its number, `rng` and the weights of both. An abort is heeded while chains and roll-outs
 * are written; once the reward model learns, the step is finished and yielded.
 *
 * @param learner whose engine has a head, for the value; the reward model has its own
 * @param problems the problems of a step (from 1), at least as many as `problemsPerStep`
 * @param from steps done and FLOPs spent before
 * @throws as `ppo`
 * @example
 * import { Rng } from "../core/rng.ts";
 * import { toyProblems } from "./fixtures/toy.ts"; // after a digit, write the next one
 * import { TOY_LABELS, TOY_PPO, toyLearnerWithHead, toyRewardModel } from "./fixtures/toy-head.ts";
 * await using learner = toyLearnerWithHead();
 * await using rewardModel = toyRewardModel();
 * const process = { rewardModel, split: (chain: string) => chain.split(/(?= )/), form: "difference", processWeight: 1 } as const;
 * const options = { ...TOY_PPO, ...process, steps: 2, labels: TOY_LABELS };
 * for await (const { step, reward, proxy } of evaluation(learner, toyProblems(5), new Rng(1), options)) {
 *   console.log(step, reward, proxy);
 * }
 */
export async function* evaluation(
  learner: Learner,
  problems: (step: number) => readonly Problem[],
  rng: Rng,
  options: EvaluationOptions,
  from: LearnProgress = { step: 0, flops: 0 },
  signal?: AbortSignal,
): AsyncGenerator<EvaluationStep> {
  const { rewardModel: scorer, split, form, processWeight: weight } = options;
  const process = { scorer, split, form };
  const reward =
    weight === null ? { kind: "process" as const, ...process } : { kind: "mixed" as const, weight, ...process };
  let { flops } = from;
  for (let step = from.step + 1; step <= options.steps; step++) {
    const random = rng.split(step);
    const drawn = problems(step).slice(0, options.problemsPerStep);
    const { groups, flops: writing } = await writeChains(learner, drawn, random.split("chains"), options, signal);
    const kl = await klToReference(learner, groups);
    const { flops: teaching, ...taught } = await teach(learner, groups, step, random.split("labels"), options, signal);
    const isTaught = taught.modelLoss !== null;
    const update = await ppoUpdate(learner, groups, step, options, reward, isTaught ? undefined : signal);
    flops += writing + teaching + update.flops;
    yield { step, flops, ...describeGroups(groups), kl, ...update.diagnostics, ...taught, groups };
  }
}
