/** How the base model of each task is made: what `mull pretrain --task` runs, and `models/*` came from. */

import type { TransformerConfig } from "../../engine/transformer.ts";
import type { PretrainOptions } from "../../learn/pretrain.ts";
import { arithmeticTokenizer } from "../../tasks/arithmetic/vocabulary.ts";
import { inContextTokenizer } from "../../tasks/in-context/vocabulary.ts";
import { arithmeticBase } from "./arithmetic.ts";
import { BASE_SHAPE, LONGEST_CHAIN, PRETRAIN_STEPS, pretrainOptions } from "./base-model.ts";
import type { BaseTask } from "./base-task.ts";
import { countdownBase } from "./countdown.ts";
import { inContextBase } from "./in-context.ts";
import type { BaseTaskName } from "./names.ts";

export type BasePlan = {
  readonly task: BaseTask;
  readonly shape: TransformerConfig;
  readonly pretrain: PretrainOptions;
  /** Steps between two saves. */
  readonly saveEvery: number;
  /** Held-out problems on which the gate is measured. */
  readonly gateProblems: number;
  /** The longest chain that is measured, tokens. */
  readonly longest: number;
};

/** 0.29M parameters of three layers: a place is looked up by its name, its digits are put together, a carry is kept. */
const ARITHMETIC_SHAPE: TransformerConfig = {
  ...BASE_SHAPE,
  vocabSize: arithmeticTokenizer.vocabSize,
  layers: 3,
  width: 96,
  heads: 3,
  kvHeads: 3,
  ffnWidth: 192,
  maxPositions: 512,
};

/** 0.19M parameters of two layers, the fewest with which what followed an earlier occurrence can be found. */
const IN_CONTEXT_SHAPE: TransformerConfig = {
  ...ARITHMETIC_SHAPE,
  vocabSize: inContextTokenizer.vocabSize,
  layers: 2,
  maxPositions: 160,
};

const ARITHMETIC_STEPS = 1000;
const IN_CONTEXT_STEPS = 2000;

/** A higher rate than that of the larger model, which falls for nine tenths of the updates. */
function smallOptions(steps: number, poolTexts: number): PretrainOptions {
  const options = pretrainOptions(steps);
  const optimizer = { ...options.optimizer, learningRate: 3e-3, totalSteps: Math.round(steps * 0.9) };
  return { ...options, poolTexts, optimizer };
}

const PLANS: Readonly<Record<BaseTaskName, (steps?: number) => BasePlan>> = {
  countdown: (steps = PRETRAIN_STEPS) => ({
    task: countdownBase(steps),
    shape: BASE_SHAPE,
    pretrain: pretrainOptions(steps),
    saveEvery: 200,
    gateProblems: 400,
    longest: LONGEST_CHAIN,
  }),
  arithmetic: (steps = ARITHMETIC_STEPS) => ({
    task: arithmeticBase,
    shape: ARITHMETIC_SHAPE,
    pretrain: smallOptions(steps, 2000),
    saveEvery: 200,
    gateProblems: 400,
    longest: 64,
  }),
  "in-context": (steps = IN_CONTEXT_STEPS) => ({
    task: inContextBase,
    shape: IN_CONTEXT_SHAPE,
    pretrain: smallOptions(steps, 1000),
    saveEvery: 200,
    gateProblems: 700,
    longest: 4,
  }),
};

/**
 * The plan of `mull pretrain`.
 *
 * @param steps updates; default those of the model that ships
 * @example
 * basePlan("arithmetic").shape.layers; // 3
 */
export function basePlan(task: BaseTaskName = "countdown", steps?: number): BasePlan {
  return PLANS[task](steps);
}
