/** What may be spent on a piece of work, and what it cost. */

/** Bounds; one that is absent does not bind. */
export type Budget = {
  /** Calls of a model: one for each completion. */
  readonly calls?: number;
  /** Tokens written. */
  readonly tokens?: number;
  readonly dollars?: number;
  readonly flops?: number;
  /** Wall-clock time. */
  readonly ms?: number;
};

/** What was spent, or may be: a sum over calls. */
export type Cost = {
  readonly calls: number;
  /** Tokens written. */
  readonly tokens: number;
  readonly promptTokens: number;
  readonly dollars: number;
  readonly flops: number;
};

export const NO_COST: Cost = { calls: 0, tokens: 0, promptTokens: 0, dollars: 0, flops: 0 };

/**
 * @example
 * addCosts(NO_COST, { ...NO_COST, calls: 1, tokens: 9 }).tokens; // 9
 */
export function addCosts(a: Cost, b: Cost, sign: 1 | -1 = 1): Cost {
  return {
    calls: a.calls + sign * b.calls,
    tokens: a.tokens + sign * b.tokens,
    promptTokens: a.promptTokens + sign * b.promptTokens,
    dollars: a.dollars + sign * b.dollars,
    flops: a.flops + sign * b.flops,
  };
}
