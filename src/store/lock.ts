/**
 * One writer per run: an exclusive lock that the kernel holds for the process and drops when the process ends, however
 * it ends. So `kill -9` leaves no stale lock behind, and there is nothing to guess about process ids, start times or
 * heartbeats.
 *
 * The kernel's file locks (fcntl on POSIX, LockFileEx on Windows) are not in Node's `fs`, but the SQLite inside Node
 * (`node:sqlite`) takes them: the lock is an open exclusive transaction on an empty database file. The alternatives
 * were judged: a lock file with a pid needs a guess whether that process still lives (pids are reused, containers see
 * others' pids differently) and has a race between two that both find it stale; proper-lockfile keeps a file's mtime
 * fresh from a timer, which stops while the event loop is blocked by a long computation; native lock packages compile
 * at install.
 *
 * What it does not stop: someone who deletes the lock file while it is held; a network file system without locks (an
 * error where it can be told); and, by a rule of POSIX, this very process opening and closing the lock file by other
 * means (such as copying the whole run folder), which drops the lock. Who holds it is written in a file beside it, for
 * the message alone.
 */

import { readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import type * as nodeSqlite from "node:sqlite";
import * as z from "zod";
import { MullError } from "../core/errors.ts";
import { exists, writeFileAtomic } from "./atomic.ts";
import { errnoCode, reasonOf } from "./io-error.ts";

const holderSchema = z.object({ pid: z.int().positive(), host: z.string().max(1000), since: z.string().max(100) });

/** Who holds a lock: process id, the machine's name, and since when (ISO 8601). */
export type LockHolder = z.infer<typeof holderSchema>;

export type RunLock = AsyncDisposable & {
  readonly path: string;
  /** Lets another process write. Releasing twice is harmless. */
  release(): Promise<void>;
};

/** SQLite's primary result codes that matter here (https://sqlite.org/rescode.html). */
const BUSY = 5;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;
/** How long to wait for another process that only looks (`lockHolder` takes a shared lock for microseconds), ms. */
const PATIENCE = 200;

/**
 * Takes the lock at `path`, or says who has it. `now` is the clock for the message to others.
 *
 * @throws MullError `locked` where another process (or this one) holds it; `store` where the file system cannot lock.
 * @example
 * const lock = await acquireLock("/tmp/.lock", () => new Date());
 * await lock.release();
 */
export async function acquireLock(path: string, now: () => Date): Promise<RunLock> {
  const database = openDatabase(path, false);
  try {
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    throw resultCode(error) === BUSY ? await lockedError(path) : lockError(path, error);
  }
  const holder: LockHolder = { pid: process.pid, host: hostname(), since: now().toISOString() };
  try {
    await writeFileAtomic(holderPath(path), `${JSON.stringify(holder)}\n`);
  } catch (error) {
    database.close();
    throw error;
  }
  const release = async (): Promise<void> => {
    if (!database.isOpen) return;
    try {
      await rm(holderPath(path), { force: true });
    } finally {
      if (database.isOpen) database.close();
    }
  };
  return { path, release, [Symbol.asyncDispose]: release };
}

/**
 * Whether the lock at `path` is held at this moment, without taking it.
 *
 * @returns who holds it, `"unknown"` where it is held but its holder has not said who it is, or null where it is free
 */
export async function lockHolder(path: string): Promise<LockHolder | "unknown" | null> {
  if (!(await exists(path))) return null;
  const database = openDatabase(path, true);
  try {
    database.exec("PRAGMA schema_version");
    return null;
  } catch (error) {
    if (resultCode(error) !== BUSY) throw lockError(path, error);
    return (await readHolder(path)) ?? "unknown";
  } finally {
    database.close();
  }
}

function holderPath(path: string): string {
  return `${path}.holder.json`;
}

function openDatabase(path: string, readOnly: boolean): nodeSqlite.DatabaseSync {
  const { DatabaseSync } = sqlite();
  try {
    return new DatabaseSync(path, { readOnly, timeout: readOnly ? 0 : PATIENCE });
  } catch (error) {
    throw lockError(path, error);
  }
}

/** Node 22 announces on stderr that `node:sqlite` is experimental, which tells the user of a run nothing: not shown. */
function sqlite(): typeof nodeSqlite {
  const announce = process.emitWarning;
  process.emitWarning = ((...args: Parameters<typeof announce>) => {
    if (!String(args[0]).startsWith("SQLite is an experimental")) Reflect.apply(announce, process, args);
  }) as typeof announce;
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = announce;
  }
}

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return undefined;
  return error.errcode & 0xff;
}

function lockError(path: string, cause: unknown): MullError {
  const code = resultCode(cause);
  const why = reasonOf(cause);
  if (code === CANNOT_OPEN) {
    const hint = "Choose an --out in a folder that exists and can be written.";
    return new MullError("store", `Cannot lock ${path}: the file cannot be opened for writing (${why})`, {
      cause,
      hint,
    });
  }
  if (code === NOT_A_DATABASE) {
    const hint = "Delete that file if no other program needs it, or choose another --out.";
    return new MullError("store", `Cannot lock ${path}: it is not a lock file of Mull`, { cause, hint });
  }
  const hint = "Some network file systems cannot lock files: choose an --out on a local disk.";
  return new MullError("store", `Cannot lock ${path}: ${why}`, { cause, hint });
}

async function lockedError(path: string): Promise<MullError> {
  const holder = await readHolder(path);
  if (holder === undefined) {
    return new MullError("locked", `Another process writes this run (${path})`, {
      hint: "Wait until it ends, stop it, or choose another --out.",
    });
  }
  const here = holder.host === hostname();
  const who = `process ${holder.pid}${here ? "" : ` on ${holder.host}`}, since ${holder.since}`;
  if (here && holder.pid === process.pid) {
    const hint = "Close the run before opening it again.";
    return new MullError("locked", `This very process already writes this run (${path}, ${who})`, { hint });
  }
  const stop = here ? `stop it (kill ${holder.pid})` : "stop it there";
  return new MullError("locked", `Another process writes this run (${path}): ${who}`, {
    hint: `Wait until it ends, ${stop}, or choose another --out.`,
  });
}

/** The holder's own word; undefined where there is none, or where it is left over from a process that has ended. */
async function readHolder(path: string): Promise<LockHolder | undefined> {
  try {
    const holder = holderSchema.parse(JSON.parse(await readFile(holderPath(path), "utf8")));
    return holder.host !== hostname() || isAlive(holder.pid) ? holder : undefined;
  } catch {
    return undefined; // The word is for the message only: whether the lock is held has been settled already.
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoCode(error) === "EPERM"; // another user's process lives, but may not be signalled
  }
}
