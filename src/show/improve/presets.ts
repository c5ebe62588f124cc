/**
 * How much `mull improve` does. As everywhere a preset is bounded in generations, problems and tokens, never in time; the numbers were chosen so
 * that two cores finish within the minutes named.
 */

import type { IntoSameOptions } from "../../learn/generations/distil-into.ts";
import type { PretrainOptions } from "../../learn/pretrain.ts";
import { pretrainOptions } from "../pretrain/base-model.ts";

export type ImprovePresetName = "quick" | "default" | "full";

export type ImprovePreset = {
  readonly name: ImprovePresetName;
  /** What the preset promises on two cores, minutes. */
  readonly minutes: number;
  readonly generations: number;
  readonly problemsPerGeneration: number;
  /** Of the search, tokens a problem. */
  readonly budget: number;
  /** Of the policy's own chain, tokens. */
  readonly maxTokens: number;
  /** Of a chain that the search puts together, tokens. */
  readonly traceTokens: number;
  readonly keep: number;
  readonly replay: number;
  readonly tuning: IntoSameOptions;
  /** Of a fresh model. */
  readonly fresh: PretrainOptions;
  /** Held-out problems of each difficulty, and chains of the policy on each. */
  readonly measured: { readonly problems: number; readonly samples: number };
  /** Held-out problems of each difficulty on which the search is measured too. */
  readonly searched: number;
};

export const TUNING: IntoSameOptions = {
  epochs: 3,
  batch: 16,
  rehearse: 1,
  optimizer: {
    learningRate: 1e-3,
    beta1: 0.9,
    beta2: 0.95,
    epsilon: 1e-8,
    weightDecay: 0,
    clipNorm: 1,
    warmupSteps: 5,
    totalSteps: 1, // each generation sets its own
    finalRatio: 0.05,
  },
};

const SHARED = { keep: 4, replay: 0.2, tuning: TUNING } as const;

export const IMPROVE_PRESETS: Readonly<Record<ImprovePresetName, ImprovePreset>> = {
  quick: {
    name: "quick",
    minutes: 3,
    generations: 5,
    problemsPerGeneration: 64,
    budget: 1024,
    maxTokens: 256,
    traceTokens: 192,
    ...SHARED,
    fresh: pretrainOptions(200),
    measured: { problems: 60, samples: 1 },
    searched: 16,
  },
  default: {
    name: "default",
    minutes: 20,
    generations: 7,
    problemsPerGeneration: 192,
    budget: 1536,
    maxTokens: 512,
    traceTokens: 256,
    ...SHARED,
    fresh: pretrainOptions(2000),
    measured: { problems: 150, samples: 1 },
    searched: 16,
  },
  full: {
    name: "full",
    minutes: 90,
    generations: 12,
    problemsPerGeneration: 512,
    budget: 4096,
    maxTokens: 512,
    traceTokens: 256,
    ...SHARED,
    fresh: pretrainOptions(9400),
    measured: { problems: 300, samples: 2 },
    searched: 100,
  },
};
