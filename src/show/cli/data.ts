/** `mull data`: what the generations of a loop made, with where it came from. */

import { resolve } from "node:path";
import { MullError } from "../../core/errors.ts";
import type { DataFormat } from "../data/data-formats.ts";
import { chainsOf, exportData } from "../data/export-data.ts";
import { counted, fixed } from "../report/format.ts";
import { interruptible } from "./interrupt.ts";
import { shownPath, type Terminal } from "./terminal.ts";

export type DataCommandOptions = {
  readonly format?: DataFormat;
  readonly out?: string;
  readonly kept?: boolean;
  readonly generation?: number;
  readonly json?: boolean;
};

/** @throws MullError `usage` for Parquet without a file; what `exportData` throws */
export async function dataCommand(run: string, options: DataCommandOptions, terminal: Terminal): Promise<void> {
  const { out, kept = false, generation, json = false } = options;
  const format = options.format ?? (out?.endsWith(".parquet") === true ? "parquet" : "jsonl");
  const asked = { format, kept, ...(generation === undefined ? {} : { generation }) };
  if (out === undefined) {
    if (format === "parquet") {
      throw new MullError("usage", "Parquet goes into a file", { hint: "say which with --out chains.parquet" });
    }
    for await (const chain of chainsOf(run, asked)) terminal.print(JSON.stringify(chain));
    return;
  }
  const stop = interruptible();
  try {
    const exported = await exportData(run, out, { ...asked, signal: stop.signal });
    if (json) terminal.print(JSON.stringify({ out: resolve(out), format, kept, ...exported }));
    else {
      const { chains, generations, bytes } = exported;
      terminal.print(
        `${counted(chains, "chain")} of ${counted(generations.length, "generation")}, ${fixed(bytes)} bytes: ${shownPath(resolve(out))}`,
      );
    }
  } finally {
    stop.release();
  }
}
