/**
 * A process reward model taught beside the policy that it judges, by roll-outs: some prefixes of a step's chains are written to the end a
 * few times each, and the share that comes out right is a label (Math-Shepherd, Wang et al. 2024). What is done with its scores is
 * another matter: rewards in `evaluation`, a choice among right chains in `filter`.
 */

import type { Rng } from "../../core/rng.ts";
import { type Group, generationFlops, type Rollout } from "../chains/rollouts.ts";
import type { ChainScorer } from "../credit/ppo-rewards.ts";
import type { Learner } from "../learn-step.ts";
import { hardLabel, type LabelOptions, labelSteps, type PrefixLabel, type SteppedChain } from "./process-labels.ts";

/** A chain whose steps, some of them, are labelled: in [0, 1], or null where nothing is known. */
export type LabelledSteps = SteppedChain & { readonly labels: readonly (number | null)[] };

/** A scorer of steps that learns. */
export type ProcessRewardModel = ChainScorer & {
  /** Learns the labels. What it costs adds to `spent`; what it draws, it draws from `rng`. */
  readonly train: (chains: readonly LabelledSteps[], rng: Rng) => Promise<{ readonly loss: number }>;
};

/** Which chains are labelled when, and how. */
export type LabelRounds = LabelOptions & {
  /** Steps of training between two rounds of labels: 1 labels in each. */
  readonly every: number;
  /** The last step with a round; later the reward model is as it was then. Default: without end. */
  readonly until?: number;
  /** Chains of a round that are labelled, drawn at random. */
  readonly chains: number;
  /** Prefixes of such a chain that are rolled out, drawn at random. The whole chain is judged besides, which costs nothing. */
  readonly prefixes: number;
  /** The share that came out right, or whether any did. */
  readonly kind: "soft" | "hard";
};

export type Teaching = {
  readonly rewardModel: ProcessRewardModel;
  /** A chain's text as its steps, whose texts together are the chain. */
  readonly split: (chain: string) => readonly string[];
  readonly labels: LabelRounds;
};

/** What a step tells of it. */
export type Taught = {
  /** Labels that were learnt in this step. */
  readonly labelled: number;
  /** Loss of the reward model on them while it learnt; null in a step without labels. */
  readonly modelLoss: number | null;
};

/**
 * Where a step has a round: labels for prefixes of some of its chains by roll-outs of the policy, and the reward model trained on them.
 *
 * @param step counted from 1
 * @param signal heeded while roll-outs are written; once the reward model learns, it learns all
 * @returns with the FLOPs of roll-outs and learning
 * @throws the reason of `signal`; what the reward model throws
 * @example
 * import { Rng } from "../../core/rng.ts";
 * import { toyLearner, toyProblems } from "../fixtures/toy.ts"; // after a digit, write the next one
 * import { TOY_LABELS, toyRewardModel } from "../fixtures/toy-head.ts";
 * import { rollOut } from "../chains/rollouts.ts";
 * await using learner = toyLearner();
 * await using rewardModel = toyRewardModel();
 * const sampling = { samples: 4, maxTokens: 2, temperature: 1 };
 * const groups = await rollOut(learner.model, learner.verifier, toyProblems(5)(1), new Rng(1), sampling);
 * const teaching = { rewardModel, split: (chain: string) => chain.split(/(?= )/), labels: TOY_LABELS };
 * (await teach(learner, groups, 1, new Rng(2), teaching)).labelled > TOY_LABELS.chains; // true
 */
export async function teach(
  learner: Pick<Learner, "engine" | "model" | "verifier">,
  groups: readonly Group[],
  step: number,
  rng: Rng,
  options: Teaching,
  signal?: AbortSignal,
): Promise<Taught & { readonly flops: number }> {
  const { rewardModel, split, labels: how } = options;
  if ((step - 1) % how.every !== 0 || step > (how.until ?? step)) return { labelled: 0, modelLoss: null, flops: 0 };
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
