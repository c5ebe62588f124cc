/** What the methods share on CD-34: the optimizer, the sampling, and how knobs change them. */

import type { AdamWOptions } from "../../../engine/adamw.ts";
import type { RolloutOptions } from "../../../learn/chains/rollouts.ts";
import type { Knobs } from "../knobs.ts";
import { UNTIL_SPENT } from "../method.ts";

/** The rate falls with the budget (`Learner.progress`), so that a comparison is fair whatever a step costs. */
export function adamw(learningRate: number, { rate = 1 }: Knobs, warmupSteps = 5): AdamWOptions {
  return {
    learningRate: learningRate * rate,
    beta1: 0.9,
    beta2: 0.95,
    epsilon: 1e-8,
    weightDecay: 0,
    clipNorm: 0.5,
    warmupSteps,
    totalSteps: UNTIL_SPENT,
    finalRatio: 0.05,
  };
}

export type StepSize = RolloutOptions & { readonly steps: number; readonly problemsPerStep: number };

/** How many chains a step takes, and how long they may be. */
export function stepSize(
  own: Omit<RolloutOptions, "temperature"> & { readonly problemsPerStep: number },
  knobs: Knobs,
): StepSize {
  return {
    steps: UNTIL_SPENT,
    problemsPerStep: knobs.batch ?? own.problemsPerStep,
    samples: knobs.group ?? own.samples,
    maxTokens: knobs["max-tokens"] ?? own.maxTokens,
    temperature: 1,
  };
}
