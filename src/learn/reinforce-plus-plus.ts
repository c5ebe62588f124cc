/**
 * REINFORCE++ (Hu 2025): PPO's clip without a value, and without groups.
 *
 *   repeat: problems -> chains -> the verdict at the last token, less beta (logp - ref) at each
 *           -> the return of a token is the sum from there on; whitened over all tokens of the step, it is the advantage
 *           -> clipped updates
 *
 * Chains are compared with those of all problems, so one chain a problem will do, and an easy problem's chains look better than a hard
 * one's. As elsewhere here tokens count the same whatever the length of their chain, unless `aggregation` says otherwise.
 */

import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import { outcomeReward, type Rollout, type RolloutOptions, scoringFlops } from "./chains/rollouts.ts";
import { SamplingWeights } from "./chains/sampling-weights.ts";
import { penalisedRewards, rewardsToGo, whiten } from "./credit/returns.ts";
import { describeGroups, klToReference, type Learner, type LearnProgress, type LearnStep } from "./learn-step.ts";
import { policyLoss } from "./loss/policy-loss.ts";
import { type CreditedChain, type TokenUpdateOptions, updateOnTokens } from "./loss/token-update.ts";
import { writeChains } from "./ppo.ts";

export type ReinforceOptions = RolloutOptions &
  Omit<TokenUpdateOptions, "learn" | "klWeight"> & {
    readonly steps: number;
    readonly problemsPerStep: number;
    /** Weight of the KL to the reference inside the reward; 0 leaves it out, and needs no reference. */
    readonly beta: number;
    /** As in `policyGradient`: chains come from weights that are up to so many steps old. Default 0. */
    readonly age?: number;
  };

/** REINFORCE++ as published, in what it shares with the other variants (`VARIANTS`). */
export const REINFORCE_PP = { aggregation: "token-mean", clipLow: 0.2, clipHigh: 0.2, epochs: 1, beta: 0.01 } as const;

/**
 * Trains the engine's weights and `learner.optimizer` in place; yields each step with its chains, and goes on after `from`, as
 * `policyGradient` does.
 *
 * @param problems the problems of a step (from 1), at least as many as `problemsPerStep`
 * @param from steps done and FLOPs spent before
 * @throws as `policyGradient`
 * @example
 * import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts"; // after a digit, write the next one
 * await using learner = toyLearner();
 * const amount = { steps: 2, problemsPerStep: 5, samples: 8, maxTokens: 2, temperature: 1, minibatches: 2 };
 * const options = Object.assign({}, REINFORCE_PP, amount, { optimizer: TOY_ADAMW });
 * for await (const { step, reward } of reinforcePlusPlus(learner, toyProblems(5), new Rng(1), options)) {
 *   console.log(step, reward);
 * }
 */
export async function* reinforcePlusPlus(
  learner: Learner,
  problems: (step: number) => readonly Problem[],
  rng: Rng,
  options: ReinforceOptions,
  from: LearnProgress = { step: 0, flops: 0 },
  signal?: AbortSignal,
): AsyncGenerator<LearnStep> {
  let { flops } = from;
  const weights = new SamplingWeights(learner.engine, options.age ?? 0, from.step);
  for (let step = from.step + 1; step <= options.steps; step++) {
    const drawn = problems(step).slice(0, options.problemsPerStep);
    const { groups, flops: writing } = await weights.at(step, () =>
      writeChains(learner, drawn, rng.split(step), options, signal),
    );
    const kl = await klToReference(learner, groups);
    const chains = groups.flat().filter((chain) => outcomeReward(chain) !== null);
    const { credited, flops: scoring } = await credit(learner, chains, options.beta);
    const how = { ...options, klWeight: 0 };
    const update = await updateOnTokens(learner, credited, policyLoss(how), how);
    flops += writing + scoring + update.flops;
    yield { step, flops, ...describeGroups(groups), kl, ...update.diagnostics, groups };
  }
}

/** Advantages of each chain's tokens. */
async function credit(
  { engine, model }: Learner,
  chains: readonly Rollout[],
  beta: number,
): Promise<{ readonly credited: readonly CreditedChain[]; readonly flops: number }> {
  const prompts = chains.map(({ problem }) => model.encode(problem.prompt));
  const sequences = chains.map(({ completion }, c) => {
    return { tokens: [...(prompts[c] as number[]), ...(completion.tokens ?? [])], fields: {} };
  });
  const reference = beta === 0 ? [] : await engine.score(sequences, "reference");
  const advantages = whitenedReturns(
    chains.map((chain, c) => ({
      outcome: outcomeReward(chain) as number,
      policy: chain.completion.logprobs ?? [],
      reference: Array.from(reference[c]?.logprobs.subarray((prompts[c] as number[]).length) ?? []),
    })),
    beta,
  );
  return {
    credited: chains.map((rollout, c) => {
      return { rollout, prompt: prompts[c] as number[], advantages: advantages[c] as number[] };
    }),
    flops: beta === 0 ? 0 : scoringFlops(engine.config, chains),
  };
}

/**
 * The advantages of REINFORCE++, [chains][tokens].
 *
 * @param chains outcome, and log-probabilities of the tokens under the policy and the reference, nats
 * @example
 * const chain = { policy: [-1], reference: [-1] };
 * whitenedReturns([{ ...chain, outcome: 1 }, { ...chain, outcome: 0 }], 0.1); // [[0.7071], [-0.7071]]
 */
export function whitenedReturns(
  chains: readonly {
    readonly outcome: number;
    readonly policy: readonly number[];
    readonly reference: readonly number[];
  }[],
  beta: number,
): number[][] {
  return whiten(
    chains.map(({ outcome, policy, reference }) => rewardsToGo(penalisedRewards(outcome, policy, reference, beta))),
  );
}
