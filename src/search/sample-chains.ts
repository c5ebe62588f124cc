/**
 * Independent chains of one problem within a budget: what the parallel strategies begin with.
 *
 * The budget is dealt out before anything is written, evenly, so that what one chain may spend does not depend on how
 * long the others turned out or when they ended. A chain's seed comes from the strategy's generator and its index.
 */

import type { Completion, Extension, SampleRequest } from "../core/completion.ts";
import { MullError } from "../core/errors.ts";
import type { StrategyContext } from "../core/interfaces.ts";
import { LIMITS } from "../core/limits.ts";
import type { Problem } from "../core/problem.ts";
import { stopIfAborted } from "./spending.ts";

export type ChainOptions = {
  /** The most tokens of one chain. Default: its share of the budget. */
  readonly maxTokens?: number;
  /** Default 1. */
  readonly temperature?: number;
  /** Default 1. */
  readonly topP?: number;
  /** What is written instead of ending (budget forcing). */
  readonly extend?: Extension;
};

/**
 * `n` chains of the problem, in the order of their indices; fewer where the budget has less than a token for each.
 *
 * @throws MullError `input` for n or maxTokens below 1, `budget` where there is nothing to spend, `aborted` where the
 * signal stopped it
 */
export async function sampleChains(
  problem: Problem,
  context: StrategyContext,
  n: number,
  options: ChainOptions = {},
): Promise<Completion[]> {
  return writeChains(context, chainRequests(problem, context, n, options));
}

/** The requests of those chains, for strategies that do not send all at once. */
export function chainRequests(
  problem: Problem,
  { rng, budget }: Pick<StrategyContext, "rng" | "budget">,
  n: number,
  { maxTokens, temperature, topP, extend }: ChainOptions = {},
): SampleRequest[] {
  if (!(Number.isInteger(n) && n >= 1 && n <= LIMITS.requests)) {
    throw new MullError("input", `n is ${n}, expected a whole number of chains from 1 to ${LIMITS.requests}`);
  }
  if (maxTokens !== undefined && !(maxTokens >= 1)) {
    throw new MullError("input", `maxTokens is ${maxTokens}, expected at least one token a chain`);
  }
  return dealBudget(budget.maxTokens, n, maxTokens).map(
    (tokens, i): SampleRequest => ({
      prompt: problem.prompt,
      maxTokens: tokens,
      seed: rng.split("chain", i).seed,
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { topP }),
      ...(extend === undefined ? {} : { extend }),
    }),
  );
}

/**
 * Their chains, in the order of the requests.
 *
 * @param first number of the first request among all that the strategy sends, for whoever follows its tokens
 * @throws MullError `aborted` where the signal stopped it
 */
export async function writeChains(
  { model, signal, onToken }: Pick<StrategyContext, "model" | "signal" | "onToken">,
  requests: readonly SampleRequest[],
  first = 0,
): Promise<Completion[]> {
  stopIfAborted(signal);
  const chains = await model.sample(requests, {
    ...(signal === undefined ? {} : { signal }),
    ...(onToken === undefined ? {} : { onToken: (i, text) => onToken(first + i, text) }),
  });
  stopIfAborted(signal);
  return chains;
}

/**
 * Tokens for each of at most `n` chains: equal shares of the budget, the remainder one token each to the first, none
 * above `most`. Where the budget is below `n`, there are as many chains as tokens.
 *
 * @example
 * dealBudget(11, 3); // [4, 4, 3]
 * dealBudget(2, 3); // [1, 1]
 */
export function dealBudget(budget: number, n: number, most = Number.POSITIVE_INFINITY): number[] {
  const tokens = Math.floor(budget);
  if (!(tokens >= 1)) {
    throw new MullError("budget", `a budget of ${budget} tokens is spent before the first chain`, {
      hint: "give it at least one token a chain",
    });
  }
  const share = Math.floor(tokens / n);
  const rest = tokens - share * n;
  return Array.from({ length: Math.min(n, tokens) }, (_, i) => Math.min(Math.floor(most), share + (i < rest ? 1 : 0)));
}
