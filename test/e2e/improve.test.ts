/**
 * The loop from end to end, tiny: what it leaves behind, that nothing that stops it changes a figure, and that what its generations made comes
 * out of it whole. The process that is killed is this same file, started with the word "child".
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { Rng } from "../../src/core/rng.ts";
import { readCheckpoint } from "../../src/engine/checkpoint/checkpoint.ts";
import { lastCheckpoint } from "../../src/model/open.ts";
import { exportData } from "../../src/show/data/export-data.ts";
import { type ChainData, generationFile } from "../../src/show/improve/generation-data.ts";
import { type ImproveResult, improveResultSchema } from "../../src/show/improve/improve-result.ts";
import { readJournal } from "../../src/store/read-journal.ts";
import { runPaths } from "../../src/store/run-folder.ts";
import { puzzleOf } from "../../src/tasks/countdown/puzzle.ts";
import { judge } from "../../src/tasks/countdown/verifier.ts";
import { TINY_IMPROVE, TINY_LOOP, tinyBase, tinyLoop } from "./improve-tiny.ts";
import { assertRefused, mull } from "./mull.ts";

if (process.argv[2] === "child") {
  const at = (what: string): void => void process.stdout.write(`${what}\n`);
  await tinyLoop(process.argv[3] as string, await tinyBase(), { at, signal: new AbortController().signal });
} else suite();

/** What must not depend on interruptions. */
async function outcome(out: string): Promise<object> {
  const paths = runPaths(out);
  const { seconds, generations, ...result } = improveResultSchema.parse(
    JSON.parse(readFileSync(paths.reportJson, "utf8")),
  );
  assert.ok(seconds > 0);
  const { parameters } = await readCheckpoint(lastCheckpoint(out) as string);
  const journal: object[] = [];
  for await (const event of readJournal(paths.journal)) {
    const { seconds: _, ...rest } = event as { seconds?: number; type: string };
    if (event.type !== "phase") journal.push(rest);
  }
  const chains = generations.map(({ generation }) => readFileSync(generationFile(out, generation), "utf8"));
  return { result, generations: generations.map(({ seconds: _, ...rest }) => rest), parameters, journal, chains };
}

function rows(file: string): ChainData[] {
  const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as ChainData);
}

function suite(): void {
  const folder = mkdtempSync(join(tmpdir(), "mull-improve-"));
  const whole = join(folder, "whole");
  const quiet = { at: () => {}, signal: new AbortController().signal };
  let base: Float32Array;
  let result: ImproveResult;
  let undisturbed: object;

  before(async () => {
    base = await tinyBase();
    result = await tinyLoop(whole, base, quiet);
    undisturbed = await outcome(whole);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  describe("an undisturbed loop", () => {
    test("measures the base and every generation, at every difficulty, alone and with search", () => {
      assert.deepEqual(
        result.points.map(({ generation }) => generation),
        [0, 1, 2, 3],
      );
      for (const { difficulties } of result.points) {
        assert.deepEqual(
          difficulties.map(({ difficulty, policy, search }) => [difficulty, policy.n, search?.n]),
          [
            [3, 3, 2],
            [4, 3, 2],
          ],
        );
      }
      for (const file of ["report.html", "figure.svg", "figure.png"])
        assert.ok(statSync(join(whole, file)).size > 1000);
    });

    test("finds by search what it learns, and its frontier moves on", () => {
      const [first] = result.generations;
      assert.ok((first?.kept ?? 0) > 0);
      assert.deepEqual([first?.frontier, first?.next], [3, 4]);
      assert.deepEqual(
        result.generations[1]?.asked.map(({ difficulty, problems }) => [difficulty, problems]),
        [
          [3, 2],
          [4, 4],
        ],
      );
      assert.notEqual(result.points[0]?.model, result.points[1]?.model);
      assert.equal(
        result.generations[1]?.model,
        result.points[1]?.model,
        "a generation searches with what the last one left",
      );
      assert.deepEqual(
        result.gains.map(({ difficulty, inBase, askedFrom }) => [difficulty, inBase, askedFrom]),
        [
          [3, true, 1],
          [4, false, 2],
        ],
      );
    });

    test("asked for again, computes nothing and writes its report again", async () => {
      const { reportJson, journal } = runPaths(whole);
      const [written, events] = [readFileSync(reportJson, "utf8"), readFileSync(journal, "utf8")];
      rmSync(reportJson);
      const seen: string[] = [];
      await tinyLoop(whole, base, { ...quiet, at: (what) => seen.push(what) });
      assert.equal(readFileSync(reportJson, "utf8"), written);
      assert.equal(readFileSync(journal, "utf8"), events);
      assert.equal(seen.filter((what) => what === "eval").length, 4, "all that happened was told");
    });

    test("mull report draws it again", async () => {
      const out = join(folder, "drawn");
      const { code } = await mull(["report", whole, "--out", out]);
      assert.equal(code, 0);
      for (const file of ["report.json", "report.html", "figure.svg"]) {
        assert.equal(readFileSync(join(out, file), "utf8"), readFileSync(join(whole, file), "utf8"));
      }
    });

    test("another seed in its folder is refused, elsewhere it comes to something else", async () => {
      await assert.rejects(tinyLoop(whole, base, quiet, { seed: 2 }), { code: "usage" });
      const other = await tinyLoop(join(folder, "other"), base, quiet, { seed: 2 });
      assert.notEqual(other.points.at(-1)?.model, result.points.at(-1)?.model);
    });
  });

  test("into fresh, larger models: each begins anew, and the next searches with it", async () => {
    const out = join(folder, "larger");
    const { points, generations } = await tinyLoop(out, base, quiet, { distil: "fresh-larger" });
    const [begun, ...later] = points.map(({ parameters }) => parameters);
    assert.ok(later.every((parameters) => parameters === later[0] && parameters > (begun as number)));
    assert.equal(generations[2]?.model, points[2]?.model);
  });

  describe("a loop that is stopped and goes on", () => {
    test("by Ctrl-C wherever something is told, ends with the same figures", { timeout: 120_000 }, async () => {
      const out = join(folder, "aborted");
      const rng = new Rng(3);
      let stops = 0;
      for (let done = false; !done; ) {
        const controller = new AbortController();
        let left = told(out) + 1 + rng.int(4);
        const at = (): void => {
          if (--left === 0) controller.abort();
        };
        try {
          await tinyLoop(out, base, { at, signal: controller.signal });
          done = true;
        } catch (error) {
          assert.equal((error as { code?: string }).code, "aborted", String(error));
          stops++;
        }
      }
      assert.ok(stops >= 2, `stopped ${stops} times`);
      assert.deepEqual(await outcome(out), undisturbed);
    });

    test("by kill -9, ends with the same figures", { timeout: 120_000 }, async () => {
      const out = join(folder, "killed");
      let kills = 0;
      for (let done = false; !done; ) {
        const child = spawn(process.execPath, [import.meta.filename, "child", out], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        const exit = once(child, "exit");
        let left = told(out) + 5; // while a generation is under way
        for await (const _ of createInterface({ input: child.stdout })) {
          if (--left !== 0 || kills === 2) continue;
          child.kill("SIGKILL");
          kills++;
        }
        const [code] = (await exit) as [number | null];
        done = code === 0;
      }
      assert.equal(kills, 2);
      assert.deepEqual(await outcome(out), undisturbed);
    });
  });

  describe("mull data", () => {
    test("gives every chain with its verdict and where it came from", async () => {
      const out = join(folder, "chains.jsonl");
      const { chains, generations } = await exportData(whole, out, { format: "jsonl", kept: false });
      const all = rows(out);
      assert.equal(chains, all.length);
      assert.deepEqual(generations, [1, 2, 3]);
      assert.equal(
        all.length,
        result.generations.reduce((sum, generation) => sum + generation.chains, 0),
      );
      for (const row of all) {
        const [numbers = "", target] = row.prompt.split(" = ");
        const data = { numbers: numbers.split(" ").map(Number), target: Number(target) };
        const problem = { id: row.problem, prompt: row.prompt, data };
        assert.ok(puzzleOf(problem) !== null);
        const verdict = judge(problem, row.chain);
        assert.deepEqual([row.verdict, row.reason], [verdict.status, verdict.reason]);
        assert.ok(row.verdict === "correct" || !row.kept, "nothing is kept that is not right");
        const made = result.generations[row.generation - 1];
        assert.deepEqual([row.model, row.strategy, row.budget], [made?.model, "best-of-n", TINY_IMPROVE.budget]);
      }
    });

    test("only what was learnt, of one generation", async () => {
      const out = join(folder, "kept.jsonl");
      const { chains } = await exportData(whole, out, { format: "jsonl", kept: true, generation: 2 });
      assert.equal(chains, result.generations[1]?.kept);
      assert.ok(rows(out).every(({ kept, generation }) => kept && generation === 2));
    });

    test("Parquet holds the same rows", async () => {
      const [jsonl, parquet] = [join(folder, "same.jsonl"), join(folder, "same.parquet")];
      await exportData(whole, jsonl, { format: "jsonl", kept: false });
      await exportData(whole, parquet, { format: "parquet", kept: false });
      const { DuckDBInstance } = await import("@duckdb/node-api");
      const instance = await DuckDBInstance.create(":memory:");
      const connection = await instance.connect();
      const reader = await connection.runAndReadAll(`SELECT * FROM '${parquet}'`);
      const read = reader.getRowObjectsJson().map((row) => ({ ...row, seed: Number(row["seed"]) }));
      connection.closeSync();
      instance.closeSync();
      assert.deepEqual(read, rows(jsonl));
      assert.deepEqual(
        readdirSync(folder).filter((name) => name.includes(".tmp")),
        [],
      );
    });

    test("the command writes lines, a file by its ending, and says what it did", async () => {
      const lines = await mull(["data", whole, "--kept", "--generation", "1"]);
      assert.equal(lines.out.trim().split("\n").length, result.generations[0]?.kept);
      const out = join(folder, "by-ending.parquet");
      const written = await mull(["data", whole, "--out", out, "--json"]);
      const { format, chains } = JSON.parse(written.out) as { format: string; chains: number };
      assert.deepEqual([format, readFileSync(out).subarray(0, 4).toString()], ["parquet", "PAR1"]);
      assert.ok(chains > 0);
    });

    test("what cannot be exported is refused", async () => {
      const nowhere = join(folder, "nowhere");
      assertRefused(await mull(["data", nowhere]), 1, /nowhere does not exist/, /folder of a run of mull improve/);
      assertRefused(await mull(["data", whole, "--format", "parquet"]), 2, /goes into a file/, /--out/);
      assertRefused(await mull(["data", whole, "--generation", "9"]), 1, /no generation 9/, /1, 2, 3/);
      const file = generationFile(join(folder, "other"), 2);
      writeFileSync(file, readFileSync(file, "utf8").slice(0, 50));
      const out = join(folder, "damaged.jsonl");
      await assert.rejects(exportData(join(folder, "other"), out, { format: "jsonl", kept: false }), { code: "input" });
      assert.ok(!readdirSync(folder).includes("damaged.jsonl"));
    });
  });

  test("difficulties that the task has not are refused", async () => {
    const refused = await mull(["improve", "--up-to", "9", "--out", join(folder, "none")]);
    assertRefused(refused, 2, /no such difficulty/, /3, 4, 5/);
    assert.deepEqual(TINY_LOOP.difficulties, [3, 4]);
  });
}

/** How many events a loop in `out` tells again before it goes on. */
function told(out: string): number {
  const checkpoint = lastCheckpoint(out);
  if (checkpoint === null) return 0;
  const { journal } = JSON.parse(readFileSync(join(checkpoint, "state.json"), "utf8")) as { journal: number };
  const lines = readFileSync(runPaths(out).journal).subarray(0, journal).toString().split("\n").slice(0, -1);
  return lines.filter((line) => !line.includes('"improve-generation"')).length;
}
