/**
 * Reinforcement on verified answers: policy gradient with group-relative advantages (GRPO, DAPO, Dr. GRPO, RLOO).
 *
 *   repeat: problems -> a group of chains each -> verdicts -> advantages within the group
 *           -> drop groups that teach nothing -> one clipped step a mini-batch
 *
 * The reward is the verdict on the answer and nothing else: no length, format or behaviour is rewarded (DAPO's soft
 * overlong penalty, off unless asked for, is the one exception).
 */

import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import type { AdamWOptions } from "../engine/adamw.ts";
import {
  type Group,
  generationFlops,
  outcomeReward,
  type Rollout,
  type RolloutOptions,
  rollOut,
  scoringFlops,
} from "./chains/rollouts.ts";
import { SamplingWeights } from "./chains/sampling-weights.ts";
import { type Baseline, groupAdvantages, isUseful, overlongPenalty } from "./credit/advantages.ts";
import {
  asPolicy,
  describeGroups,
  klToReference,
  type Learner,
  type LearnProgress,
  type LearnStep,
} from "./learn-step.ts";
import { type Aggregation, policyLoss } from "./loss/policy-loss.ts";
import { type CreditedChain, type TokenUpdate, updateOnTokens } from "./loss/token-update.ts";

export type PolicyGradientOptions = RolloutOptions & {
  readonly steps: number;
  readonly problemsPerStep: number;
  /** Updates a step: the step's chains are dealt over as many mini-batches. */
  readonly minibatches: number;
  readonly baseline: Baseline;
  readonly aggregation: Aggregation;
  readonly clipLow: number;
  readonly clipHigh: number;
  readonly klWeight: number;
  /** Rounds of sampling a step at most, to replace groups that teach nothing (DAPO); 1 replaces none. */
  readonly rounds: number;
  /** Tokens before maxTokens over which DAPO's overlong penalty falls to -1; 0 is no penalty. */
  readonly overlongBuffer: number;
  /**
   * Off-policy age: chains of a step come from weights that are up to so many steps old, as where sampling and training run apart;
   * they are fetched anew every age + 1 steps. Default 0: on-policy. A run goes on only after a step whose number is a multiple of age + 1.
   * A step's `kl` is that of the weights that wrote its chains.
   */
  readonly age?: number;
  readonly optimizer: AdamWOptions;
};

/** The published variants, as the options in which they differ. */
export const VARIANTS = {
  grpo: { baseline: "group-normalised", aggregation: "sequence-mean", clipLow: 0.2, clipHigh: 0.2, rounds: 1 },
  dapo: { baseline: "group-normalised", aggregation: "token-mean", clipLow: 0.2, clipHigh: 0.28, rounds: 3 },
  dr_grpo: { baseline: "group-mean", aggregation: "constant", clipLow: 0.2, clipHigh: 0.2, rounds: 1 },
  rloo: { baseline: "leave-one-out", aggregation: "token-mean", clipLow: 0.2, clipHigh: 0.2, rounds: 1 },
} as const satisfies Record<string, Partial<PolicyGradientOptions>>;

/**
 * Trains the engine's weights and `learner.optimizer` in place; yields each step with its chains, and goes on after
 * `from`. What a step does depends on its number, `rng` and the weights alone.
 *
 * An abort is heeded while chains are written, before anything is trained: an improvement that has begun is finished
 * and yielded. So whenever this throws the reason of `signal`, weights and optimizer are those of the last step yielded.
 *
 * @param problems the problems of a round of sampling, at least as many as `problemsPerStep`; round r (from 0) of step
 * s (from 1) asks for `s * rounds + r`
 * @param from steps done and FLOPs spent before
 * @throws the reason of `signal`; MullError `engine` where the engine fails or the gradient is not finite, and then
 * weights and optimizer may be in the middle of a step
 * @example
 * import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts"; // after a digit, write the next one
 * await using learner = toyLearner();
 * const { grpo } = VARIANTS;
 * const amount = { steps: 2, problemsPerStep: 5, samples: 8, maxTokens: 2, temperature: 1, minibatches: 2 };
 * const options = { ...grpo, ...amount, klWeight: 0, overlongBuffer: 0, optimizer: TOY_ADAMW };
 * for await (const { step, reward, useful } of policyGradient(learner, toyProblems(5), new Rng(1), options)) {
 *   console.log(step, reward, useful);
 * }
 */
export async function* policyGradient(
  learner: Learner,
  problems: (step: number) => readonly Problem[],
  rng: Rng,
  options: PolicyGradientOptions,
  from: LearnProgress = { step: 0, flops: 0 },
  signal?: AbortSignal,
): AsyncGenerator<LearnStep> {
  let { flops } = from;
  const weights = new SamplingWeights(learner.engine, options.age ?? 0, from.step);
  for (let step = from.step + 1; step <= options.steps; step++) {
    const groups: Group[] = [];
    const useful: Group[] = [];
    for (let round = 0; round < options.rounds && useful.length < options.problemsPerStep; round++) {
      const wanted = options.problemsPerStep - useful.length;
      const drawn = problems(step * options.rounds + round).slice(0, wanted);
      const rollouts = { ...options, ...(signal === undefined ? {} : { signal }) };
      const sampled = await weights.at(step, async () =>
        asPolicy(
          learner,
          await rollOut(learner.model, learner.verifier, drawn, rng.split(step, round), rollouts),
          options.temperature,
        ),
      );
      groups.push(...sampled);
      useful.push(...sampled.filter((group) => isUseful(rewardsOf(group, options))));
    }
    const kl = await klToReference(learner, groups);
    const trained = await improve(learner, useful, options);
    const shape = learner.engine.config;
    const rescored = options.temperature === 1 ? 0 : scoringFlops(shape, groups.flat());
    flops += generationFlops(shape, groups) + rescored + trained.flops;
    yield { step, flops, ...describeGroups(groups), kl, ...trained.diagnostics, groups };
  }
}

/** Rewards of a group's scored chains. */
function rewardsOf(group: Group, options: PolicyGradientOptions): number[] {
  return scored(group).map((rollout) => shapedReward(rollout, options));
}

function scored(group: Group): Rollout[] {
  return group.filter((rollout) => outcomeReward(rollout) !== null);
}

function shapedReward(rollout: Rollout, { maxTokens, overlongBuffer }: PolicyGradientOptions): number {
  const penalty =
    overlongBuffer > 0 ? overlongPenalty(rollout.completion.usage.completionTokens, maxTokens, overlongBuffer) : 0;
  return (outcomeReward(rollout) as number) + penalty;
}

/** One update a mini-batch, over the chains of the useful groups: every token of a chain has the chain's advantage. */
async function improve(
  learner: Learner,
  groups: readonly Group[],
  options: PolicyGradientOptions,
): Promise<TokenUpdate> {
  const chains = groups.flatMap((group): CreditedChain[] => {
    const advantages = groupAdvantages(rewardsOf(group, options), options.baseline);
    return scored(group).map((rollout, i) => ({
      rollout,
      prompt: learner.model.encode(rollout.problem.prompt),
      advantages: (rollout.completion.tokens ?? []).map(() => advantages[i] as number),
    }));
  });
  return updateOnTokens(learner, chains, policyLoss(options), { ...options, epochs: 1 });
}
