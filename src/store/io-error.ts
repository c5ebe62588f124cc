/**
 * What the operating system says when a file cannot be read or written, as a `MullError` that says what to do.
 * A full disk, a read-only disk and a missing right are everyday events for a run of an hour; everything this folder
 * writes is replaced whole or appended, so the sentence "what was there before is intact" is true wherever it is said.
 */

import * as z from "zod";
import { MullError } from "../core/errors.ts";

const INTACT = "what was written before is intact";

/** What to say for each code (errno names; Node uses the same on every system). */
const CASES: Readonly<Record<string, { readonly what: string; readonly hint: string }>> = {
  ENOSPC: {
    what: "the disk is full",
    hint: `Free some space, or choose another --out; ${INTACT}, and the same command goes on from there.`,
  },
  EDQUOT: { what: "the disk quota is used up", hint: `Free some space, or choose another --out; ${INTACT}.` },
  EFBIG: {
    what: "the file would be larger than this file system or the process limit allows",
    hint: "Raise the limit (ulimit -f), or choose another --out.",
  },
  EROFS: { what: "the file system is read-only", hint: "Choose an --out on a disk that can be written." },
  EACCES: {
    what: "permission is denied",
    hint: "Choose another --out, or change the rights or the owner of the folder.",
  },
  EPERM: {
    what: "the operation is not permitted",
    hint: "Choose another --out, or change the rights or the owner of the folder.",
  },
  ENOENT: { what: "there is no such file or folder", hint: "Check the path." },
  ENOTDIR: { what: "a part of the path is a file, not a folder", hint: "Choose another --out." },
  EISDIR: { what: "it is a folder, not a file", hint: "Choose another path." },
  EEXIST: { what: "something else is already there", hint: "Choose another --out, or move what is there aside." },
  ENAMETOOLONG: { what: "the path is too long", hint: "Choose a shorter --out." },
  EMFILE: { what: "too many files are open", hint: "Raise the limit (ulimit -n), or run fewer things at once." },
  EIO: {
    what: "the disk reports an input/output error",
    hint: "Check the disk; copy the run elsewhere before going on.",
  },
};

/** The errno name of a failed system call, such as `ENOSPC`; undefined for every other error. */
export function errnoCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}

/**
 * Turns a failed system call into a `MullError("store")`. A `MullError` passes through unchanged, so a callback's own
 * error is not renamed on its way out.
 *
 * @param doing what was being done, as in "write"; the message reads "Cannot write PATH: ..."
 * @example
 * storeError(Object.assign(new Error("x"), { code: "ENOSPC" }), "write", "run.json").message
 * // "Cannot write run.json: the disk is full"
 */
export function storeError(error: unknown, doing: string, path: string): MullError {
  if (error instanceof MullError) return error;
  const known = CASES[errnoCode(error) ?? ""];
  const what = known?.what ?? reasonOf(error);
  return new MullError("store", `Cannot ${doing} ${path}: ${what}`, {
    cause: error,
    ...(known === undefined ? {} : { hint: known.hint }),
  });
}

/** What an error says, in words for people: of a failed validation, each place and what was expected there. */
export function reasonOf(error: unknown): string {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  return error instanceof Error ? error.message : String(error);
}
