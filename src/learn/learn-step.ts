/** What every learning rule works with, and what it reports of a step, so that a person can see how it goes. */

import type { Model, Verifier } from "../core/interfaces.ts";
import type { Engine, OptimizerState } from "../engine/engine.ts";
import { isUseful } from "./advantages.ts";
import { type Group, outcomeReward, type Rollout } from "./rollouts.ts";

export type Learner = {
  readonly engine: Engine;
  /** The policy: the engine's own weights. */
  readonly model: Model & { encode(prompt: string): number[] };
  readonly verifier: Verifier;
  readonly optimizer: OptimizerState;
};

/** Where a run goes on from. */
export type LearnProgress = { readonly step: number; readonly flops: number };

export type LearnStep = {
  /** Counted from 1. */
  readonly step: number;
  /** Train-time FLOPs spent so far: sampling and training, evaluation left out. */
  readonly flops: number;
  /** Mean reward of the step's chains. */
  readonly reward: number;
  /** Share of groups with both right and wrong chains: only these teach a group-relative rule. */
  readonly useful: number;
  /** Mean entropy of the policy over the tokens trained on, nats. */
  readonly entropy: number;
  /** Mean completion tokens of a chain. */
  readonly meanTokens: number;
  /** Share of chains cut off at maxTokens. */
  readonly truncated: number;
  /** Mean KL to the policy that the run began with, per token (k3 estimate), nats. */
  readonly kl: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  /** Share of tokens whose ratio was clipped. */
  readonly clipped: number;
  /** Tokens that the loss was taken over. */
  readonly lossTokens: number;
  /** Chains that the verifier could not score, which are left out of everything else. */
  readonly unscored: number;
  readonly groups: readonly Group[];
};

/** What a step's chains look like. */
export function describeGroups(
  groups: readonly Group[],
): Pick<LearnStep, "reward" | "useful" | "meanTokens" | "truncated" | "unscored"> {
  const chains = groups.flat();
  const rewards = chains.map(outcomeReward).filter((r) => r !== null);
  const useful = groups.filter((group) => isUseful(group.map(outcomeReward).filter((r) => r !== null)));
  return {
    reward: mean(rewards),
    useful: useful.length / Math.max(1, groups.length),
    meanTokens: mean(chains.map((r) => r.completion.usage.completionTokens)),
    truncated: mean(chains.map((r) => (r.completion.finish === "length" ? 1 : 0))),
    unscored: chains.length - rewards.length,
  };
}

/** Chains on which the KL to the reference is measured. */
const KL_CHAINS = 32;

/** Mean k3 estimate of KL(policy || reference) over the tokens of the first chains, nats a token. */
export async function klToReference({ engine, model }: Learner, rollouts: readonly Rollout[]): Promise<number> {
  const chains = rollouts.slice(0, KL_CHAINS).map(({ problem, completion }) => ({
    prompt: model.encode(problem.prompt),
    tokens: completion.tokens ?? [],
    logprobs: completion.logprobs ?? [],
  }));
  const sequences = chains.map(({ prompt, tokens }) => ({ tokens: [...prompt, ...tokens], fields: {} }));
  const scores = await engine.score(sequences, "reference");
  const terms = chains.flatMap(({ prompt, logprobs }, c) =>
    logprobs.map((now, i) => {
      const difference = (scores[c]?.logprobs[prompt.length + i] as number) - now;
      return Math.exp(difference) - difference - 1;
    }),
  );
  return mean(terms);
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
}
