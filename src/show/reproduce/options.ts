/** What the long jobs are asked for, and whom they tell. */

import type { RunEvent } from "../server/events.ts";
import type { PresetName } from "./presets.ts";

export type ReproduceOptions = {
  readonly preset: PresetName;
  readonly seed: number;
  /** Pretrain the base model first, inside the run's folder, instead of taking the shipped one. */
  readonly fromScratch: boolean;
  /** The run's folder. */
  readonly out: string;
  /** Delete what the folder holds and start over. */
  readonly fresh: boolean;
  /** Compute threads; one a core by default. */
  readonly threads?: number;
};

export type RunHooks = {
  /** Every event of the run, those of an earlier part of it first. */
  readonly publish: (event: RunEvent) => void;
  /** Stops the run; what is done so far is saved. */
  readonly signal: AbortSignal;
};
