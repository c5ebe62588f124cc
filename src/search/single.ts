/** One chain, taken as it comes (Wei et al. 2022, chain of thought): what every other strategy is compared with. */

import type { Strategy } from "../core/interfaces.ts";
import { answerOf } from "./answer.ts";
import { type ChainOptions, sampleChains } from "./sample-chains.ts";

/**
 * @param options.maxTokens of the chain; default the whole budget
 * @example
 * single({ temperature: 0 }).name; // "single"
 */
export function single(options: ChainOptions = {}): Strategy {
  return {
    name: "single",
    async solve(problem, context) {
      const chains = await sampleChains(problem, context, 1, options);
      return answerOf(problem, context, chains, 0);
    },
  };
}
