/** Countdown as a task to pretrain on. */

import { corpusItems } from "../../tasks/countdown/corpus.ts";
import { countdownTokenizer } from "../../tasks/countdown/vocabulary.ts";
import { COUNTDOWN_JUDGING, heldOut } from "../job/measuring.ts";
import { lesson, PRETRAIN_STEPS } from "./base-model.ts";
import type { BaseTask } from "./base-task.ts";
import { GATE_THRESHOLDS, gateOf } from "./gate.ts";

/** @param steps updates in all: fewer go through the same lessons faster */
export const countdownBase = (steps = PRETRAIN_STEPS): BaseTask => ({
  name: "countdown",
  tokenizer: countdownTokenizer,
  reads: "the traces of a mediocre thinker",
  texts: (rng, pool) => corpusItems(rng, lesson((pool * PRETRAIN_STEPS) / steps)),
  heldOut: (count) => heldOut("heldout", count),
  ...COUNTDOWN_JUDGING,
  gateOf,
  thresholds: GATE_THRESHOLDS,
  labels: { format: "chains in the right format", operations: "operations without a fault", byN: "numbers" },
  outcomes: {
    passed: "a fair place for reinforcement to start from",
    missed: "what reinforcement adds to this model may be repair, not better thinking",
  },
  tryIt: (folder) => `npx mull solve "3 7 8 2 = 24" --model ${folder}`,
});
