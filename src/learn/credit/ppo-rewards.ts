/**
 * What PPO rewards, token by token: the verdict at a chain's last token, scores of its steps at theirs, or both.
 *
 * A step's score says how good the chain is so far. Its reward is by default what the step changed, score less the score before
 * (potential-based shaping, Ng et al. 1999: a chain's rewards sum to its last score, however many steps it takes). With
 * `form: "score"` the score itself is the reward, as process rewards were first used; a chain then gains by being long. What a chain
 * that was cut off might have become is worth nothing: the last score of such a chain counts as 0, unless it bootstraps (ppo.ts).
 */

import { outcomeReward, type Rollout } from "../chains/rollouts.ts";
import type { SteppedChain } from "../reward/process-labels.ts";

/** Scores the steps of chains: a process reward model. */
export type ChainScorer = {
  /** One score in [0, 1] for each step: [chains][steps]. */
  readonly scoreAll: (
    chains: readonly SteppedChain[],
    options?: { readonly signal?: AbortSignal },
  ) => Promise<readonly (readonly number[])[]>;
  /** FLOPs that scoring, and training where there is any, have cost so far; worked out from lengths. */
  readonly spent: () => number;
};

export type ProcessReward = {
  readonly scorer: ChainScorer;
  /** A chain's text as its steps, whose texts together are the chain. */
  readonly split: (chain: string) => readonly string[];
  /** What a step earns. */
  readonly form: "difference" | "score";
};

export type PpoReward =
  | { readonly kind: "outcome" }
  | ({ readonly kind: "process" } & ProcessReward)
  /** The outcome, and `weight` times what the steps earn. */
  | ({ readonly kind: "mixed"; readonly weight: number } & ProcessReward);

export type RewardedChains = {
  /** [chains][tokens] */
  readonly rewards: readonly (readonly number[])[];
  /** What each chain's steps earn in sum, before any weight: the proxy; null without process rewards. */
  readonly proxies: readonly number[] | null;
  readonly flops: number;
};

/**
 * Rewards of every completion token.
 *
 * @param chains scored by the verifier
 * @throws the reason of `signal`, and what the scorer throws
 * @example
 * import { toyLearner } from "../fixtures/toy.ts";
 * import { correct } from "../../core/verdict.ts";
 * await using learner = toyLearner();
 * const completion = { text: "2 end", tokens: [4, 1], finish: "end", usage: { promptTokens: 2, completionTokens: 2 } } as const;
 * const chains = [{ problem: { id: "a", prompt: "1" }, completion, verdict: correct("the next digit") }];
 * (await tokenRewards(learner.model, chains, { kind: "outcome" })).rewards; // [[0, 1]]
 */
export async function tokenRewards(
  model: { encode(prompt: string, chain?: string): number[] },
  chains: readonly Rollout[],
  reward: PpoReward,
  { bootstrap = false, signal }: { readonly bootstrap?: boolean; readonly signal?: AbortSignal } = {},
): Promise<RewardedChains> {
  const outcomes = chains.map((chain) => atLast(chain, outcomeReward(chain) as number));
  if (reward.kind === "outcome") return { rewards: outcomes, proxies: null, flops: 0 };
  const { scorer, split, form } = reward;
  const before = scorer.spent();
  const stepped = chains.map(({ problem, completion }) => ({ problem, steps: split(completion.text) }));
  const scores = await scorer.scoreAll(stepped, signal === undefined ? {} : { signal });
  const earned = chains.map((chain, c) => {
    const said = scores[c] as readonly number[];
    const own = form === "difference" && !bootstrap && isUnfinished(chain) ? [...said.slice(0, -1), 0] : said;
    const gains = own.map((score, s) => (form === "score" || s === 0 ? score : score - (own[s - 1] as number)));
    return atSteps(model, chain, (stepped[c] as SteppedChain).steps, gains);
  });
  const [outcome, weight] = reward.kind === "mixed" ? [1, reward.weight] : [0, 1];
  return {
    rewards: outcomes.map((own, c) => own.map((r, t) => outcome * r + weight * (earned[c]?.[t] as number))),
    proxies: earned.map((own) => own.reduce((a, b) => a + b, 0)),
    flops: scorer.spent() - before,
  };
}

/** Cut off before it was right: what it might have become is open. */
export function isUnfinished({ completion, verdict }: Rollout): boolean {
  return completion.finish === "length" && verdict.status !== "correct";
}

function atLast({ completion }: Rollout, reward: number): number[] {
  const { tokens = [] } = completion;
  return tokens.map((_, t) => (t === tokens.length - 1 ? reward : 0));
}

/** Each step's gain at its last token. */
function atSteps(
  model: { encode(prompt: string, chain?: string): number[] },
  { problem, completion: { tokens = [] } }: Rollout,
  steps: readonly string[],
  gains: readonly number[],
): number[] {
  const rewards = tokens.map(() => 0);
  const start = model.encode(problem.prompt).length;
  let text = "";
  for (const [s, step] of steps.entries()) {
    text += step;
    const last = model.encode(problem.prompt, text).length - start - 1;
    rewards[last] = (rewards[last] as number) + (gains[s] as number);
  }
  return rewards;
}
