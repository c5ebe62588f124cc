/**
 * Advantages token by token, where a rule credits tokens and not whole chains.
 *
 * - Generalised advantage estimation (Schulman et al. 2016) with gamma 1: delta_t = r_t + V_(t+1) - V_t,
 *   A_t = delta_t + lambda A_(t+1); the value function's target is A + V. The state after a chain's last token is worth
 *   nothing, unless the chain was cut off there: then it is worth what the value function says (`bootstrap`).
 * - REINFORCE++ (Hu 2025): the outcome at the last token and a penalty of beta (logp - ref) at each; the return of a token is
 *   the sum from there on.
 *
 * Both are whitened over all tokens of a batch before they are used: chains of all problems are compared with one another.
 */

export type TokenAdvantages = {
  /** [tokens] */
  readonly advantages: readonly number[];
  /** [tokens], what the value function should have said. */
  readonly returns: readonly number[];
};

/**
 * @param rewards of each token
 * @param values of the state before each token
 * @param bootstrap value of the state after the last token: 0 where the chain came to its end
 * @example
 * const { advantages, returns } = generalisedAdvantages([0, 0, 1], [0.5, 0.5, 0.5], 0, 1);
 * returns; // [1, 1, 1]
 * advantages; // [0.5, 0.5, 0.5]
 */
export function generalisedAdvantages(
  rewards: readonly number[],
  values: readonly number[],
  bootstrap: number,
  lambda: number,
): TokenAdvantages {
  const advantages = new Array<number>(rewards.length).fill(0);
  let next = bootstrap;
  let advantage = 0;
  for (let t = rewards.length - 1; t >= 0; t--) {
    const value = values[t] as number;
    advantage = (rewards[t] as number) + next - value + lambda * advantage;
    advantages[t] = advantage;
    next = value;
  }
  return { advantages, returns: advantages.map((a, t) => a + (values[t] as number)) };
}

/**
 * Rewards of each token: the outcome at the last, less beta (logp - ref) at each.
 *
 * @param policy log-probability of each token when it was sampled, nats
 * @param reference under the weights that training began with, nats
 * @example
 * penalisedRewards(1, [-1, -1], [-2, -1], 0.1); // [-0.1, 1]
 */
export function penalisedRewards(
  outcome: number,
  policy: readonly number[],
  reference: readonly number[],
  beta: number,
): number[] {
  return policy.map((logprob, t) => {
    const penalty = beta === 0 ? 0 : beta * (logprob - (reference[t] as number));
    return (t === policy.length - 1 ? outcome : 0) - penalty;
  });
}

/**
 * The sum of the rewards from each token on.
 *
 * @example
 * rewardsToGo([1, 2, 3]); // [6, 5, 3]
 */
export function rewardsToGo(rewards: readonly number[]): number[] {
  let sum = 0;
  return rewards
    .toReversed()
    .map((reward) => {
      sum += reward;
      return sum;
    })
    .toReversed();
}

const EPSILON = 1e-8;

/**
 * Mean 0 and variance 1 over the tokens of all chains, (x - mean) / sqrt(variance + 1e-8), the unbiased variance; a batch of
 * one token has no variance and becomes 0.
 *
 * @param chains [chains][tokens]
 * @example
 * whiten([[5, 5], [5]]); // [[0, 0], [0]]
 */
export function whiten(chains: readonly (readonly number[])[]): number[][] {
  const all = chains.flat();
  const mean = all.reduce((a, b) => a + b, 0) / Math.max(1, all.length);
  const variance = all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, all.length - 1);
  const scale = 1 / Math.sqrt(variance + EPSILON);
  return chains.map((chain) => chain.map((x) => (x - mean) * scale));
}
