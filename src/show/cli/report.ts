/** `mull report`: the pages and pictures of a run, drawn again from its numbers. */

import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { MullError } from "../../core/errors.ts";
import { runPaths } from "../../store/run-folder.ts";
import { isImproveReport, rewriteImproveReport } from "../improve/write-report.ts";
import { validateReport } from "../report/schema.ts";
import { writeReport } from "../report/write.ts";
import { shownPath, type Terminal } from "./terminal.ts";

export type ReportOptions = { readonly out?: string; readonly json?: boolean };

const MAX_BYTES = 256_000_000;

/** @throws MullError `input` where there is no report, or none that is whole; `store` where it cannot be written */
export async function reportCommand(path: string, options: ReportOptions, terminal: Terminal): Promise<void> {
  const file = path.endsWith(".json") ? path : runPaths(path).reportJson;
  const read = await readJson(file);
  const dir = options.out ?? dirname(file);
  const files = isImproveReport(read)
    ? await rewriteImproveReport(dir, read)
    : await writeReport(dir, validateReport(read));
  if (options.json === true) terminal.print(JSON.stringify({ files }));
  else for (const written of Object.values(files)) terminal.print(shownPath(written));
}

async function readJson(file: string): Promise<unknown> {
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) throw new RangeError(`it has ${size} bytes, expected at most ${MAX_BYTES}`);
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, cause: unknown): MullError {
  const missing = cause instanceof Error && "code" in cause && (cause.code === "ENOENT" || cause.code === "ENOTDIR");
  const why = missing ? "there is none" : cause instanceof Error ? cause.message : String(cause);
  const hint = missing
    ? "a run writes it at its end; mull watch shows how far it is"
    : "restore the file, or run mull reproduce again";
  return new MullError("input", `Cannot read the report ${file}: ${why}`, { hint, cause });
}
