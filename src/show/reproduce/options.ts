/** What the long jobs are asked for, and whom they tell. */

import { MullError } from "../../core/errors.ts";
import type { RunEvent } from "../server/events.ts";
import type { PresetName } from "./presets.ts";

export type ReproduceOptions = {
  readonly preset: PresetName;
  readonly seed: number;
  /** Pretrain the base model first, inside the run's folder, instead of taking the shipped one. */
  readonly fromScratch: boolean;
  /** The folder of a checkpoint to begin from instead of the shipped base model. */
  readonly base?: string;
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
  /** Told how many chains of a measurement are done, of all. */
  readonly onProgress?: (done: number, total: number) => void;
};

/** What a stopped run throws where its signal's reason came through; any other error as it is. */
export function stopped(error: unknown, signal: AbortSignal): unknown {
  if (!signal.aborted || error !== signal.reason) return error;
  const hint = "run the same command to go on";
  return new MullError("aborted", "stopped; everything so far is saved", { hint, cause: error });
}
