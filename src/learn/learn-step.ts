/** What every learning rule works with, and what it reports of a step, so that a person can see how it goes. */

import type { Model, Verifier } from "../core/interfaces.ts";
import type { AdamWOptions } from "../engine/adamw.ts";
import type { Engine, OptimizerState } from "../engine/engine.ts";
import type { WeightsName } from "../engine/messages.ts";
import { type Group, outcomeReward, type Rollout } from "./chains/rollouts.ts";
import { isUseful } from "./credit/advantages.ts";

export type Learner = {
  readonly engine: Engine;
  /** The policy: the engine's own weights. */
  readonly model: Model & { encode(prompt: string, chain?: string): number[] };
  readonly verifier: Verifier;
  /** AdamW's state, which goes on in place. */
  readonly optimizer: OptimizerState;
  /** Share of a budget that is spent, in [0, 1]: the rate then falls with it, and not with the number of updates. */
  readonly progress?: () => number;
};

/**
 * One update of the policy. Every rule updates by this, so that a budget can govern the rate of all.
 *
 * @returns the gradient's norm before it was clipped
 * @throws MullError `engine` where the gradient is not finite
 */
export async function applyGradient(
  { engine, optimizer, progress }: Pick<Learner, "engine" | "optimizer" | "progress">,
  gradient: Float32Array,
  options: AdamWOptions,
): Promise<number> {
  return (await engine.update(gradient, optimizer, options, progress?.())).gradientNorm;
}

/** Where a run goes on from. */
export type LearnProgress = { readonly step: number; readonly flops: number };

export type LearnStep = {
  /** Counted from 1. */
  readonly step: number;
  /** Train-time FLOPs spent so far: sampling and training, evaluation left out. */
  readonly flops: number;
  /** Mean reward of the step's chains. */
  readonly reward: number;
  /** Share of groups whose verdicts differ: only these teach a group-relative rule. */
  readonly useful: number;
  /** Mean entropy of the policy over the tokens trained on, nats; null where nothing was trained on. */
  readonly entropy: number | null;
  /** Mean completion tokens of a chain. */
  readonly meanTokens: number;
  /** Share of chains cut off at maxTokens. */
  readonly truncated: number;
  /**
   * Mean KL to the policy that the run began with, per token (k3 estimate), nats; of the weights that wrote the chains, which are older
   * than the policy where a rule takes chains of a certain age.
   */
  readonly kl: number;
  /** Of the gradient before it is scaled down to `clipNorm`, the mean over the step's updates; null without. */
  readonly gradientNorm: number | null;
  /** Share of tokens whose ratio had left the clip range on the side where the clip stops the gradient; null without. */
  readonly clipped: number | null;
  /** Tokens that the loss was taken over. */
  readonly lossTokens: number;
  /** Chains that the verifier could not score, which are left out of everything else. */
  readonly unscored: number;
  readonly groups: readonly Group[];
};

/**
 * What a step's scored chains look like; those that could not be scored are only counted.
 *
 * @example
 * describeGroups([]).unscored; // 0
 */
export function describeGroups(
  groups: readonly Group[],
): Pick<LearnStep, "reward" | "useful" | "meanTokens" | "truncated" | "unscored"> {
  const scored = groups.map((group) => group.filter((rollout) => outcomeReward(rollout) !== null));
  const chains = scored.flat();
  const rewards = (group: Group): number[] => group.map((rollout) => outcomeReward(rollout) as number);
  const useful = scored.filter((group) => isUseful(rewards(group)));
  return {
    reward: mean(rewards(chains)),
    useful: useful.length / Math.max(1, groups.length),
    meanTokens: mean(chains.map((r) => r.completion.usage.completionTokens)),
    truncated: mean(chains.map((r) => (r.completion.finish === "length" ? 1 : 0))),
    unscored: groups.flat().length - chains.length,
  };
}

/**
 * The chains with the log-probabilities that the policy gives them. Sampled at temperature 1 they carry these already;
 * at another, what they carry is of the distribution that was sampled from, which is not the one that is trained, and a
 * ratio of the two would be clipped before anything has changed. So they are scored anew.
 *
 * @param temperature what they were sampled at
 * @example
 * import { Rng } from "../core/rng.ts";
 * import { toyLearner, toyProblems } from "./fixtures/toy.ts";
 * import { rollOut } from "./chains/rollouts.ts";
 * await using learner = toyLearner();
 * const options = { samples: 2, maxTokens: 2, temperature: 2 };
 * const groups = await rollOut(learner.model, learner.verifier, toyProblems(1)(0), new Rng(1), options);
 * const [[chain]] = (await asPolicy(learner, groups, 2)) as [[Rollout]];
 * chain.completion.logprobs?.length === chain.completion.tokens?.length; // true
 */
export async function asPolicy(learner: Learner, groups: readonly Group[], temperature: number): Promise<Group[]> {
  if (temperature === 1) return [...groups];
  const scored = await score(learner, groups.flat(), "policy");
  let next = 0;
  return groups.map((group) =>
    group.map((rollout) => ({
      ...rollout,
      completion: { ...rollout.completion, logprobs: scored[next++] as readonly number[] },
    })),
  );
}

/** Chains on which the KL to the reference is measured. */
const KL_CHAINS = 32;

/**
 * Mean k3 estimate of KL(policy || reference), nats a token, over some of the step's chains, taken at even distances.
 * The chains carry the policy's log-probabilities; 0 where there are none.
 *
 * @example
 * import { Rng } from "../core/rng.ts";
 * import { toyLearner, toyProblems } from "./fixtures/toy.ts";
 * import { rollOut } from "./chains/rollouts.ts";
 * await using learner = toyLearner(); // policy and reference are the same at first
 * const options = { samples: 4, maxTokens: 2, temperature: 1 };
 * const groups = await rollOut(learner.model, learner.verifier, toyProblems(2)(0), new Rng(1), options);
 * Math.abs(await klToReference(learner, groups)) < 1e-6; // true
 */
export async function klToReference(learner: Learner, groups: readonly Group[]): Promise<number> {
  const all = groups.flat();
  const count = Math.min(KL_CHAINS, all.length);
  const chains = Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)] as Rollout);
  const reference = await score(learner, chains, "reference");
  const terms = chains.flatMap(({ completion: { logprobs = [] } }, c) =>
    logprobs.map((now, i) => {
      const difference = (reference[c]?.[i] as number) - now;
      return Math.exp(difference) - difference - 1;
    }),
  );
  return mean(terms);
}

/** Log-probability of each completion token at temperature 1: [chains][tokens], nats. */
async function score(
  { engine, model }: Learner,
  chains: readonly Rollout[],
  weights: WeightsName,
): Promise<readonly number[][]> {
  const prompts = chains.map(({ problem }) => model.encode(problem.prompt));
  const sequences = chains.map(({ completion }, c) => ({
    tokens: [...(prompts[c] as number[]), ...(completion.tokens ?? [])],
    fields: {},
  }));
  const scores = await engine.score(sequences, weights);
  return scores.map(({ logprobs }, c) => Array.from(logprobs.subarray((prompts[c] as number[]).length)));
}

/**
 * `sum / count`; null for none.
 *
 * @example
 * meanOf(3, 2); // 1.5
 * meanOf(0, 0); // null
 */
export function meanOf(sum: number, count: number): number | null {
  return count === 0 ? null : sum / count;
}

/**
 * 0 for none.
 *
 * @example
 * mean([1, 2]); // 1.5
 */
export function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
}
