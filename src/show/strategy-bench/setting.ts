/** What strategies need to know of a kind of problem: how long its chains are, what a step is, how an answer is revised. */

import type { Extension } from "../../core/completion.ts";
import { byInstruction, type Revise } from "../../search/revision.ts";
import type { RollOutOptions } from "../../search/roll-outs.ts";
import type { StepFormat } from "../../search/steps.ts";
import { COUNTDOWN_STEPS, hasEnded, tryAgain } from "../../tasks/countdown/steps.ts";
import { GO_ON } from "../job/measuring.ts";

export type Setting = {
  /** Tokens of one chain where several are written. */
  readonly chainTokens: number;
  readonly format: StepFormat;
  readonly rollOuts: RollOutOptions;
  readonly revise: Revise;
  /** For budget forcing: what is written instead of which end; null where the end is no word. */
  readonly extend: Extension | null;
};

/** Countdown with a model of Mull's. Most chains that solve do it within 128 tokens; roll-outs start further on, one a prefix. */
export const COUNTDOWN: Setting = {
  chainTokens: 128,
  format: COUNTDOWN_STEPS,
  rollOuts: { n: 1, maxTokens: 96, separator: " ", ended: (_, text) => hasEnded(text) },
  revise: tryAgain,
  extend: GO_ON,
};

/** Questions in words, with a model that follows instructions. Steps are paragraphs. */
export const QUESTIONS: Setting = {
  chainTokens: 2048,
  format: { stop: ["\n\n"], maxTokens: 512 },
  rollOuts: { n: 4, maxTokens: 2048 },
  revise: byInstruction,
  extend: null,
};
