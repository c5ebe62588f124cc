/** Mull's side of `best-of-16`: a majority of n chains, through a model that is opened by its address. */

import { Rng } from "../../src/core/rng.ts";
import { openAddress } from "../../src/model/address.ts";
import { majority } from "../../src/search/majority.ts";
import { ExactVerifier } from "../../src/verify/exact.ts";
import { finalAnswer } from "../../src/verify/final-answer.ts";
import type { TaskTurns } from "../serve.ts";
import type { Measurement } from "./side-result.ts";
import type { Question, Workload } from "./workload.ts";

/** Tokens that a chain may have; none of the script's has as many. */
const CHAIN_TOKENS = 256;

export async function* bestOf16({ server, questions, n, questionsAtOnce }: Workload): TaskTurns<Measurement> {
  await using opened = await openAddress(`${server}#scripted`, { limits: { concurrency: n * questionsAtOnce } });
  const strategy = majority({ n });
  const context = {
    model: opened.model,
    verifier: new ExactVerifier(),
    extract: (_: unknown, completion: string) => finalAnswer(completion),
    budget: { maxTokens: n * CHAIN_TOKENS },
  };
  const run = async (asked: readonly Question[]): Promise<{ completions: number; right: number }> => {
    let completions = 0;
    let right = 0;
    const queue = asked.entries();
    const work = async (): Promise<void> => {
      for (const [i, { prompt, answer: expected }] of queue) {
        const { answer, chains } = await strategy.solve({ id: String(i), prompt }, { ...context, rng: new Rng(i) });
        completions += chains.length;
        if (answer === expected) right++;
      }
    };
    await Promise.all(Array.from({ length: questionsAtOnce }, work));
    return { completions, right };
  };
  await run(questions.slice(0, 8 * questionsAtOnce));
  yield;
  for (;;) {
    const start = performance.now();
    const { completions, right } = await run(questions);
    const seconds = (performance.now() - start) / 1000;
    yield { task: "best-of-16", amount: completions, seconds, check: right };
  }
}
