/** Learning from examples as a task to pretrain on: a dictionary a text, of which nothing can be known beforehand. */

import { Rng } from "../../core/rng.ts";
import { bestGuesses } from "../../tasks/in-context/best.ts";
import { corpusItems } from "../../tasks/in-context/corpus.ts";
import { drawLesson } from "../../tasks/in-context/dictionary.ts";
import { InContextTask } from "../../tasks/in-context/task.ts";
import { judge, readMeaning, shotsOf } from "../../tasks/in-context/verifier.ts";
import { inContextTokenizer } from "../../tasks/in-context/vocabulary.ts";
import { MEASURED_SEED, type SampledChain } from "../job/measuring.ts";
import type { BaseTask } from "./base-task.ts";
import type { Gate } from "./gate.ts";

const task = new InContextTask();

export const inContextBase: BaseTask = {
  name: "in-context",
  tokenizer: inContextTokenizer,
  reads: "dictionaries that are drawn anew for every text",
  texts: (rng) => corpusItems(rng),
  heldOut: (count) => task.problems("heldout", new Rng(MEASURED_SEED)).take(count).toArray(),
  judge,
  extract: (problem, completion) => task.extract(problem, completion),
  gateOf,
  // Of chains at temperature 1. Who always took the best guess would be right in 0.62 of these problems.
  thresholds: { format: { min: 0.98 }, operations: { min: 0.8 }, passAt1: { min: 0.45 } },
  labels: { format: "answers that are a meaning", operations: "answers that the examples speak for", byN: "examples" },
  outcomes: { passed: "it reads its prompt", missed: "it does not read its prompt well enough" },
  tryIt: (folder) => `npx mull shots --model ${folder}`,
};

/** Answers that are a meaning, and of those to a name that an example shows the share that the examples speak most for. */
export function gateOf(chains: readonly SampledChain[]): Gate {
  let readable = 0;
  let shown = 0;
  let agreed = 0;
  for (const { problem, completion } of chains) {
    const meaning = readMeaning(completion.text);
    if (meaning !== null) readable++;
    const data = shotsOf(problem);
    if (data === null) continue;
    const { examples, asked } = drawLesson(data.seed);
    const given = examples.slice(0, data.shots);
    if (!given.some(({ name }) => name === asked)) continue;
    shown++;
    if (meaning !== null && bestGuesses(given, asked).includes(meaning)) agreed++;
  }
  return { format: readable / Math.max(1, chains.length), operations: agreed / Math.max(1, shown) };
}
