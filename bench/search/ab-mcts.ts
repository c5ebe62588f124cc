/** Mull's side of `ab-mcts`: searches whose model answers at once and whose verifier draws a score. */

import type { Completion } from "../../src/core/completion.ts";
import type { Model, Verifier } from "../../src/core/interfaces.ts";
import { Rng } from "../../src/core/rng.ts";
import { wrong } from "../../src/core/verdict.ts";
import { abMcts } from "../../src/search/ab-mcts/ab-mcts.ts";
import type { TaskTurns } from "../serve.ts";
import type { Measurement } from "./side-result.ts";
import type { Workload } from "./workload.ts";

const ANSWER: Completion = { text: "an answer", finish: "end", usage: { promptTokens: 1, completionTokens: 1 } };
const PROBLEM = { id: "problem", prompt: "a problem" } as const;

export async function* abMctsTurns({ nodes, seconds }: Workload): TaskTurns<Measurement> {
  let atRoot = 0;
  const model: Model = {
    name: "at once",
    sample: async (requests) =>
      requests.map(({ prompt }) => {
        if (prompt === PROBLEM.prompt) atRoot++; // a revision is put otherwise
        return ANSWER;
      }),
  };
  const scores = new Rng(1);
  const verifier: Verifier = { name: "drawn", verify: async () => wrong("drawn", 0.999 * scores.next()) };
  const strategy = abMcts({ n: nodes, maxTokens: 1 });
  let searches = 0;
  const search = async (): Promise<number> => {
    const context = { model, verifier, extract: () => "an answer", budget: { maxTokens: nodes } };
    const { chains } = await strategy.solve(PROBLEM, { ...context, rng: new Rng(searches++) });
    return chains.length;
  };
  for (let i = 0; i < 20; i++) await search();
  yield;
  for (;;) {
    atRoot = 0;
    let amount = 0;
    const first = searches;
    const start = performance.now();
    while (performance.now() - start < 1000 * seconds) amount += await search();
    const spent = (performance.now() - start) / 1000;
    const note = `${(atRoot / (searches - first)).toFixed(1)} of ${nodes} answers are fresh ones`;
    yield { task: "ab-mcts", amount, seconds: spent, check: amount / (searches - first), note };
  }
}
