/**
 * How much `mull compare` does. A cell, one method on one seed, is bounded in FLOPs, never in time, so that methods meet on equal
 * terms and a slow machine gives the same figures later; the FLOPs were chosen so that two cores finish within the minutes named.
 */

import type { Sampling } from "../reproduce/presets.ts";

export type ComparePresetName = "quick" | "default" | "full";

export type ComparePreset = {
  readonly name: ComparePresetName;
  /** What the preset promises on two cores with its own methods and seeds, minutes. */
  readonly minutes: number;
  readonly seeds: readonly number[];
  /** Train-time FLOPs of a cell: generation, labels, verification by models and training. */
  readonly budgetFlops: number;
  /** Shares of the budget at which a point of the train-time curve is measured, rising, the last 1. */
  readonly points: readonly number[];
  /** Held-out problems, half of three and half of four numbers. */
  readonly problems: number;
  /** Chains a problem at a point of the train-time curve, as long as those of `final`, so that the curve ends where the table is. */
  readonly point: Sampling;
  /** Chains a problem of the finished model: pass@k, votes, lengths, behaviours. */
  readonly final: Sampling;
  /** Of the best method, at every point, for the map of train-time against test-time compute. */
  readonly map: Sampling;
};

export const COMPARE_PRESETS: Readonly<Record<ComparePresetName, ComparePreset>> = {
  quick: {
    name: "quick",
    minutes: 5,
    seeds: [1],
    budgetFlops: 4e11,
    points: [0.25, 0.5, 1],
    problems: 100,
    point: { samples: 1, maxTokens: 512 },
    final: { samples: 4, maxTokens: 512 },
    map: { samples: 4, maxTokens: 256 },
  },
  default: {
    name: "default",
    minutes: 60,
    seeds: [1, 2, 3],
    budgetFlops: 1.5e12,
    points: [1 / 8, 1 / 4, 1 / 2, 1],
    problems: 200,
    point: { samples: 1, maxTokens: 768 },
    final: { samples: 8, maxTokens: 768 },
    map: { samples: 8, maxTokens: 512 },
  },
  full: {
    name: "full",
    minutes: 300,
    seeds: [1, 2, 3],
    budgetFlops: 1.2e13,
    points: [1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1],
    problems: 400,
    point: { samples: 1, maxTokens: 1024 },
    final: { samples: 16, maxTokens: 1024 },
    map: { samples: 8, maxTokens: 512 },
  },
};
