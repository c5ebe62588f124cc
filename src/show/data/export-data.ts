/**
 * What the generations of a loop made, out of its folder into one file, chain by chain with where each came from. JSON Lines is written as it
 * is read; Parquet by DuckDB, which reads those lines. Either way a chain at a time passes through memory, and the file is there whole or
 * not at all.
 */

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { MullError } from "../../core/errors.ts";
import { exists, replaceFile } from "../../store/atomic.ts";
import { reasonOf } from "../../store/io-error.ts";
import { readJournal } from "../../store/read-journal.ts";
import { runPaths } from "../../store/run-folder.ts";
import { readRecord } from "../../store/run-record.ts";
import { type ChainData, generationEventSchema, readGeneration } from "../improve/generation-data.ts";
import type { DataFormat } from "./data-formats.ts";

export type ExportOptions = {
  readonly format: DataFormat;
  /** Only chains that were learnt. */
  readonly kept: boolean;
  /** Only of this generation. */
  readonly generation?: number;
  readonly signal?: AbortSignal;
};

export type Exported = { readonly chains: number; readonly generations: readonly number[]; readonly bytes: number };

/**
 * The chains of a loop, generation by generation; those that are committed, where the loop is still going on.
 *
 * @throws MullError `input` where the folder holds no loop, or not the generation that is asked for
 */
export async function* chainsOf(
  run: string,
  { kept, generation }: Pick<ExportOptions, "kept" | "generation">,
): AsyncGenerator<ChainData> {
  const generations = await generationsOf(run);
  if (generation !== undefined && !generations.includes(generation)) {
    const there = generations.length === 0 ? "none yet" : generations.join(", ");
    throw new MullError("input", `${run} has no generation ${generation}`, { hint: `there are: ${there}` });
  }
  for (const each of generations) {
    if (generation !== undefined && each !== generation) continue;
    for await (const chain of readGeneration(run, each)) if (chain.kept || !kept) yield chain;
  }
}

/** Writes them into `file`; what is there is replaced. @throws as `chainsOf`; `store` where it cannot be written; `aborted` */
export async function exportData(run: string, file: string, options: ExportOptions): Promise<Exported> {
  const path = resolve(file);
  const told = { chains: 0, generations: new Set<number>() };
  await replaceFile(path, async (temporary) => {
    const lines = options.format === "jsonl" ? temporary : `${temporary}.jsonl`;
    try {
      await writeLines(run, lines, options, told);
      if (options.format === "parquet") await toParquet(lines, temporary, path);
    } finally {
      if (lines !== temporary) await rm(lines, { force: true });
    }
  });
  return { chains: told.chains, generations: [...told.generations], bytes: (await stat(path)).size };
}

async function writeLines(
  run: string,
  path: string,
  options: ExportOptions,
  told: { chains: number; readonly generations: Set<number> },
): Promise<void> {
  const stream = createWriteStream(path);
  const closed = once(stream, "close");
  closed.catch(() => {}); // an error is thrown where it is awaited
  try {
    for await (const chain of chainsOf(run, options)) {
      if (options.signal?.aborted === true)
        throw new MullError("aborted", "the export was stopped; nothing was written");
      told.chains++;
      told.generations.add(chain.generation);
      if (!stream.write(`${JSON.stringify(chain)}\n`)) await Promise.race([once(stream, "drain"), closed]);
    }
  } finally {
    stream.end();
    await closed;
  }
}

/** A type for every column, so that a file without chains has them too. */
const COLUMNS: Readonly<Record<keyof ChainData, string>> = {
  task: "VARCHAR",
  generation: "INTEGER",
  model: "VARCHAR",
  strategy: "VARCHAR",
  budget: "INTEGER",
  seed: "UBIGINT",
  difficulty: "INTEGER",
  problem: "VARCHAR",
  prompt: "VARCHAR",
  index: "INTEGER",
  chain: "VARCHAR",
  tokens: "INTEGER",
  verdict: "VARCHAR",
  score: "DOUBLE",
  reason: "VARCHAR",
  kept: "BOOLEAN",
};

async function toParquet(lines: string, temporary: string, path: string): Promise<void> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", { threads: "2", memory_limit: "512MB", temp_directory: "" });
  try {
    const connection = await instance.connect();
    const columns = Object.entries(COLUMNS).map(([name, type]) => `${quoted(name)}: ${quoted(type)}`);
    const source = `read_json(${quoted(lines)}, format = 'newline_delimited', columns = {${columns.join(", ")}})`;
    await connection.run("SET preserve_insertion_order = true");
    await connection.run(`COPY (SELECT * FROM ${source}) TO ${quoted(temporary)} (FORMAT parquet, COMPRESSION zstd)`);
    connection.closeSync();
  } catch (error) {
    throw unwritable(path, error);
  } finally {
    instance.closeSync();
  }
}

function unwritable(path: string, cause: unknown): MullError {
  const hint = "Check that the folder exists and can be written, and that the disk is not full.";
  return new MullError("store", `Cannot write ${path}: ${reasonOf(cause)}`, { cause, hint });
}

/** A string literal of SQL. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

async function generationsOf(run: string): Promise<number[]> {
  const paths = runPaths(resolve(run));
  const hint = "expected the folder of a run of mull improve, such as runs/improve-countdown-default-seed1";
  if (!(await exists(resolve(run)))) throw new MullError("input", `${run} does not exist`, { hint });
  const record = await readRecord(paths.record);
  if (record === null) throw new MullError("input", `${run} holds no run`, { hint });
  if (record.config["job"] !== "improve") throw new MullError("input", `${run} holds no run of mull improve`, { hint });
  const generations: number[] = [];
  for await (const event of readJournal(paths.journal)) {
    if (event.type === "improve-generation") generations.push(generationEventSchema.parse(event).generation);
  }
  return generations;
}
