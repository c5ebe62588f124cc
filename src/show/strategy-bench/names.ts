/** What a strategy, and a way to put questions, is called on the command line. */

/** What `--strategy` may be; the first is the default. */
export const STRATEGIES = [
  "single",
  "majority",
  "adaptive-majority",
  "best-of-n",
  "forced",
  "beam-search",
  "dvts",
  "mcts",
  "ab-mcts-a",
  "ab-mcts-m",
  "revision",
] as const;
export type StrategyName = (typeof STRATEGIES)[number];

/** How questions are put; the first is the default. */
export const PROMPTINGS = ["step-by-step", "direct"] as const;
export type Prompting = (typeof PROMPTINGS)[number];

/** A strategy, and whether the verifier chooses its answer at the end. */
export type Contender = { readonly strategy: StrategyName; readonly verified: boolean };
