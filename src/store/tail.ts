/**
 * Following a journal that another process writes: every event so far, then each new one as it comes, for a live page.
 *
 * The folder is watched (`fs.watch`), and looked at every `pollMs` besides, because watching misses changes on network
 * and container file systems. The file may not exist yet. It may also be cut back, when a run resumes from a checkpoint,
 * or replaced, when it starts afresh: a shorter file shows it, and so does another text where the last event read
 * stood; the events are then given again from the beginning, after `onCut`.
 */

import type { FSWatcher } from "node:fs";
import { watch } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type * as z from "zod";
import { LIMITS } from "../core/limits.ts";
import { errnoCode, storeError } from "./io-error.ts";
import { journalEvent, parseEvent } from "./journal-event.ts";
import { readExactly, readLines } from "./lines.ts";

/** Bytes of the last line that are compared to notice that the file was cut back and grew again. */
const REMEMBERED = 4096;

export type TailOptions<S extends z.ZodType> = {
  readonly schema?: S;
  /** Called when the journal was cut back or replaced, just before its events are given again from the first. */
  readonly onCut?: () => void;
  /** How often to look even where no change was announced, ms. Default 1000. */
  readonly pollMs?: number;
  /** Whether to use `fs.watch` at all. Default true. */
  readonly watch?: boolean;
};

/**
 * The events of the journal at `path`, from the first, without end: until `signal` aborts (the iteration then ends
 * without an error) or the caller breaks.
 *
 * @throws MullError `store` as `readJournal`; a file that does not exist is waited for
 * @example
 * import { writeFile } from "node:fs/promises";
 * await writeFile("/tmp/journal.jsonl", '{"type":"step","step":1}\n');
 * const stop = new AbortController();
 * for await (const event of tail("/tmp/journal.jsonl", stop.signal)) if (event.type === "step") stop.abort();
 */
export async function* tail<S extends z.ZodType = typeof journalEvent>(
  path: string,
  signal: AbortSignal,
  options: TailOptions<S> = {},
): AsyncGenerator<z.output<S>> {
  const schema = options.schema ?? (journalEvent as unknown as S);
  const changes = watchFile(path, signal, options.pollMs ?? 1000, options.watch ?? true);
  let offset = 0;
  let lines = 0;
  let last: Buffer = Buffer.alloc(0); // the end of what was read, which must still stand before `offset`
  let failedAt = -1;
  try {
    while (!signal.aborted) {
      const handle = await openIfThere(path);
      try {
        if (offset > 0 && (handle === undefined || !(await stillStands(handle, offset, last)))) {
          offset = 0;
          lines = 0;
          last = Buffer.alloc(0);
          options.onCut?.();
        }
        if (handle !== undefined) {
          const reading = { from: offset, linesBefore: lines, maxLineBytes: LIMITS.journalLineBytes };
          for await (const line of readLines({ handle, path }, reading)) {
            const event = parseEvent(line, schema, path);
            offset = line.end;
            lines = line.number;
            last = Buffer.concat([line.bytes.subarray(-REMEMBERED), Buffer.from("\n")]);
            yield event;
            if (signal.aborted) return;
          }
        }
      } catch (error) {
        // A file that is cut back while it is read shows a broken line once: read again from the last whole one.
        if (failedAt === offset) throw error;
        failedAt = offset;
        continue;
      } finally {
        await handle?.close();
      }
      await changes.next();
    }
  } catch (error) {
    throw storeError(error, "follow", path);
  } finally {
    changes.stop();
  }
}

async function stillStands(handle: FileHandle, offset: number, last: Buffer): Promise<boolean> {
  return last.equals(await readExactly(handle, offset - last.length, last.length));
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, "r");
  } catch (error) {
    if (errnoCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** `next()` resolves once the file may have changed since the last time it resolved, or `signal` aborted. */
function watchFile(path: string, signal: AbortSignal, pollMs: number, useWatch: boolean) {
  let changed = false;
  let notify: (() => void) | undefined;
  const change = (): void => {
    changed = true;
    notify?.();
  };
  let watcher: FSWatcher | undefined;
  if (useWatch) {
    try {
      watcher = watch(dirname(path), (_, name) => {
        if (name === null || name === basename(path)) change();
      });
      watcher.on("error", () => watcher?.close()); // polling goes on
    } catch {
      watcher = undefined; // no such folder yet, or no more watches to be had: polling alone
    }
  }
  signal.addEventListener("abort", change);
  return {
    async next(): Promise<void> {
      if (!changed) {
        const { promise, resolve } = Promise.withResolvers<void>();
        notify = resolve;
        const timer = setTimeout(resolve, pollMs);
        await promise;
        clearTimeout(timer);
        notify = undefined;
      }
      changed = false;
    },
    stop(): void {
      watcher?.close();
      signal.removeEventListener("abort", change);
    },
  };
}
