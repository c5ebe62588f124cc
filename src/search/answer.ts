/** From the chains of a strategy to its answer: the chosen one, its canonical form, and what all of them cost. */

import type { Completion } from "../core/completion.ts";
import type { Answer, StrategyContext } from "../core/interfaces.ts";
import type { Problem } from "../core/problem.ts";
import type { Verdict } from "../core/verdict.ts";

/** @param chosen the index of the chosen chain, or null where the strategy abstains */
export function answerOf(
  problem: Problem,
  context: Pick<StrategyContext, "extract">,
  chains: readonly Completion[],
  chosen: number | null,
  verdict?: Verdict,
): Answer {
  const text = chosen === null ? "" : (chains[chosen]?.text ?? "");
  return {
    text,
    answer: chosen === null ? null : context.extract(problem, text),
    usage: usageOf(chains),
    chains,
    ...(verdict === undefined ? {} : { verdict }),
  };
}

/** Tokens are those written; FLOPs as far as the model counts them. */
function usageOf(chains: readonly Completion[]): Answer["usage"] {
  return {
    calls: chains.length,
    tokens: chains.reduce((sum, { usage }) => sum + usage.completionTokens, 0),
    flops: chains.reduce((sum, { usage }) => sum + (usage.flops ?? 0), 0),
  };
}
