/**
 * Budget forcing of one chain (Muennighoff et al. 2025, "s1"): where the model would end with a certain word, such as
 * giving up, other words are written in its place and it goes on, until it ends in another way or the budget is spent.
 *
 * s1 suppresses the end of thinking and appends "Wait"; which word to suppress and what to write belongs to the task,
 * so both are options. Nothing here knows whether the chain was right to end.
 */

import type { Extension } from "../core/completion.ts";
import type { Strategy } from "../core/interfaces.ts";
import { answerOf } from "./answer.ts";
import { type ChainOptions, sampleChains } from "./sample-chains.ts";

export type ForcedOptions = Omit<ChainOptions, "extend"> & { readonly extend: Extension };

/**
 * @param options.extend in Countdown `{ end: "give-up", continuation: "back:0" }`
 * @param options.maxTokens of the chain; default the whole budget
 * @example
 * forced({ extend: { end: "give-up", continuation: "back:0" } }).name; // "forced"
 */
export function forced(options: ForcedOptions): Strategy {
  return {
    name: "forced",
    async solve(problem, context) {
      const chains = await sampleChains(problem, context, 1, options);
      return answerOf(problem, context, chains, 0);
    },
  };
}
