/**
 * How much `mull reproduce` does. A preset is bounded in steps, never in time, so that a slow machine gives the same
 * figures later; the steps were chosen so that two cores finish within the minutes named.
 */

import { type PolicyGradientOptions, VARIANTS } from "../../learn/policy-gradient.ts";
import { LONGEST_CHAIN } from "../pretrain/base-model.ts";

export type PresetName = "quick" | "default" | "full";

/** Chains a problem, and the longest of them, tokens. */
export type Sampling = { readonly samples: number; readonly maxTokens: number };

export type Preset = {
  readonly name: PresetName;
  /** What the preset promises on two cores, minutes. */
  readonly minutes: number;
  readonly learning: PolicyGradientOptions;
  /** A curve point every so many steps. */
  readonly evaluateEvery: number;
  /** Held-out problems measured, half of three and half of four numbers; of unseen targets half as many. */
  readonly problems: number;
  /** For the pass@1 of the report and its behaviours; a point of the train-time curve takes one such chain a problem. */
  readonly chains: Sampling;
  /** Chains of as many tokens for each problem of an unseen target: nearly all of them are long. */
  readonly unseenSamples: number;
  /** For the sample curves, parallel compute: many chains, and short ones, as they are the larger part of a run. */
  readonly parallel: Sampling;
  /** For the length curves and the control, sequential compute: chains that are made to go on. */
  readonly forced: Sampling;
  /** Texts of the base corpus in which behaviours are looked for: the more, the more can be said to have emerged. */
  readonly corpusTexts: number;
};

/** Updates a step: each takes half of the step's chains. */
const MINIBATCHES = 2;

/**
 * GRPO, on policy. The rate falls: once giving up is unlearnt most of a step's gradient is noise, and under a constant rate
 * the weights drift until competence goes (docs/log.md).
 */
function grpo(
  size: Pick<PolicyGradientOptions, "steps" | "problemsPerStep" | "maxTokens">,
  learningRate = 5e-4,
): PolicyGradientOptions {
  return {
    ...VARIANTS.grpo,
    aggregation: "token-mean",
    clipHigh: 0.28,
    ...size,
    samples: 16,
    minibatches: MINIBATCHES,
    temperature: 1,
    klWeight: 0,
    overlongBuffer: 0,
    optimizer: {
      learningRate,
      beta1: 0.9,
      beta2: 0.95,
      epsilon: 1e-8,
      weightDecay: 0,
      clipNorm: 0.5,
      warmupSteps: 5,
      totalSteps: size.steps * MINIBATCHES,
      finalRatio: 0.05,
    },
  };
}

const MEASURED = { problems: 400, unseenSamples: 1, corpusTexts: 20_000 } as const;

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  quick: {
    name: "quick",
    minutes: 3,
    learning: grpo({ steps: 8, problemsPerStep: 24, maxTokens: 256 }),
    evaluateEvery: 1,
    ...MEASURED,
    chains: { samples: 2, maxTokens: 256 },
    parallel: { samples: 8, maxTokens: 128 },
    forced: { samples: 1, maxTokens: LONGEST_CHAIN },
  },
  default: {
    name: "default",
    minutes: 15,
    learning: grpo({ steps: 21, problemsPerStep: 32, maxTokens: 384 }),
    evaluateEvery: 3,
    ...MEASURED,
    chains: { samples: 4, maxTokens: LONGEST_CHAIN },
    parallel: { samples: 64, maxTokens: 128 },
    forced: { samples: 1, maxTokens: LONGEST_CHAIN },
  },
  full: {
    name: "full",
    minutes: 60,
    learning: grpo({ steps: 96, problemsPerStep: 32, maxTokens: 512 }, 3e-4),
    evaluateEvery: 8,
    ...MEASURED,
    chains: { samples: 8, maxTokens: LONGEST_CHAIN },
    parallel: { samples: 64, maxTokens: 128 },
    forced: { samples: 4, maxTokens: LONGEST_CHAIN },
  },
};
