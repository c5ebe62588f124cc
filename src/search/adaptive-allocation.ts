/**
 * One budget for many problems, of which hard ones get more (Snell et al. 2024, compute-optimal scaling; the stopping rule is that
 * of Adaptive-Consistency, Aggarwal et al. 2023): every problem gets a few chains, then again and again those whose vote is
 * least decided, until all are believed in or the budget is spent. Each is answered by majority.
 */

import type { Completion } from "../core/completion.ts";
import type { Answer, StrategyContext } from "../core/interfaces.ts";
import type { Problem } from "../core/problem.ts";
import { beliefInLeader } from "./adaptive-majority.ts";
import { answerOf } from "./answer.ts";
import { tally } from "./majority.ts";
import { checkCount } from "./search-options.ts";
import { Spending, wasSent } from "./spending.ts";

export type AllocationOptions = {
  /** Tokens of one chain, at most. */
  readonly maxTokens: number;
  /** Chains that every problem gets. Default 4. */
  readonly least?: number;
  /** Chains that a problem gets at a time after that. Default 4. */
  readonly batch?: number;
  /** Chains of one problem, at most. Default 64. */
  readonly most?: number;
  /** Problems that get chains at a time: the least decided. Default 16. */
  readonly parallel?: number;
  /** A problem whose leader is believed in as much gets no more. Default .95. */
  readonly confidence?: number;
  /** Default 1. */
  readonly temperature?: number;
};

/**
 * The answers, in the order of the problems; one that nothing was left for has none.
 *
 * @param context its budget is that of all problems together
 * @throws MullError `input` for a number that is no whole number, `budget` where there is nothing to spend, `aborted`
 * @example
 * import { Rng } from "../core/rng.ts";
 * import { unscored } from "../core/verdict.ts";
 * const model = {
 *   name: "sure of one",
 *   sample: async (requests: readonly { prompt: string; seed: number }[]) =>
 *     requests.map(({ prompt, seed }) => ({
 *       text: prompt === "easy" ? "a" : `b${seed % 3}`,
 *       finish: "end" as const,
 *       usage: { promptTokens: 1, completionTokens: 1 },
 *     })),
 * };
 * const verifier = { name: "none", verify: async () => unscored("nobody asks") };
 * const context = { model, verifier, extract: (_: unknown, text: string) => text, budget: { maxTokens: 100 }, rng: new Rng(1) };
 * const problems = ["easy", "hard"].map((id) => ({ id, prompt: id }));
 * const [easy, hard] = await adaptiveAllocation(problems, context, { maxTokens: 1 });
 * hard!.usage.calls > easy!.usage.calls; // true
 */
export async function adaptiveAllocation(
  problems: readonly Problem[],
  context: StrategyContext,
  options: AllocationOptions,
): Promise<Answer[]> {
  const { maxTokens, least = 4, batch = 4, most = 64, parallel = 16, confidence = 0.95, temperature = 1 } = options;
  for (const [name, value] of Object.entries({ maxTokens, least, batch, most, parallel })) checkCount(name, value);
  const model = new Spending(context);
  const chains = problems.map((): Completion[] => []);
  const belief = (index: number): number => {
    const own = chains[index] as Completion[];
    const [leader, second] = tally(own.map(({ text }) => context.extract(problems[index] as Problem, text)));
    return beliefInLeader(leader?.votes ?? 0, second?.votes ?? 0);
  };
  /** So many chains more for each of these problems; false where nothing was paid for any more. */
  const give = async (indices: readonly number[], count: number): Promise<boolean> => {
    const asked = indices.flatMap((index) => Array.from({ length: count }, (_, k) => ({ index, k })));
    const requests = asked.map(({ index, k }) => {
      const { id, prompt } = problems[index] as Problem;
      const at = (chains[index]?.length ?? 0) + k;
      return { prompt, maxTokens, temperature, seed: context.rng.split("chain", id, at).seed };
    });
    const completions = await model.sample(requests);
    completions.forEach((completion, i) => {
      if (wasSent(completion)) chains[asked[i]?.index ?? 0]?.push(completion);
    });
    return completions.some(wasSent);
  };

  let going = await give([...problems.keys()], least);
  while (going) {
    const open = [...problems.keys()]
      .filter((index) => (chains[index] as Completion[]).length < most)
      .map((index) => ({ index, belief: belief(index) }))
      .filter((each) => each.belief < confidence)
      .sort((a, b) => a.belief - b.belief || a.index - b.index)
      .slice(0, parallel);
    going =
      open.length > 0 &&
      (await give(
        open.map(({ index }) => index),
        batch,
      ));
  }
  return problems.map((problem, index) => {
    const own = chains[index] as Completion[];
    const winner = tally(own.map(({ text }) => context.extract(problem, text)))[0];
    return answerOf(problem, context, own, winner?.first ?? null);
  });
}
