/** The strategies by the names that people type, with what Countdown needs of them. */

import type { Strategy } from "../../core/interfaces.ts";
import { adaptiveMajority } from "../../search/adaptive-majority.ts";
import { bestOfN } from "../../search/best-of-n.ts";
import { forced } from "../../search/forced.ts";
import { majority } from "../../search/majority.ts";
import { single } from "../../search/single.ts";
import { GO_ON } from "../reproduce/measuring.ts";
import type { StrategyName } from "./options.ts";

/** Whether a strategy writes one chain, which can be shown as it is written. */
export function isOneChain(name: StrategyName): boolean {
  return name === "single" || name === "forced";
}

const MAKERS = {
  single: (_, options) => single(options),
  majority: (n, options) => majority({ n, ...options }),
  "adaptive-majority": (n, options) => adaptiveMajority({ n, ...options }),
  "best-of-n": (n, options) => bestOfN({ n, ...options }),
  forced: (_, options) => forced({ extend: GO_ON, ...options }),
} satisfies Record<StrategyName, (n: number, options: { readonly temperature: number }) => Strategy>;

/** @param n chains, where the strategy samples several */
export function makeStrategy(name: StrategyName, n: number, options: { readonly temperature: number }): Strategy {
  return MAKERS[name](n, options);
}

/** Tokens of the longest chain that the models were measured with. */
const CHAIN_TOKENS = 1024;

/** Tokens at most, all chains together, where nothing else is asked. */
export function defaultBudget(chains: number): number {
  return CHAIN_TOKENS * chains;
}
