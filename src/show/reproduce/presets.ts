/**
 * How much `mull reproduce` does. A preset is bounded in steps, never in time, so that a slow machine gives the same
 * figures later; the steps were chosen so that two cores finish within the minutes named.
 */

import { type PolicyGradientOptions, VARIANTS } from "../../learn/policy-gradient.ts";
import { LONGEST_CHAIN } from "./base-model.ts";

export type PresetName = "quick" | "default" | "full";

export type Preset = {
  readonly name: PresetName;
  /** What the preset promises on two cores, minutes. */
  readonly minutes: number;
  readonly learning: PolicyGradientOptions;
  /** A curve point every so many steps. */
  readonly evaluateEvery: number;
  /** Held-out problems measured, half of three and half of four numbers. */
  readonly problems: number;
  /** Longest chain of the train-time curve, the sample curves and the report's pass@1, tokens. */
  readonly chainTokens: number;
  /** Chains a problem for the sample curves and the pass@1 of the report. */
  readonly samples: number;
  /** Chains a problem for the length curves and the control. */
  readonly forcedSamples: number;
  /** Longest chain of the length curves and the control, tokens. */
  readonly longest: number;
  /** Texts of the base corpus in which behaviours are looked for: the more, the more can be said to have emerged. */
  readonly corpusTexts: number;
};

/** Updates a step: each takes half of the step's chains. */
const MINIBATCHES = 2;

/**
 * GRPO, on policy. The rate falls: once giving up is unlearnt most of a step's gradient is noise, and under a constant rate
 * the weights drift until competence goes (docs/log.md).
 */
function grpo(steps: number, maxTokens: number, problemsPerStep: number): PolicyGradientOptions {
  return {
    ...VARIANTS.grpo,
    aggregation: "token-mean",
    clipHigh: 0.28,
    steps,
    problemsPerStep,
    samples: 16,
    maxTokens,
    minibatches: MINIBATCHES,
    temperature: 1,
    klWeight: 0,
    overlongBuffer: 0,
    optimizer: {
      learningRate: 5e-4,
      beta1: 0.9,
      beta2: 0.95,
      epsilon: 1e-8,
      weightDecay: 0,
      clipNorm: 0.5,
      warmupSteps: 5,
      totalSteps: steps * MINIBATCHES,
      finalRatio: 0.05,
    },
  };
}

const MEASURED = { problems: 400, chainTokens: 512, longest: LONGEST_CHAIN, corpusTexts: 20_000 } as const;

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  quick: {
    name: "quick",
    minutes: 3,
    learning: grpo(10, 256, 24),
    evaluateEvery: 1,
    ...MEASURED,
    samples: 8,
    forcedSamples: 1,
  },
  default: {
    name: "default",
    minutes: 15,
    learning: grpo(24, 384, 32),
    evaluateEvery: 3,
    ...MEASURED,
    samples: 64,
    forcedSamples: 2,
  },
  full: {
    name: "full",
    minutes: 60,
    learning: grpo(160, 512, 32),
    evaluateEvery: 8,
    ...MEASURED,
    samples: 64,
    forcedSamples: 4,
  },
};
