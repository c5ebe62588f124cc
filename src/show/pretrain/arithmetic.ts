/** Multi-digit arithmetic as a task to pretrain on: one to three digits, chains of a mediocre calculator. */

import { Rng } from "../../core/rng.ts";
import { calculationOf } from "../../tasks/arithmetic/calculation.ts";
import { corpusItems } from "../../tasks/arithmetic/corpus.ts";
import { ArithmeticTask } from "../../tasks/arithmetic/task.ts";
import { extractAnswer, judge } from "../../tasks/arithmetic/verifier.ts";
import { arithmeticTokenizer } from "../../tasks/arithmetic/vocabulary.ts";
import { readWork } from "../../tasks/arithmetic/work.ts";
import { MEASURED_SEED, type SampledChain } from "../job/measuring.ts";
import type { BaseTask } from "./base-task.ts";
import type { Gate } from "./gate.ts";

export const arithmeticBase: BaseTask = {
  name: "arithmetic",
  tokenizer: arithmeticTokenizer,
  reads: "the work of a mediocre calculator",
  texts: (rng) => corpusItems(rng),
  heldOut: (count) => new ArithmeticTask().problems("heldout", new Rng(MEASURED_SEED)).take(count).toArray(),
  judge,
  extract: extractAnswer,
  gateOf,
  // The calculator itself is right at nine places in ten, and in seven chains in ten.
  thresholds: { format: { min: 0.98 }, operations: { min: 0.8 }, passAt1: { min: 0.3, max: 0.85 } },
  labels: { format: "chains in the right format", operations: "places without a fault", byN: "digits" },
  outcomes: {
    passed: "a fair place for learning to start from",
    missed: "what learning adds to this model may be repair, not longer numbers",
  },
  tryIt: (folder) => `npx mull pretrain --task arithmetic --out ${folder} --json`,
};

/** Format and faultless places of chains; 0 where there is nothing. */
export function gateOf(chains: readonly SampledChain[]): Gate {
  let readable = 0;
  let places = 0;
  let right = 0;
  for (const { problem, completion } of chains) {
    const calculation = calculationOf(problem);
    if (calculation === null) continue;
    const work = readWork(calculation, completion.text);
    if (work.malformed === null) readable++;
    places += work.places.length;
    right += work.places.filter(({ fault }) => fault === null).length;
  }
  return { format: readable / Math.max(1, chains.length), operations: right / Math.max(1, places) };
}
