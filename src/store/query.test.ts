import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { promisify } from "node:util";
import { MullError } from "../core/errors.ts";
import { exportParquet, query } from "./query.ts";

const EVENTS = [
  { type: "phase", name: "training" },
  { type: "eval", step: 0, flops: 0, passAt1: 0.25, ci: [0.2, 0.3], n: 400, byN: { "3": { passAt1: 0.4 } } },
  { type: "step", step: 1, steps: 2, flops: 1e12, reward: 0.3, entropy: null, meanTokens: 24.5, seconds: 1.5 },
  { type: "step", step: 2, steps: 2, flops: 2e12, reward: "?", entropy: 0.5, meanTokens: 30, seconds: 2.5 },
  { type: "eval", step: 2, flops: 2e12, passAt1: 0.5, ci: [0.45, 0.55], n: 400, byN: {} },
  { type: "samples", model: "base", strategy: "pass@n", n: 4, flops: 1e9, accuracy: 0.6, ci: [0.5, 0.7] },
  { type: "length", model: "final", maxTokens: 64, flops: 1e9, tokens: 50.5, accuracy: 0.4, ci: [0.3, 0.5] },
  { type: "chain", step: 2, problem: "3 8 = 24", text: "3 * 8 =24 solved", verdict: "correct", reason: "it's right" },
];

async function runs(t: TestContext): Promise<{ root: string; a: string; b: string }> {
  const root = await mkdtemp(join(tmpdir(), "mull-query-"));
  t.after(() => rm(root, { recursive: true, force: true }));
  for (const name of ["a", "b"]) {
    await mkdir(join(root, name));
    const events = name === "a" ? EVENTS : EVENTS.slice(0, 3);
    await writeFile(join(root, name, "journal.jsonl"), events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  }
  return { root, a: join(root, "a"), b: join(root, "b") };
}

async function fails(work: Promise<unknown>): Promise<MullError> {
  const error = await work.then(
    () => assert.fail("expected an error"),
    (e: unknown) => e,
  );
  assert.ok(error instanceof MullError, String(error));
  return error;
}

test("every event is in the journal, with its line and its whole text as JSON", async (t) => {
  const { a } = await runs(t);
  await appendFile(join(a, "journal.jsonl"), `{"type":"st`); // a line being written
  const all = await query(a, "SELECT run, line, type, event FROM journal ORDER BY line");
  assert.deepEqual(
    all.rows,
    EVENTS.map((event, i) => ({ run: "a", line: i + 1, type: event.type, event: JSON.stringify(event) })),
  );
  assert.deepEqual(
    all.columns.map(({ name, type }) => `${name} ${type}`),
    ["run VARCHAR", "line BIGINT", "type VARCHAR", "event VARCHAR"],
  );
  const nested = await query(a, "SELECT event -> '$.byN' ->> '$.3.passAt1' AS p FROM journal WHERE line = 2");
  assert.deepEqual(nested.rows, [{ p: "0.4" }]);
});

test("the typed views give numbers as numbers, and NULL where a value is missing or of another type", async (t) => {
  const { a } = await runs(t);
  assert.deepEqual((await query(a, "SELECT step, flops, reward, entropy, kl FROM steps ORDER BY step")).rows, [
    { step: 1, flops: 1e12, reward: 0.3, entropy: null, kl: null },
    { step: 2, flops: 2e12, reward: null, entropy: 0.5, kl: null },
  ]);
  assert.deepEqual((await query(a, "SELECT * EXCLUDE (run, line) FROM evals ORDER BY step LIMIT 1")).rows, [
    { step: 0, flops: 0, passAt1: 0.25, ciLow: 0.2, ciHigh: 0.3, n: 400, byN: `{"3":{"passAt1":0.4}}` },
  ]);
  assert.deepEqual((await query(a, "SELECT strategy, n, ciHigh FROM samples")).rows, [
    { strategy: "pass@n", n: 4, ciHigh: 0.7 },
  ]);
  assert.deepEqual((await query(a, "SELECT model, maxTokens, tokens FROM lengths")).rows, [
    { model: "final", maxTokens: 64, tokens: 50.5 },
  ]);
  assert.deepEqual((await query(a, "SELECT verdict, reason FROM chains")).rows, [
    { verdict: "correct", reason: "it's right" },
  ]);
});

test("several runs are told apart by name, and by path where names are equal", async (t) => {
  const { root, a, b } = await runs(t);
  const sql = "SELECT run, max(passAt1) AS best, count(*) AS n FROM evals GROUP BY run ORDER BY run";
  assert.deepEqual((await query([a, b], sql)).rows, [
    { run: "a", best: 0.5, n: 2 },
    { run: "b", best: 0.25, n: 1 },
  ]);
  const other = join(root, "other", "a");
  await mkdir(other, { recursive: true });
  await writeFile(join(other, "journal.jsonl"), "");
  assert.deepEqual((await query([a, other], "SELECT DISTINCT run FROM journal")).rows, [{ run: a }]);
});

test("values of all kinds come out as plain data", async (t) => {
  const { a } = await runs(t);
  const { rows } = await query(
    a,
    `SELECT sum(step) AS s, 9007199254740993 AS big, [1, 2] AS l, {'x': 1::BIGINT} AS o, 'a'::BLOB AS b,
            TIMESTAMP '2026-01-02 03:04:05' AS t, 'nan'::DOUBLE AS nan, ? AS p FROM steps`,
    { params: ["it's"] },
  );
  const at = "2026-01-02T03:04:05.000Z";
  assert.deepEqual(rows, [
    { s: 3, big: "9007199254740993", l: [1, 2], o: { x: 1 }, b: "YQ==", t: at, nan: Number.NaN, p: "it's" },
  ]);
});

test("rows beyond the bound are left out, and that is said", async (t) => {
  const { a } = await runs(t);
  const bounded = await query(a, "SELECT * FROM range(100000)", { maxRows: 10 });
  assert.deepEqual([bounded.rows.length, bounded.truncated], [10, true]);
  const exact = await query(a, "SELECT * FROM range(10)", { maxRows: 10 });
  assert.deepEqual([exact.rows.length, exact.truncated], [10, false]);
});

test("SQL cannot reach files, the network or the settings, and cannot change anything", async (t) => {
  const { root, a } = await runs(t);
  const journal = join(a, "journal.jsonl");
  const before = await readFile(journal, "utf8");
  const attempts: readonly [sql: string, why: RegExp][] = [
    ["SELECT * FROM read_text('/etc/hostname')", /disabled by configuration/],
    [`SELECT * FROM '${journal}'`, /disabled by configuration/],
    [`SELECT * FROM glob('${root}/*')`, /disabled by configuration/],
    ["SELECT * FROM read_csv('https://example.org/x.csv')", /disabled|httpfs/],
    [`COPY journal TO '${journal}'`, /disabled by configuration/],
    ["COPY journal TO 'relative.csv'", /disabled by configuration/],
    [`ATTACH '${root}/x.db'`, /one SELECT, got ATTACH statement/],
    ["SET enable_external_access = true", /one SELECT, got SET statement/],
    ["INSTALL httpfs", /one SELECT, got /],
    ["DELETE FROM journal", /one SELECT, got DELETE statement/],
    ["SELECT 1; DROP TABLE journal", /one SELECT, got 2 statements/],
    ["", /one SELECT, got no statement/],
    ["-- a lone comment", /one SELECT, got no statement/],
    ["SELECT * FROM query('COPY journal TO ''x''')", /./],
  ];
  for (const [sql, why] of attempts) {
    const error = await fails(query(a, sql));
    assert.equal(error.code, "usage", sql);
    assert.match(error.message, why, sql);
    assert.ok(error.hint);
  }
  assert.equal(await readFile(journal, "utf8"), before);
  assert.deepEqual(await readdir(root), ["a", "b"]);
});

test("wrong SQL says what is wrong and what there is", async (t) => {
  const { a } = await runs(t);
  const error = await fails(query(a, "SELECT nothing FROM steps"));
  assert.match(error.message, /nothing/);
  assert.match(error.hint ?? "", /journal, steps, evals, samples, lengths, chains/);
  assert.deepEqual((await query(a, "DESCRIBE evals")).rows[2]?.["column_name"], "step");
  assert.ok((await query(a, "EXPLAIN SELECT * FROM steps")).rows.length > 0);
});

test("a query that takes too long, is stopped, or needs too much memory ends with an error", async (t) => {
  const { a } = await runs(t);
  const endless =
    "SELECT count(*) FROM range(1000000000) x, range(1000000000) y WHERE x.range * 3 = y.range * 5 + random()";
  assert.equal((await fails(query(a, endless, { timeoutMs: 60 }))).code, "budget");
  const stop = new AbortController();
  const running = fails(query(a, endless, { signal: stop.signal }));
  stop.abort();
  assert.equal((await running).code, "aborted");
  const large = await fails(
    query(a, "SELECT range, md5(range::VARCHAR) AS m FROM range(2000000) ORDER BY m", { memoryLimit: "20MB" }),
  );
  assert.equal(large.code, "budget");
  assert.match(large.message, /more memory than its limit/);
});

test("a damaged journal and a missing one are named", async (t) => {
  const { root, a } = await runs(t);
  await appendFile(join(a, "journal.jsonl"), "nonsense\n");
  assert.match((await fails(query(a, "SELECT 1"))).message, /journal\.jsonl, line 9 .*is not an event/);
  assert.match((await fails(query(join(root, "none"), "SELECT 1"))).message, /Cannot read .*none.*no such file/);
});

test("Parquet: what is exported is what was there, read back by an independent reading of the file", async (t) => {
  const { root, a, b } = await runs(t);
  const file = join(root, "it's steps.parquet");
  await writeFile(file, "former");
  assert.deepEqual(await exportParquet([a, b], file, { relation: "steps" }), { rows: 3 });
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const back = await connection.runAndReadAll("SELECT run, step, flops, meanTokens FROM read_parquet($1)", [file]);
  assert.deepEqual(back.getRowObjectsJson(), [
    { run: "a", step: "1", flops: 1e12, meanTokens: 24.5 },
    { run: "a", step: "2", flops: 2e12, meanTokens: 30 },
    { run: "b", step: "1", flops: 1e12, meanTokens: 24.5 },
  ]);
  connection.closeSync();
  instance.closeSync();
  assert.deepEqual(await exportParquet(a, join(root, "all.parquet")), { rows: EVENTS.length });
  assert.deepEqual((await readdir(root)).sort(), ["a", "all.parquet", "b", "it's steps.parquet"]);
});

test("Parquet that cannot be written leaves the former file and nothing beside it", async (t) => {
  const { root, a } = await runs(t);
  assert.match((await fails(exportParquet(a, join(root, "no", "x.parquet")))).message, /Cannot write .*x\.parquet/);
  const wrong = await fails(exportParquet(a, join(root, "x.parquet"), { relation: "journal; DROP" as "journal" }));
  assert.match(wrong.message, /expected journal, steps, evals/);
  await writeFile(join(root, "x.parquet"), "former");
  await appendFile(join(a, "journal.jsonl"), "nonsense\n");
  await fails(exportParquet(a, join(root, "x.parquet")));
  assert.equal(await readFile(join(root, "x.parquet"), "utf8"), "former");
  assert.deepEqual((await readdir(root)).sort(), ["a", "b", "x.parquet"]);
});

test("importing the module does not load DuckDB", async () => {
  const program = `await import(${JSON.stringify(new URL("./query.ts", import.meta.url).href)});
    const loaded = () => process.report.getReport().sharedObjects.some((path) => /duckdb/i.test(path));
    const before = loaded();
    await import(${JSON.stringify(import.meta.resolve("@duckdb/node-api"))});
    console.log(before, loaded());`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);
  assert.equal(stdout.trim(), "false true");
});
