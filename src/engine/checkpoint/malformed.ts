/** What is said of a checkpoint's file that cannot be used: which file, what was expected and what came. */

import { MullError } from "../../core/errors.ts";

const HINT = "use a checkpoint that Mull or transformers wrote whole: restore this one from a copy, or write it again";

export function malformed(path: string, what: string, cause?: unknown, hint = HINT): MullError {
  return new MullError("checkpoint", `${path}: ${what}`, { hint, cause });
}

/** A file that could not be opened or read at all. */
export function openError(path: string, error: unknown): MullError {
  if (error instanceof MullError) return error;
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  if (code === "ENOENT")
    return malformed(path, "there is no such file", error, "name a folder that holds a checkpoint");
  return malformed(path, `it cannot be read: ${error instanceof Error ? error.message : String(error)}`, error);
}

/** A file that could not be written: not the checkpoint's fault, so of the code that the run's folder uses. */
export function writeError(path: string, error: unknown): MullError {
  if (error instanceof MullError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new MullError("store", `Cannot write ${path}: ${reason}`, {
    hint: "free some space, or choose another folder; the file that was there before is intact",
    cause: error,
  });
}
