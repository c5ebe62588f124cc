import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { MullError } from "../core/errors.ts";
import { exists } from "./atomic.ts";
import { readJournal } from "./read-journal.ts";
import type { OpenRunOptions } from "./run-folder.ts";
import { listRuns, openRun, runWarnings } from "./run-folder.ts";

const now = (): Date => new Date("2026-11-23T12:00:00Z");
const options: OpenRunOptions = {
  config: { steps: 10, learn: { rule: "grpo", lr: 3e-4, betas: [0.9, 0.98] }, absent: undefined },
  seed: 7,
  versions: { mull: "0.1.0", node: "24.21.0" },
  now,
};

async function temporary(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mull-run-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function steps(dir: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const event of readJournal(join(dir, "journal.jsonl"))) found.push(event["step"]);
  return found;
}

async function fails(work: Promise<unknown>): Promise<MullError> {
  const error = await work.then(
    () => assert.fail("expected an error"),
    (e: unknown) => e,
  );
  assert.ok(error instanceof MullError, String(error));
  return error;
}

test("a new run records what it is", async (t) => {
  const dir = join(await temporary(t), "runs", "first");
  const run = await openRun(dir, options);
  assert.equal(run.checkpoint, null);
  assert.deepEqual(run.warnings, []);
  await run.close();
  await run.close();
  assert.deepEqual(JSON.parse(await readFile(join(dir, "run.json"), "utf8")), {
    format: 1,
    created: "2026-11-23T12:00:00.000Z",
    seed: 7,
    versions: { mull: "0.1.0", node: "24.21.0" },
    config: { steps: 10, learn: { rule: "grpo", lr: 3e-4, betas: [0.9, 0.98] } },
  });
});

test("going on starts at the last checkpoint: what came after it is cut from the journal", async (t) => {
  const dir = await temporary(t);
  const first = await openRun(dir, options);
  for (let step = 1; step <= 5; step++) {
    first.journal.append({ type: "step", step });
    if (step === 3) await first.save(step, { rng: 33 }, (to) => writeFile(join(to, "weights"), "3"));
  }
  await first.close();
  assert.deepEqual(await steps(dir), [1, 2, 3, 4, 5]);

  const again = await openRun(dir, options);
  assert.equal(again.checkpoint?.step, 3);
  assert.deepEqual(again.checkpoint?.state, { rng: 33 });
  for (let step = 4; step <= 6; step++) again.journal.append({ type: "step", step });
  await again.close();
  assert.deepEqual(await steps(dir), [1, 2, 3, 4, 5, 6]);
});

test("without a checkpoint the journal starts over, unless the run replays it", async (t) => {
  const dir = await temporary(t);
  for (const [journal, expected] of [
    ["rollback", [1]],
    ["rollback", [1]],
    ["keep", [1, 1]],
  ] as const) {
    const run = await openRun(dir, { ...options, journal });
    run.journal.append({ type: "step", step: 1 });
    await run.close();
    assert.deepEqual(await steps(dir), expected);
  }
});

test("another configuration or seed is refused, with every key that differs and what to do", async (t) => {
  const dir = await temporary(t);
  await (await openRun(dir, options)).close();
  const config = { learn: { lr: 1e-3, rule: "grpo", betas: [0.9, 0.99] }, steps: 10, extra: true };
  const error = await fails(openRun(dir, { ...options, config, seed: 8 }));
  assert.equal(error.code, "usage");
  assert.equal(
    error.message,
    `${join(dir, "run.json")} holds a run of another configuration:
  seed: the run has 7, this command asks for 8
  config.learn.lr: the run has 0.0003, this command asks for 0.001
  config.learn.betas: the run has [0.9,0.98], this command asks for [0.9,0.99]
  config.extra: the run has nothing, this command asks for true`,
  );
  assert.match(error.hint ?? "", /another --out .*--fresh/);
  // The refused attempt has let go of the lock, and the order of keys is no difference.
  const config2 = { learn: { lr: 3e-4, betas: [0.9, 0.98], rule: "grpo" }, steps: 10 };
  await (await openRun(dir, { ...options, config: config2 })).close();
});

test("starting over deletes what the run made and nothing else", async (t) => {
  const dir = await temporary(t);
  const first = await openRun(dir, options);
  first.journal.append({ type: "step", step: 1 });
  await first.save(1, null, (to) => writeFile(join(to, "weights"), "1"));
  await first.writeFile("report.html", "<p>");
  await first.close();
  await writeFile(join(dir, "notes.txt"), "mine");
  const run = await openRun(dir, { ...options, seed: 8, resume: false });
  assert.equal(run.checkpoint, null);
  assert.equal(run.record.seed, 8);
  assert.equal(run.journal.position, 0);
  await run.close();
  assert.deepEqual((await readdir(dir)).sort(), [".lock", "checkpoints", "journal.jsonl", "notes.txt", "run.json"]);
  assert.deepEqual(await readdir(run.paths.checkpoints), []);
});

test("starting over deletes what the run says it makes beside its own files", async (t) => {
  const dir = await temporary(t);
  const makes = (name: string): boolean => name === "cells" || name.startsWith("map-");
  const first = await openRun(dir, { ...options, makes });
  await first.writeFile("map-1.json", "[]");
  await mkdir(join(dir, "cells", "one"), { recursive: true });
  await first.close();
  await writeFile(join(dir, "notes.txt"), "mine");
  await (await openRun(dir, { ...options, makes })).close();
  assert.ok((await readdir(dir)).includes("map-1.json"), "going on deletes nothing");
  await (await openRun(dir, { ...options, makes, seed: 8, resume: false })).close();
  assert.deepEqual((await readdir(dir)).sort(), [".lock", "checkpoints", "journal.jsonl", "notes.txt", "run.json"]);
});

test("warnings are told to whoever listens in the process", async (t) => {
  const dir = await temporary(t);
  await (await openRun(dir, options)).close();
  const told: unknown[] = [];
  const listen = (message: unknown): void => void told.push(message);
  runWarnings.subscribe(listen);
  t.after(() => runWarnings.unsubscribe(listen));
  await (await openRun(dir, options)).close();
  await (await openRun(dir, { ...options, versions: { ...options.versions, mull: "0.2.0" } })).close();
  assert.deepEqual(told, [{ dir, warning: "The run began with mull 0.1.0; it goes on with 0.2.0" }]);
});

test("other versions go on with a warning", async (t) => {
  const dir = await temporary(t);
  await (await openRun(dir, options)).close();
  const run = await openRun(dir, { ...options, versions: { mull: "0.2.0", duckdb: "1.5" } });
  await run.close();
  assert.deepEqual(run.warnings, [
    "The run began with mull 0.1.0; it goes on with 0.2.0",
    "The run began with node 24.21.0; it goes on with none",
    "The run began with duckdb absent; it goes on with 1.5",
  ]);
});

test("a damaged checkpoint is skipped with a warning; a journal shorter than its checkpoint also", async (t) => {
  const dir = await temporary(t);
  const first = await openRun(dir, options);
  const sizes: number[] = [];
  for (let step = 1; step <= 3; step++) {
    first.journal.append({ type: "step", step });
    sizes.push(first.journal.position);
    await first.save(step, null, (to) => writeFile(join(to, "weights"), String(step)));
  }
  await first.close();
  await writeFile(join(dir, "checkpoints", "step-000003", "weights"), "X");
  const journal = await readFile(join(dir, "journal.jsonl"));
  await writeFile(join(dir, "journal.jsonl"), journal.subarray(0, sizes[0]));
  const run = await openRun(dir, options);
  assert.equal(run.checkpoint?.step, 1);
  await run.close();
  assert.equal(run.warnings.length, 2);
  assert.match(run.warnings[0] ?? "", /step-000003: weights is damaged/);
  assert.match(run.warnings[1] ?? "", /step-000002: its place in the journal \(byte \d+\) is not there/);

  await rm(join(dir, "journal.jsonl"));
  const error = await fails(openRun(dir, options));
  assert.equal(error.code, "checkpoint", "a run that lost its journal does not silently start over");
});

test("folders that hold something else are refused with what to do", async (t) => {
  const dir = await temporary(t);
  await writeFile(join(dir, "journal.jsonl"), "");
  assert.match((await fails(openRun(dir, options))).message, /journal\.jsonl is there, but no run\.json says/);
  await writeFile(join(dir, "run.json"), "{");
  assert.match((await fails(openRun(dir, options))).message, /run\.json does not describe a run: .*JSON/);
  await writeFile(join(dir, "run.json"), `{"format":1,"seed":"x"}`);
  assert.match((await fails(openRun(dir, options))).message, /does not describe a run: .*→ at seed/s);
  assert.equal((await fails(openRun(join(dir, "run.json", "below"), options))).code, "store");
  await (await openRun(dir, { ...options, resume: false })).close();
});

test("a configuration that JSON cannot say is refused before anything is made", async (t) => {
  const dir = join(await temporary(t), "new");
  assert.match(
    (await fails(openRun(dir, { ...options, config: { limit: Number.POSITIVE_INFINITY } }))).message,
    /"limit" is Infinity/,
  );
  assert.match((await fails(openRun(dir, { ...options, config: { big: 1n } }))).message, /BigInt/);
  assert.match((await fails(openRun(dir, { ...options, seed: 1.5 }))).message, /cannot be written: .*int/);
  assert.equal(await exists(dir), false);
});

test("a read-only folder is named with what to do", async (t) => {
  if (!(await exists("/sys/kernel"))) return t.skip("no /sys here: nothing that refuses even the superuser");
  const error = await fails(openRun("/sys/kernel/mull", options));
  assert.equal(error.code, "store");
  assert.match(error.hint ?? "", /--out/);
});

test("one writer: this process and others are refused while a run is open", async (t) => {
  const dir = await temporary(t);
  const run = await openRun(dir, options);
  t.after(() => run.close());
  assert.equal((await fails(openRun(dir, options))).code, "locked");
  const program = `
    const { openRun } = await import(${JSON.stringify(new URL("./run-folder.ts", import.meta.url).href)});
    const options = { config: ${JSON.stringify(options.config)}, seed: 7, versions: {}, now: () => new Date() };
    await openRun(${JSON.stringify(dir)}, options).then(() => console.log("opened"), (e) => console.log(e.code));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  assert.equal(said.toString().trim(), "locked");
  run.journal.append({ type: "step", step: 1 });
  await run.journal.flush();
  assert.deepEqual(await steps(dir), [1], "the refused openings did not touch the journal");
});

test("files of a run have plain names", async (t) => {
  const run = await openRun(await temporary(t), options);
  t.after(() => run.close());
  assert.equal(await run.writeFile("report.json", "{}"), run.paths.reportJson);
  for (const name of ["../x", "a/b", ".lock", "", "run.json", "journal.jsonl"])
    await assert.rejects(run.writeFile(name, ""), /Not a name for a report/);
});

test("runs are listed newest first, with who writes them and what is wrong with those that cannot be read", async (t) => {
  const root = await temporary(t);
  assert.deepEqual(await listRuns(join(root, "none")), []);
  await (await openRun(join(root, "old"), options)).close();
  const open = await openRun(join(root, "new"), { ...options, now: () => new Date("2026-11-24T12:00:00Z") });
  t.after(() => open.close());
  await mkdir(join(root, "broken"));
  await writeFile(join(root, "broken", "run.json"), "?");
  await mkdir(join(root, "other"));
  await writeFile(join(root, "file.txt"), "");
  const runs = await listRuns(root);
  assert.deepEqual(
    runs.map((run) => run.name),
    ["new", "old", "broken"],
  );
  assert.equal(runs[0]?.record?.seed, 7);
  assert.ok(typeof runs[0]?.writer === "object" && runs[0]?.writer?.pid === process.pid);
  assert.equal(runs[1]?.writer, null);
  assert.match(runs[2]?.problem ?? "", /does not describe a run/);
});
