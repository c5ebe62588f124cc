/** One line of a journal: a JSON object with a `type`. What else it holds is its writer's business, said by a schema. */

import * as z from "zod";
import { MullError } from "../core/errors.ts";
import { reasonOf } from "./io-error.ts";
import type { Line } from "./lines.ts";

export const journalEvent = z.looseObject({ type: z.string().min(1).max(100) });

export type JournalEvent = z.infer<typeof journalEvent>;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The event of a line.
 *
 * @throws MullError `store` that names the file and the line, where it is not UTF-8, not JSON or not what `schema` says
 */
export function parseEvent<S extends z.ZodType>(line: Line, schema: S, path: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(line.bytes));
  } catch (cause) {
    throw corrupt(line, path, cause);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw corrupt(line, path, parsed.error);
  return parsed.data;
}

function corrupt(line: Line, path: string, cause: unknown): MullError {
  const shown = JSON.stringify(line.bytes.subarray(0, 60).toString("utf8"));
  const where = `${path}, line ${line.number} (byte ${line.start})`;
  return new MullError("store", `${where} is not an event: ${reasonOf(cause)}; it starts ${shown}`, {
    cause,
    hint: "The file was changed or damaged after it was written. Restore it from a copy, or start over with --fresh.",
  });
}
