/**
 * A run is a folder: `run.json` says what it is, `journal.jsonl` what happened, `checkpoints/` where it can go on, and
 * the reports what came of it. Opening one takes its lock, and either creates it or goes on from its last checkpoint.
 *
 * Going on, in order: take the lock; compare `run.json` with what this command asks; clear what a killed process left;
 * find the newest sound checkpoint; cut the journal back to its position. What was done after that checkpoint is done
 * again, and stands in the journal once.
 */

import { channel } from "node:diagnostics_channel";
import { open, readdir, rm } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { MullError } from "../core/errors.ts";
import { exists, sweepTemporary, writeFileAtomic } from "./atomic.ts";
import type { Checkpoint, Checkpoints } from "./checkpoints.ts";
import { openCheckpoints } from "./checkpoints.ts";
import { errnoCode, storeError } from "./io-error.ts";
import type { Journal } from "./journal.ts";
import { openJournal } from "./journal.ts";
import { isLineStart } from "./lines.ts";
import type { LockHolder, RunLock } from "./lock.ts";
import { acquireLock, lockHolder } from "./lock.ts";
import { makeFolder } from "./make-folder.ts";
import type { RunIdentity, RunRecord } from "./run-record.ts";
import { changedVersions, checkSameRun, makeRecord, readRecord, writeRecord } from "./run-record.ts";

export type RunPaths = {
  readonly record: string;
  readonly journal: string;
  readonly checkpoints: string;
  readonly reportHtml: string;
  readonly reportJson: string;
  readonly figureSvg: string;
  readonly figurePng: string;
  readonly lock: string;
};

/** Where everything of a run lies. */
export function runPaths(dir: string): RunPaths {
  return {
    record: join(dir, "run.json"),
    journal: join(dir, "journal.jsonl"),
    checkpoints: join(dir, "checkpoints"),
    reportHtml: join(dir, "report.html"),
    reportJson: join(dir, "report.json"),
    figureSvg: join(dir, "figure.svg"),
    figurePng: join(dir, "figure.png"),
    lock: join(dir, ".lock"),
  };
}

export type OpenRunOptions = RunIdentity & {
  /** Go on with the run that is there (default). False starts over: everything of the former run is deleted. */
  readonly resume?: boolean;
  /** Whether the run makes a file or folder of this name, beside `RunPaths`: starting over deletes these as well. */
  readonly makes?: (name: string) => boolean;
  /**
   * What to do with the journal on going on. `rollback` (default) cuts it back to the last checkpoint, or empties it
   * where there is none yet; `keep` leaves it whole, for runs that replay their journal instead of using checkpoints.
   */
  readonly journal?: "rollback" | "keep";
  /** How many checkpoints to keep. Default 3. */
  readonly keep?: number;
  /** The clock, for `created` and for saying since when the run is locked. */
  readonly now: () => Date;
};

/** What `runWarnings` tells. */
export type RunWarning = { readonly dir: string; readonly warning: string };

/** Tells every warning of every run that this process opens, however deep in a command: for whoever shows them to a person. */
export const runWarnings = channel("mull:run-warning");

/**
 * Opens the run in `dir` for writing, creating the folder and the run where there is none.
 *
 * @throws MullError `usage` where the folder holds a run of another configuration or seed; `locked` where another
 * process writes it; `checkpoint` where it has checkpoints and none can be used; `store` where it cannot be read or written
 * @example
 * import { writeFile } from "node:fs/promises";
 * const now = () => new Date();
 * const options = { config: { lr: 3e-4 }, seed: 1, versions: { mull: "0.1.0" }, now };
 * const run = await openRun("/tmp/first", options); // or `await using`, which closes it
 * for (let step = (run.checkpoint?.step ?? 0) + 1; step <= 4; step++) {
 *   run.journal.append({ type: "step", step });
 *   await run.save(step, { rng: step }, (folder) => writeFile(join(folder, "weights.bin"), "..."));
 * }
 * await run.close();
 * const again = await openRun("/tmp/first", options);
 * again.checkpoint?.step; // 4
 * await again.close();
 */
export async function openRun(dir: string, options: OpenRunOptions): Promise<Run> {
  const paths = runPaths(resolve(dir));
  const asked = makeRecord(options, options.now());
  try {
    await makeFolder(resolve(dir));
  } catch (error) {
    throw storeError(error, "create", resolve(dir));
  }
  const lock = await acquireLock(paths.lock, options.now);
  try {
    if (options.resume === false) await deleteRun(resolve(dir), options.makes);
    await sweepTemporary(resolve(dir));
    const warnings: string[] = [];
    const record = await createOrCompare(paths, asked, warnings);
    const checkpoints = await openCheckpoints(
      paths.checkpoints,
      options.keep === undefined ? {} : { keep: options.keep },
    );
    const keepJournal = options.journal === "keep";
    const checkpoint = await checkpoints.latest({
      reject: async ({ journal: place }) =>
        keepJournal || (await startsLine(paths.journal, place))
          ? null
          : `its place in the journal (byte ${place}) is not there`,
      onSkip: (reason) => warnings.push(`Skipped a checkpoint: ${reason}`),
    });
    const journal = await openJournal(paths.journal, keepJournal ? {} : { truncateTo: checkpoint?.journal ?? 0 });
    for (const warning of warnings) runWarnings.publish({ dir: resolve(dir), warning } satisfies RunWarning);
    return new Run({ dir: resolve(dir), paths, record, warnings, checkpoint, checkpoints, journal }, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

type RunParts = {
  readonly dir: string;
  readonly paths: RunPaths;
  readonly record: RunRecord;
  readonly warnings: readonly string[];
  readonly checkpoint: Checkpoint | null;
  readonly checkpoints: Checkpoints;
  readonly journal: Journal;
};

/** A run open for writing; made by `openRun`. Close it, or hold it with `await using`. */
export class Run implements AsyncDisposable {
  /** Absolute. */
  readonly dir: string;
  readonly paths: RunPaths;
  readonly record: RunRecord;
  /** What the user should know: checkpoints that were skipped, versions that changed. */
  readonly warnings: readonly string[];
  /** Where the run goes on from; null where it begins. Its `state` is unchecked: parse it with the schema it was saved by. */
  readonly checkpoint: Checkpoint | null;
  readonly checkpoints: Checkpoints;
  readonly journal: Journal;
  readonly #lock: RunLock;

  /** @internal */
  constructor(parts: RunParts, lock: RunLock) {
    this.dir = parts.dir;
    this.paths = parts.paths;
    this.record = parts.record;
    this.warnings = parts.warnings;
    this.checkpoint = parts.checkpoint;
    this.checkpoints = parts.checkpoints;
    this.journal = parts.journal;
    this.#lock = lock;
  }

  /**
   * Commits a moment of the run: the journal so far to the disk, then a checkpoint that points at its end. Append
   * nothing until it returns, and save at the end of the run too: what follows the last checkpoint is cut on reopening.
   */
  async save<T>(step: number, state: T, write: (folder: string) => Promise<void>): Promise<Checkpoint<T>> {
    const journal = this.journal.position;
    await this.journal.flush({ durable: true });
    return this.checkpoints.save({ step, journal, state }, write);
  }

  /** Writes a report or another file of the run, atomically; `name` is a plain file name. */
  async writeFile(name: string, data: string | Uint8Array): Promise<string> {
    const path = join(this.dir, name);
    const taken = [this.paths.record, this.paths.journal, this.paths.checkpoints].includes(path);
    if (name === "" || name !== basename(name) || name.startsWith(".") || taken) {
      throw new MullError("store", `Not a name for a report: ${JSON.stringify(name)}`, {
        hint: "Give a plain file name that the run does not use itself.",
      });
    }
    await writeFileAtomic(path, data);
    return path;
  }

  /** Flushes the journal and lets another process write. Closing twice is harmless. */
  async close(): Promise<void> {
    try {
      await this.journal.close();
    } finally {
      await this.#lock.release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

async function createOrCompare(paths: RunPaths, asked: RunRecord, warnings: string[]): Promise<RunRecord> {
  const record = await readRecord(paths.record);
  if (record !== null) {
    checkSameRun(paths.record, record, asked);
    warnings.push(...changedVersions(record, asked));
    return record;
  }
  for (const left of [paths.journal, paths.checkpoints]) {
    if (await exists(left)) {
      throw new MullError("store", `${left} is there, but no run.json says what run it belongs to`, {
        hint: "Restore run.json, choose another --out, or start over in this folder with --fresh (this deletes it).",
      });
    }
  }
  await writeRecord(paths.record, asked);
  return asked;
}

/**
 * Deletes what a run made and nothing else: `run.json` first, so that what is left of a kill in between has no name; the journal and
 * the checkpoints last, so that it is refused.
 */
async function deleteRun(dir: string, makes: OpenRunOptions["makes"] = () => false): Promise<void> {
  const { lock: _, record, journal, checkpoints, ...reports } = runPaths(dir);
  const names = await readdir(dir).catch((error: unknown) => {
    throw storeError(error, "list", dir);
  });
  const more = names.filter((name) => makes(name)).map((name) => join(dir, name));
  for (const path of [record, ...more, ...Object.values(reports), journal, checkpoints]) {
    try {
      await rm(path, { recursive: true, force: true });
    } catch (error) {
      throw storeError(error, "delete", path);
    }
  }
}

async function startsLine(path: string, offset: number): Promise<boolean> {
  try {
    const handle = await open(path, "r");
    try {
      return await isLineStart(handle, offset, (await handle.stat()).size);
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (errnoCode(error) === "ENOENT") return offset === 0;
    throw storeError(error, "read", path);
  }
}

export type RunSummary = {
  readonly name: string;
  /** Absolute. */
  readonly dir: string;
  /** Null where `run.json` cannot be read; `problem` then says why. */
  readonly record: RunRecord | null;
  readonly problem?: string;
  /** Who writes it at this moment, or null. */
  readonly writer: LockHolder | "unknown" | null;
};

/**
 * The runs in a folder, newest first; those that cannot be read last. No folder, no runs. Takes no lock.
 *
 * @example
 * for (const run of await listRuns("runs")) console.log(run.name, run.record?.seed);
 */
export async function listRuns(root: string): Promise<RunSummary[]> {
  let names: string[];
  try {
    names = await readdir(root);
  } catch (error) {
    if (errnoCode(error) === "ENOENT") return [];
    throw storeError(error, "list", root);
  }
  const runs = await Promise.all(names.map((name) => summarise(resolve(root, name))));
  const created = (run: RunSummary): string => run.record?.created ?? "";
  return runs
    .filter((run) => run !== null)
    .sort((a, b) => (created(a) < created(b) ? 1 : created(a) > created(b) ? -1 : a.name < b.name ? -1 : 1));
}

async function summarise(dir: string): Promise<RunSummary | null> {
  const paths = runPaths(dir);
  try {
    const record = await readRecord(paths.record);
    return record === null ? null : { name: basename(dir), dir, record, writer: await lockHolder(paths.lock) };
  } catch (error) {
    if (!(error instanceof MullError)) throw error;
    if (errnoCode(error.cause) === "ENOTDIR") return null; // a file beside the runs
    return { name: basename(dir), dir, record: null, problem: error.message, writer: null };
  }
}
