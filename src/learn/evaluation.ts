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
 * Labels are made anew from the policy's own chains as it changes (every `every` steps), as a reward model that is not, is soon fooled;
 * `proxy` beside `reward` shows whether this one is. Which value is learnt is the labels' matter (process-labels.ts): that of the
 * present attempt where they are confined to it, the policy's own otherwise.
 */

import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import { describeGroups, klToReference, type Learner, type LearnProgress } from "./learn-step.ts";
import { type PpoOptions, type PpoStep, ppoUpdate, writeChains } from "./ppo.ts";
import type { ChainScorer, ProcessReward } from "./ppo-rewards.ts";
import { hardLabel, type LabelOptions, labelSteps, type PrefixLabel, type SteppedChain } from "./process-labels.ts";
import { type Group, generationFlops, type Rollout } from "./rollouts.ts";

/** A chain whose steps, some of them, are labelled: in [0, 1], or null where nothing is known. */
export type LabelledSteps = SteppedChain & { readonly labels: readonly (number | null)[] };

/** A scorer of steps that learns. */
export type ProcessRewardModel = ChainScorer & {
  /** Learns the labels. What it costs adds to `spent`; what it draws, it draws from `rng`. */
  readonly train: (chains: readonly LabelledSteps[], rng: Rng) => Promise<{ readonly loss: number }>;
};

export type EvaluationOptions = PpoOptions &
  Pick<ProcessReward, "split" | "form"> & {
    readonly rewardModel: ProcessRewardModel;
    /** Weight of the steps' rewards beside the outcome; null for the steps' alone. */
    readonly processWeight: number | null;
    readonly labels: LabelOptions & {
      /** Steps of training between two rounds of labels: 1 labels in each. */
      readonly every: number;
      /** Chains of a round that are labelled, drawn at random. */
      readonly chains: number;
      /** Prefixes of such a chain that are rolled out, drawn at random. The whole chain is judged besides, which costs nothing. */
      readonly prefixes: number;
      /** The share that came out right, or whether any did. */
      readonly kind: "soft" | "hard";
    };
  };

export type EvaluationStep = PpoStep & {
  /** Labels that were learnt in this step. */
  readonly labelled: number;
  /** Loss of the reward model on them while it learnt; null in a step without labels. */
  readonly modelLoss: number | null;
};

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
    const isLabelling = (step - 1) % options.labels.every === 0;
    const learnt = isLabelling ? await teach(learner, groups, random.split("labels"), options, signal) : UNTAUGHT;
    const update = await ppoUpdate(learner, groups, step, options, reward, isLabelling ? undefined : signal);
    flops += writing + learnt.flops + update.flops;
    const { labelled, modelLoss } = learnt;
    yield { step, flops, ...describeGroups(groups), kl, ...update.diagnostics, labelled, modelLoss, groups };
  }
}

type Taught = Pick<EvaluationStep, "labelled" | "modelLoss"> & { readonly flops: number };

const UNTAUGHT: Taught = { labelled: 0, modelLoss: null, flops: 0 };

/** Labels for prefixes of some chains by roll-outs of the policy, and the reward model trained on them. */
async function teach(
  learner: Learner,
  groups: readonly Group[],
  rng: Rng,
  options: EvaluationOptions,
  signal: AbortSignal | undefined,
): Promise<Taught> {
  const { rewardModel, split, labels: how } = options;
  const chains = rng
    .split("chains")
    .shuffle(groups.flat())
    .filter(({ completion }) => split(completion.text).length > 0)
    .slice(0, how.chains)
    .map((rollout, c) => chosenOf(rollout, split(rollout.completion.text), how.prefixes, rng.split("prefixes", c)));
  const prefixes = chains.flatMap(({ problem, steps, chosen }) =>
    chosen.map((s) => ({ problem, steps: [steps.slice(0, s + 1).join("")] })),
  );
  const stop = signal === undefined ? {} : { signal };
  const found = await labelSteps(learner, prefixes, rng.split("roll-outs"), { ...how, ...stop });
  const labelOf = (label: PrefixLabel): number | null => (how.kind === "hard" ? hardLabel(label) : label.soft);
  let next = 0;
  const known = chains.map(({ problem, steps, chosen, outcome }): LabelledSteps => {
    const labels: (number | null)[] = steps.map(() => null);
    for (const s of chosen) labels[s] = labelOf(found.labels[next++]?.[0] as PrefixLabel);
    if (outcome !== null) labels[steps.length - 1] = outcome;
    return { problem, steps, labels };
  });
  const labelled = known.flatMap(({ labels }) => labels).filter((label) => label !== null).length;
  const flops = generationFlops(learner.engine.config, found.written);
  if (labelled === 0) return { labelled, modelLoss: null, flops };
  const before = rewardModel.spent();
  const { loss } = await rewardModel.train(known, rng.split("training"));
  return { labelled, modelLoss: loss, flops: flops + rewardModel.spent() - before };
}

/** Which steps of a chain are rolled out. One that came to its end has its verdict for its last step. */
function chosenOf({ problem, completion, verdict }: Rollout, steps: readonly string[], count: number, rng: Rng) {
  const ended = completion.finish !== "length";
  const open = steps.map((_, s) => s).slice(0, ended ? -1 : undefined);
  const chosen = rng.shuffle(open).slice(0, count);
  const outcome = ended && verdict.status !== "unscored" ? verdict.score : null;
  return { problem, steps, chosen, outcome };
}
