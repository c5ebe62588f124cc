/**
 * The journal of a run: what happened, one JSON object a line, appended and never rewritten, so that it can be followed
 * while it is written and trusted after a crash.
 *
 * Durability, from weak to strong:
 * - `append` gathers events; those appended in one turn of the event loop go to the file in one write at its end.
 * - `flush()` hands everything to the operating system now: it survives `kill -9` of this process.
 * - `flush({ durable: true })` also waits until the disk has it: it survives a power cut. Callers that flush at the
 *   same time share one fdatasync (group commit).
 *
 * The write itself is synchronous. It goes to the page cache, which takes microseconds, and in return order, back
 * pressure and failure need no queue; only fdatasync, which waits for the disk, runs aside.
 *
 * A kill can tear the last line: opening cuts it off, reading ignores it. To resume from a checkpoint, the journal is
 * cut back to the position stored beside it (`truncateTo`), so that steps done again do not appear twice.
 */

import { ftruncateSync, writeSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { MullError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";
import { storeError } from "./io-error.ts";
import { isLineStart, lastLineEnd } from "./lines.ts";

/** Bytes gathered before they are written without waiting for the end of the turn. */
const GATHER = 1 << 20;

export type JournalOptions = {
  /** Cut the journal back to this byte offset, the `position` of an earlier moment. Default: keep every whole line. */
  readonly truncateTo?: number;
  /** The longest line `append` takes, bytes. Default `LIMITS.journalLineBytes`. */
  readonly maxLineBytes?: number;
};

/**
 * Opens a journal for writing, creating it where there is none, and cuts off a torn last line. One writer at a time:
 * hold the run's lock.
 *
 * @throws MullError `store` where it cannot be opened, or where `truncateTo` is not the start of a line in it
 * @example
 * const journal = await openJournal("/tmp/journal.jsonl");
 * journal.append({ type: "phase", name: "training" });
 * await journal.flush({ durable: true });
 * await journal.close();
 */
export async function openJournal(path: string, options: JournalOptions = {}): Promise<Journal> {
  const maxLineBytes = options.maxLineBytes ?? LIMITS.journalLineBytes;
  let handle: FileHandle;
  try {
    handle = await open(path, "a+");
  } catch (error) {
    throw storeError(error, "open", path);
  }
  try {
    const { size } = await handle.stat();
    const end = options.truncateTo ?? (await lastLineEnd({ handle, path }, size, maxLineBytes));
    await cut(handle, path, end);
    return new Journal(path, handle, end, maxLineBytes);
  } catch (error) {
    await handle.close();
    throw storeError(error, "open", path);
  }
}

async function cut(handle: FileHandle, path: string, offset: number): Promise<void> {
  const { size } = await handle.stat();
  if (!Number.isSafeInteger(offset) || !(await isLineStart(handle, offset, size))) {
    throw new MullError("store", `${path}: cannot go back to byte ${offset}: no line starts there (${size} bytes)`, {
      hint: "The journal is not the one this position was taken from. Restore it, or start over with --fresh.",
    });
  }
  if (offset === size) return;
  await handle.truncate(offset);
  await handle.datasync();
}

/** A journal open for writing; made by `openJournal`. */
export class Journal implements AsyncDisposable {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #maxLineBytes: number;
  /** Bytes in the file. */
  #written: number;
  /** Lines not in the file yet, and their bytes. */
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #turnEnds = false;
  /** A write that failed and may succeed later, as when the disk is full. */
  #failure: MullError | undefined;
  /** An fdatasync that failed: the system may have dropped what it could not write, so no later one can vouch for it. */
  #broken: MullError | undefined;
  #activeSync: Promise<void> | undefined;
  #nextSync: Promise<void> | undefined;
  #closed = false;

  /** @internal `written` is the size of the file behind `handle`, which is open for appending. */
  constructor(path: string, handle: FileHandle, written: number, maxLineBytes: number) {
    this.path = path;
    this.#handle = handle;
    this.#written = written;
    this.#maxLineBytes = maxLineBytes;
  }

  /** The byte offset after the last event appended. Store it beside a checkpoint, after a durable flush. */
  get position(): number {
    return this.#written + this.#gatheredBytes;
  }

  /**
   * Adds an event. As JSON has no word for them, NaN and infinities become null.
   *
   * @throws MullError `store` for a line that is too long, or where an earlier write failed and no `flush` has
   * succeeded since: the event is then not taken, those before it are kept for the next flush
   */
  append<E extends { readonly type: string }>(event: E): void {
    if (this.#closed) throw new MullError("store", `${this.path} is closed: the event was not written`);
    const failure = this.#broken ?? this.#failure;
    if (failure !== undefined) throw failure;
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    if (line.length - 1 > this.#maxLineBytes) {
      throw new MullError(
        "store",
        `An event "${event.type}" of ${line.length - 1} bytes is longer than ${this.#maxLineBytes}`,
        {
          hint: "Split it into several events, or keep what is large in a file of its own.",
        },
      );
    }
    this.#gathered.push(line);
    this.#gatheredBytes += line.length;
    if (this.#gatheredBytes >= GATHER) this.#tryWrite();
    else if (!this.#turnEnds) {
      this.#turnEnds = true;
      queueMicrotask(() => {
        this.#turnEnds = false;
        if (!this.#closed) this.#tryWrite();
      });
    }
  }

  /**
   * Writes what was appended; with `durable`, waits until it is on the disk.
   *
   * @throws MullError `store`, as on a full disk. Nothing is lost: the events stay gathered, the file ends with a whole
   * line, and a later flush tries again.
   */
  async flush(options: { readonly durable?: boolean } = {}): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    this.#write();
    if (options.durable === true) await this.#sync();
  }

  /** Forgets everything after byte `offset`, a former `position`. */
  async rollback(offset: number): Promise<void> {
    this.#write();
    await cut(this.#handle, this.path, offset);
    this.#written = offset;
  }

  /** Flushes durably and closes. Closing twice is harmless. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.flush({ durable: true });
    } finally {
      await this.#handle.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Where no caller asked for the write there is none to throw to: the next append or flush says what failed. */
  #tryWrite(): void {
    try {
      this.#write();
    } catch {
      // kept in #failure
    }
  }

  #write(): void {
    if (this.#gatheredBytes === 0) return;
    const batch = Buffer.concat(this.#gathered);
    try {
      for (let done = 0; done < batch.length; ) done += writeSync(this.#handle.fd, batch, done);
    } catch (error) {
      this.#gathered = [batch];
      this.#undoPartialWrite();
      this.#failure = storeError(error, "write", this.path);
      throw this.#failure;
    }
    this.#written += batch.length;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#failure = undefined;
  }

  /** A full disk may have taken part of a batch. Where even that cannot be undone, reading ignores the torn line. */
  #undoPartialWrite(): void {
    try {
      ftruncateSync(this.#handle.fd, this.#written);
    } catch {
      // not a regular file (a device): nothing to cut
    }
  }

  /** One fdatasync for all who wait. One under way may miss the newest bytes, so latecomers share the one after it. */
  #sync(): Promise<void> {
    this.#nextSync ??= (this.#activeSync ?? Promise.resolve()).then(
      () => this.#startSync(),
      () => this.#startSync(),
    );
    return this.#nextSync;
  }

  async #startSync(): Promise<void> {
    this.#activeSync = this.#nextSync;
    this.#nextSync = undefined;
    try {
      await this.#handle.datasync();
    } catch (error) {
      this.#broken = storeError(error, "flush", this.path);
      throw this.#broken;
    }
  }
}
