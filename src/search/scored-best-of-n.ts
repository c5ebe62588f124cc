/**
 * Best of n by a scorer: n chains are sampled, a reward model scores each, as a whole (an outcome score: one step) or step by step
 * (process scores, of which the last, the least or the product is the chain's; Lightman et al. 2023), and the best chain or the
 * answer with the greatest sum of scores is taken (Li et al. 2023). `bestOfN` is the same by a verifier.
 */

import { AGGREGATIONS, type Aggregation } from "../core/aggregations.ts";
import type { StepScorer, Strategy } from "../core/interfaces.ts";
import { type Candidate, select } from "./candidates.ts";
import { type ChainOptions, sampleChains } from "./sample-chains.ts";
import { Spending } from "./spending.ts";
import { splitSteps } from "./steps.ts";

export type ScoredBestOfNOptions = ChainOptions & {
  /** Chains. */
  readonly n: number;
  readonly scorer: StepScorer;
  /** What ends a step of a chain; none for a scorer of whole chains. Default: a blank line. */
  readonly stop?: readonly string[];
  /** Default `last`. */
  readonly aggregate?: Aggregation;
  /** `best` is also called naive. Default `weighted`. */
  readonly selection?: "best" | "weighted";
};

/**
 * @example
 * const scorer = { name: "short", score: async (_: unknown, steps: readonly string[]) => steps.map(() => 0.5) };
 * scoredBestOfN({ n: 16, scorer, aggregate: "min" }).name; // "scored-best-of-n"
 */
export function scoredBestOfN(options: ScoredBestOfNOptions): Strategy {
  const { n, scorer, stop = ["\n\n"], aggregate = "last", selection = "weighted", ...sampling } = options;
  return {
    name: "scored-best-of-n",
    async solve(problem, context) {
      const model = new Spending(context);
      const chains = await sampleChains(problem, { ...context, model }, n, sampling);
      const signal = context.signal === undefined ? {} : { signal: context.signal };
      const candidates = await Promise.all(
        chains.map(async (chain): Promise<Candidate> => {
          const scores = await scorer.score(problem, splitSteps(chain.text, stop), signal);
          return { chain, score: scores.length === 0 ? null : AGGREGATIONS[aggregate](scores) };
        }),
      );
      return select(problem, context, candidates, selection, model.usage);
    },
  };
}
