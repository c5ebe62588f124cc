/**
 * SQL over the journals of runs. The files are the truth: each call reads them into an in-memory DuckDB (through
 * `readJournal`, so a torn last line is ignored and a damaged one is named), answers, and forgets. DuckDB is loaded on
 * the first call, so nothing else pays for it; its binary comes inside its npm package.
 *
 * What is stopped, for SQL that comes from outside: every access to files and the network (`enable_external_access`
 * off: no read_text, COPY, ATTACH of files, INSTALL, LOAD), changing that or any other setting (`lock_configuration`),
 * anything but one SELECT, more memory than the limit, more time than the limit, more rows than the limit. The files
 * of the run are never opened by DuckDB and cannot be changed.
 *
 * What is not stopped: DuckDB runs inside this process, so a bug in its parser or engine could crash it or worse; the
 * memory limit is on DuckDB's buffers and does not count everything; one answer may hold a row as large as the memory
 * limit; SQL may read all events of the runs it is given. Do not offer it to strangers over a network.
 */

import { basename, resolve } from "node:path";
import type { DuckDBConnection, DuckDBExtractedStatements, JS } from "@duckdb/node-api";
import { MullError } from "../core/errors.ts";
import { replaceFile } from "./atomic.ts";
import { reasonOf } from "./io-error.ts";
import { journalEntries } from "./read-journal.ts";
import { runPaths } from "./run-folder.ts";
import type { Relation, View } from "./views.ts";
import { VIEWS, viewSql } from "./views.ts";

/** A value of an answer, as JSON has it, except that numbers may be NaN or infinite. */
export type Value = null | boolean | number | string | readonly Value[] | { readonly [key: string]: Value };

export type QueryResult = {
  /** In order; `type` is DuckDB's name of the type. */
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Integers beyond 2^53 and decimals as text where a number cannot hold them, dates as ISO 8601, blobs as base64. */
  readonly rows: readonly Readonly<Record<string, Value>>[];
  /** Whether there were more rows than `maxRows`. */
  readonly truncated: boolean;
};

export type QueryOptions = {
  /** Values for `?` or `$1` in the query, in order. */
  readonly params?: readonly (string | number | boolean | null)[];
  /** Rows returned at most. Default 100,000. */
  readonly maxRows?: number;
  /** Time the query may take, ms; reading the journals does not count. Default 30,000. */
  readonly timeoutMs?: number;
  /** DuckDB's buffers, in its own notation. Default "512MB". */
  readonly memoryLimit?: string;
  readonly signal?: AbortSignal;
};

/**
 * Answers one SELECT over the journals of one or more run folders. There are `journal (run, line, type, event)`, where
 * `event` is JSON, and the typed views of `views.ts`: `steps`, `evals`, `samples`, `lengths`, `chains`.
 *
 * @param runs run folders; `run` in the tables is the folder's name, or its path where names are equal
 * @throws MullError `usage` for SQL that is wrong or forbidden, `budget` where a limit is reached, `aborted`, `store`
 * @example
 * import { openJournal } from "./journal.ts";
 * const journal = await openJournal("/tmp/journal.jsonl"); // the journal of a run in the folder /tmp
 * journal.append({ type: "eval", step: 10, passAt1: 0.25 });
 * journal.append({ type: "eval", step: 20, passAt1: 0.5 });
 * await journal.close();
 * const best = await query("/tmp/", "SELECT max(passAt1) AS best, count(*) AS n FROM evals");
 * best.rows; // [{ best: 0.5, n: 2 }]
 */
export async function query(
  runs: string | readonly string[],
  sql: string,
  options: QueryOptions = {},
): Promise<QueryResult> {
  const { maxRows = 100_000, timeoutMs = 30_000, signal } = options;
  return withJournals(runs, options, null, async (connection) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const stop = signal === undefined ? limit : AbortSignal.any([limit, signal]);
    // An interrupt that comes between two steps of a query goes unheard, so it is said until the query has ended.
    const watchdog = setInterval(() => stop.aborted && connection.interrupt(), 20);
    try {
      const { StatementType } = await import("@duckdb/node-api");
      const statements = await extract(connection, sql);
      const statement = await statements.prepare(0);
      const type = statement.statementType;
      if (type !== StatementType.SELECT && type !== StatementType.EXPLAIN)
        throw forbidden(`${StatementType[type] ?? "another"} statement`);
      if (options.params !== undefined) statement.bind([...options.params]);
      const reader = await statement.streamAndReadUntil(maxRows + 1);
      const rows = reader.getRowObjectsJS().slice(0, maxRows).map(toRow);
      const types = reader.columnTypes();
      const columns = reader.deduplicatedColumnNames().map((name, i) => ({ name, type: String(types[i]) }));
      return { columns, rows, truncated: reader.currentRowCount > maxRows };
    } catch (error) {
      throw limit.aborted ? tooSlow(timeoutMs, error) : sqlError(error, signal);
    } finally {
      clearInterval(watchdog);
    }
  });
}

/**
 * Writes one relation of the journals as Parquet (Zstandard), atomically.
 *
 * @param file where to write it; what is there is replaced
 * @returns how many rows it holds
 * @throws MullError `store` where the file cannot be written; `budget`; `aborted`
 * @example
 * import { openJournal } from "./journal.ts";
 * const journal = await openJournal("/tmp/journal.jsonl"); // the journal of a run in the folder /tmp
 * journal.append({ type: "step", step: 1, reward: 0.4 });
 * await journal.close();
 * await exportParquet("/tmp/", "/tmp/steps.parquet", { relation: "steps" }); // { rows: 1 }
 */
export async function exportParquet(
  runs: string | readonly string[],
  file: string,
  options: Pick<QueryOptions, "memoryLimit" | "signal"> & { readonly relation?: Relation } = {},
): Promise<{ rows: number }> {
  const relation = options.relation ?? "journal";
  if (relation !== "journal" && !Object.hasOwn(VIEWS, relation)) {
    throw new MullError(
      "usage",
      `No relation "${String(relation)}": expected journal, ${Object.keys(VIEWS).join(", ")}`,
    );
  }
  let rows = 0;
  await replaceFile(resolve(file), (temporary) =>
    withJournals(runs, options, temporary, async (connection) => {
      try {
        const copied = await connection.run(
          `COPY (SELECT * FROM ${relation} ORDER BY run, line) TO ${quoted(temporary)} (FORMAT parquet, COMPRESSION zstd)`,
        );
        rows = copied.rowsChanged;
      } catch (error) {
        throw reasonOf(error).startsWith("IO Error")
          ? unwritable(resolve(file), error)
          : sqlError(error, options.signal);
      }
    }),
  );
  return { rows };
}

/** Runs `use` on a database that holds the journals and can reach no file except `writable`. */
async function withJournals<T>(
  runs: string | readonly string[],
  options: Pick<QueryOptions, "memoryLimit" | "signal">,
  writable: string | null,
  use: (connection: DuckDBConnection) => Promise<T>,
): Promise<T> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const settings = {
    threads: "2",
    memory_limit: options.memoryLimit ?? "512MB",
    temp_directory: "", // nothing is spilled to the disk
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  };
  let instance: Awaited<ReturnType<typeof DuckDBInstance.create>>;
  try {
    instance = await DuckDBInstance.create(":memory:", settings);
  } catch (error) {
    throw sqlError(error, options.signal);
  }
  const connection = await instance.connect();
  try {
    await loadJournals(connection, typeof runs === "string" ? [runs] : runs, options.signal);
    if (writable !== null) await connection.run(`SET allowed_paths = [${quoted(writable)}]`);
    await connection.run("SET enable_external_access = false");
    await connection.run("SET lock_configuration = true");
    return await use(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function loadJournals(
  connection: DuckDBConnection,
  dirs: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  await connection.run("CREATE TABLE journal (run VARCHAR, line BIGINT, type VARCHAR, event JSON)");
  const names = dirs.map((dir) => basename(resolve(dir)));
  try {
    const appender = await connection.createAppender("journal");
    try {
      for (const [i, dir] of dirs.entries()) {
        const name = names[i] as string;
        const run = names.indexOf(name) === names.lastIndexOf(name) ? name : resolve(dir);
        for await (const { event, line } of journalEntries(runPaths(dir).journal)) {
          signal?.throwIfAborted();
          appender.appendVarchar(run);
          appender.appendBigInt(BigInt(line));
          appender.appendVarchar(event.type);
          appender.appendVarchar(JSON.stringify(event));
          appender.endRow();
        }
      }
    } finally {
      appender.closeSync();
    }
    for (const [name, view] of Object.entries<View>(VIEWS)) await connection.run(viewSql(name, view));
  } catch (error) {
    throw sqlError(error, signal);
  }
}

/** The one statement of a query. DuckDB fails without a reason where there is none at all, as in a lone comment. */
async function extract(connection: DuckDBConnection, sql: string): Promise<DuckDBExtractedStatements> {
  let statements: DuckDBExtractedStatements;
  try {
    statements = await connection.extractStatements(sql);
  } catch (error) {
    throw reasonOf(error) === "Error in native callback" ? forbidden("no statement") : error;
  }
  if (statements.count !== 1) throw forbidden(`${statements.count} statements`);
  return statements;
}

function tooSlow(timeoutMs: number, cause: unknown): MullError {
  const hint = "Ask for less, or raise timeoutMs.";
  return new MullError("budget", `The query took longer than ${timeoutMs} ms`, { cause, hint });
}

function unwritable(file: string, cause: unknown): MullError {
  const hint = "Check that the folder exists and can be written, and that the disk is not full.";
  return new MullError("store", `Cannot write ${file}: ${reasonOf(cause)}`, { cause, hint });
}

function forbidden(what: string): MullError {
  return new MullError("usage", `A query is one SELECT, got ${what}`, {
    hint: `Read from journal, ${Object.keys(VIEWS).join(", ")}; to write a file, use the Parquet export.`,
  });
}

function sqlError(error: unknown, signal: AbortSignal | undefined): MullError {
  if (error instanceof MullError) return error;
  if (signal?.aborted === true) return new MullError("aborted", "The query was stopped", { cause: error });
  const why = reasonOf(error);
  if (why.startsWith("Out of Memory Error")) {
    return new MullError("budget", `The query needs more memory than its limit: ${why}`, {
      cause: error,
      hint: "Ask for less, or raise memoryLimit.",
    });
  }
  const hint = `There are journal, ${Object.keys(VIEWS).join(", ")}; DESCRIBE one to see its columns. Files cannot be read from SQL.`;
  return new MullError("usage", `The query failed: ${why}`, { cause: error, hint });
}

/** A string literal of SQL. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function toRow(row: Record<string, JS>): Record<string, Value> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toValue(value)]));
}

function toValue(value: JS): Value {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(toValue);
  return typeof value === "object" && value !== null ? toRow(value) : value;
}
