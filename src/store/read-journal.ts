/**
 * Reading a journal from its beginning, in bounded memory, also while another process writes it. A torn last line is
 * ignored; a damaged line before it is an error that names it, since what follows may depend on it.
 */

import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import type * as z from "zod";
import { LIMITS } from "../core/limits.ts";
import { storeError } from "./io-error.ts";
import { journalEvent, parseEvent } from "./journal-event.ts";
import { readLines } from "./lines.ts";

export type JournalEntry<T> = {
  readonly event: T;
  /** 1-based. */
  readonly line: number;
  /** Byte offset after the line: to go back to the moment just after this event (`openJournal`'s `truncateTo`). */
  readonly end: number;
};

/**
 * Every event of a journal, validated by `schema` (default: an object with a `type`).
 *
 * @throws MullError `store` where the file cannot be read, or a line before the last is damaged or not as `schema` says
 * @example
 * import { writeFile } from "node:fs/promises";
 * await writeFile("/tmp/journal.jsonl", '{"type":"step","step":1}\n{"type":"st');
 * const types: string[] = [];
 * for await (const event of readJournal("/tmp/journal.jsonl")) types.push(event.type);
 * types; // ["step"]
 */
export async function* readJournal<S extends z.ZodType = typeof journalEvent>(
  path: string,
  schema?: S,
): AsyncGenerator<z.output<S>> {
  for await (const entry of journalEntries(path, schema)) yield entry.event;
}

/**
 * As `readJournal`, each event with its line number and the byte offset after it.
 *
 * @example
 * import { writeFile } from "node:fs/promises";
 * await writeFile("/tmp/journal.jsonl", '{"type":"step","step":1}\n{"type":"step","step":2}\n');
 * let position = 0;
 * for await (const entry of journalEntries("/tmp/journal.jsonl")) if (entry.event["step"] === 1) position = entry.end;
 * position; // 25
 */
export async function* journalEntries<S extends z.ZodType = typeof journalEvent>(
  path: string,
  schema: S = journalEvent as unknown as S,
): AsyncGenerator<JournalEntry<z.output<S>>> {
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch (error) {
    throw storeError(error, "read", path);
  }
  try {
    for await (const line of readLines({ handle, path }, { maxLineBytes: LIMITS.journalLineBytes })) {
      yield { event: parseEvent(line, schema, path), line: line.number, end: line.end };
    }
  } catch (error) {
    throw storeError(error, "read", path);
  } finally {
    await handle.close();
  }
}
