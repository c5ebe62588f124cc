/** Whom a long job tells of itself, and what stops it. */

import { MullError } from "../../core/errors.ts";
import type { RunEvent } from "../server/events.ts";

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
