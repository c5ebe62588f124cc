/**
 * Best of n (Cobbe et al. 2021): n chains are sampled, the verifier scores each, and the best is taken.
 *
 * With an exact verifier, one that knows whether an answer is right, this is pass@n: it succeeds where any chain does,
 * which no strategy without such a verifier can know. Report it under that name. With a learned verifier it is
 * best-of-n proper.
 *
 * A chain whose verdict is `unscored` is never taken; where all are, the strategy abstains. Of equal scores the lowest
 * index wins.
 */

import type { Strategy } from "../core/interfaces.ts";
import type { Verdict } from "../core/verdict.ts";
import { answerOf } from "./answer.ts";
import { type ChainOptions, sampleChains } from "./sample-chains.ts";

export type BestOfNOptions = ChainOptions & {
  /** Chains. */
  readonly n: number;
};

/**
 * @param options.maxTokens of one chain; default its share of the budget
 * @example
 * bestOfN({ n: 16 }).name; // "best-of-n"
 */
export function bestOfN({ n, ...options }: BestOfNOptions): Strategy {
  return {
    name: "best-of-n",
    async solve(problem, context) {
      const chains = await sampleChains(problem, context, n, options);
      const signal = context.signal === undefined ? {} : { signal: context.signal };
      const verdicts = await Promise.all(chains.map(({ text }) => context.verifier.verify(problem, text, signal)));
      const chosen = best(verdicts);
      return answerOf(problem, context, chains, chosen, verdicts[chosen ?? 0]);
    },
  };
}

/**
 * The index of the highest score, the first of equals; null where nothing is scored.
 *
 * @example
 * best([unscored("timed out"), wrong("no"), correct("yes"), correct("yes")]); // 2
 */
export function best(verdicts: readonly Verdict[]): number | null {
  let chosen: number | null = null;
  let highest = Number.NEGATIVE_INFINITY;
  for (const [i, verdict] of verdicts.entries()) {
    if (verdict.status === "unscored" || verdict.score <= highest) continue;
    chosen = i;
    highest = verdict.score;
  }
  return chosen;
}
