/** The strategies by the names that people type, and what each makes of a budget. */

import type { Strategy } from "../../core/interfaces.ts";
import { abMcts } from "../../search/ab-mcts/ab-mcts.ts";
import { adaptiveMajority } from "../../search/adaptive-majority.ts";
import { beamSearch } from "../../search/beam-search.ts";
import { bestOfN } from "../../search/best-of-n.ts";
import { budgetForcing } from "../../search/budget-forcing.ts";
import type { Selection } from "../../search/candidates.ts";
import { diverseVerifierTreeSearch } from "../../search/diverse-verifier-tree-search.ts";
import { forced } from "../../search/forced.ts";
import { majority } from "../../search/majority.ts";
import { type MctsOptions, mcts } from "../../search/mcts.ts";
import { sequentialRevision } from "../../search/revision.ts";
import { byAnswer, byVerifier, rollOuts } from "../../search/roll-outs.ts";
import { single } from "../../search/single.ts";
import type { StrategyName } from "./names.ts";
import type { Setting } from "./setting.ts";

export type StrategyOptions = {
  /** Chains, beams or answers, where there are several. */
  readonly n: number;
  readonly temperature: number;
  readonly setting: Setting;
  /** The verifier chooses the answer at the end, and judges whole answers on the way. */
  readonly verified: boolean;
  /** Told of each tree that a strategy has searched; only `mcts` has one. */
  readonly onTree?: NonNullable<MctsOptions["onTree"]>;
};

type Entry = {
  readonly make: (options: StrategyOptions) => Strategy;
  /** Chains within a budget of so many tokens; one where the strategy writes one. */
  readonly within: (budget: number, setting: Setting) => number;
};

const one = (): number => 1;
const several = (budget: number, { chainTokens }: Setting): number => atLeastOne(budget / chainTokens);
/** Where a beam's steps are rolled out the budget ends the search earlier; wider was measured to be no worse than longer. */
const beams = (budget: number, setting: Setting): number => Math.max(2, several(budget, setting));

const width = (n: number): number => Math.min(4, n);
const chosen = (verified: boolean): Selection => (verified ? "verifier" : "weighted");

const ENTRIES = {
  single: { make: ({ temperature }) => single({ temperature }), within: one },
  majority: { make: ({ n, temperature }) => majority({ n, temperature }), within: several },
  "adaptive-majority": { make: ({ n, temperature }) => adaptiveMajority({ n, temperature }), within: several },
  "best-of-n": { make: ({ n, temperature }) => bestOfN({ n, temperature }), within: several },
  forced: { make: (options) => makeForced(options), within: one },
  "beam-search": {
    make: ({ n, temperature, setting: { format, rollOuts: options }, verified }) =>
      beamSearch({ n, m: width(n), temperature, format, scorer: rollOuts(options), selection: chosen(verified) }),
    within: beams,
  },
  dvts: {
    make: ({ n, temperature, setting: { format, rollOuts: options }, verified }) =>
      diverseVerifierTreeSearch({
        n,
        m: width(n),
        temperature,
        format,
        scorer: rollOuts(options),
        selection: chosen(verified),
      }),
    within: beams,
  },
  mcts: {
    make: ({ temperature, setting: { format, rollOuts: options }, verified, onTree }) =>
      mcts({
        temperature,
        format,
        scorer: rollOuts(options),
        selection: chosen(verified),
        ...(onTree === undefined ? {} : { onTree }),
      }),
    within: one,
  },
  "ab-mcts-a": { make: (options) => makeAbMcts("a", options), within: several },
  "ab-mcts-m": { make: (options) => makeAbMcts("m", options), within: several },
  revision: {
    make: ({ n, temperature, setting: { revise }, verified }) =>
      sequentialRevision({
        n,
        temperature,
        revise,
        judge: verified ? byVerifier : byAnswer,
        selection: verified ? "verifier" : "last",
      }),
    within: several,
  },
} as const satisfies Record<StrategyName, Entry>;

export function makeStrategy(name: StrategyName, options: StrategyOptions): Strategy {
  return ENTRIES[name].make(options);
}

/** How many chains, beams or answers a budget of tokens is for. */
export function chainsWithin(name: StrategyName, budget: number, setting: Setting): number {
  return ENTRIES[name].within(budget, setting);
}

/** Whether a strategy writes one chain, which can be shown as it is written. */
export function isOneChain(name: StrategyName): boolean {
  return name === "single" || name === "forced";
}

/** Inside the decoder where the end is a word, else by continuing what the model has written. */
function makeForced({ temperature, setting: { extend } }: StrategyOptions): Strategy {
  return extend === null ? budgetForcing({ temperature }) : forced({ extend, temperature });
}

function makeAbMcts(variant: "a" | "m", { n, temperature, setting, verified }: StrategyOptions): Strategy {
  return abMcts({
    variant,
    n,
    parallel: width(n),
    temperature,
    revise: setting.revise,
    judge: verified ? byVerifier : byAnswer,
    selection: verified ? "verifier" : "best",
  });
}

function atLeastOne(count: number): number {
  return Math.max(1, Math.floor(count));
}

/** Tokens of the longest chain that Mull's models were measured with. */
const LONGEST_CHAIN = 1024;

/** Tokens at most, all chains together, where nothing else is asked. */
export function defaultBudget(chains: number): number {
  return LONGEST_CHAIN * chains;
}
