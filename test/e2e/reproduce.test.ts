/**
 * The main job from end to end, tiny: what it leaves behind, and that nothing that stops it on the way, Ctrl-C or
 * `kill -9`, changes a figure. The process that is killed is this same file, started with the word "child".
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { MullError } from "../../src/core/errors.ts";
import { Rng } from "../../src/core/rng.ts";
import { readCheckpoint } from "../../src/engine/checkpoint/checkpoint.ts";
import { lastCheckpoint } from "../../src/model/open.ts";
import { pretrainBase } from "../../src/show/pretrain/pretrain-base.ts";
import { type Report, validateReport } from "../../src/show/report/schema.ts";
import { reproduce } from "../../src/show/reproduce/reproduce.ts";
import type { RunEvent } from "../../src/show/server/events.ts";
import { readJournal } from "../../src/store/read-journal.ts";
import { runPaths } from "../../src/store/run-folder.ts";
import { TINY_BASE, TINY_PRESET, tiny, writeTinyBase } from "./reproduce-tiny.ts";

if (process.argv[2] === "child") {
  const [out, base] = process.argv.slice(3) as [string, string];
  const at = (what: string): void => void process.stdout.write(`${what}\n`);
  await tiny(1, { out, base }, { at, signal: new AbortController().signal });
} else suite();

/** What must not depend on interruptions: the figures, the weights, and what the journal tells of each step. */
type Outcome = { readonly report: object; readonly model: object; readonly journal: readonly object[] };

async function outcome(out: string): Promise<Outcome> {
  const paths = runPaths(out);
  const { wallSeconds, ...report } = validateReport(JSON.parse(readFileSync(paths.reportJson, "utf8")));
  assert.ok(wallSeconds > 0);
  const { parameters, optimizer, metadata } = await readCheckpoint(lastCheckpoint(out) as string);
  const journal: object[] = [];
  for await (const event of readJournal(paths.journal)) {
    if (event.type === "phase" || event.type === "result") continue; // these tell of each beginning, and of time
    const { seconds: _, ...rest } = event;
    journal.push(rest);
  }
  return { report, model: { parameters, optimizer, metadata }, journal };
}

function suite(): void {
  const folder = mkdtempSync(join(tmpdir(), "mull-reproduce-"));
  const base = join(folder, "base-model");
  const signal = new AbortController().signal;
  let undisturbed: Outcome;

  before(async () => {
    await writeTinyBase(base);
    const report = await tiny(1, { out: join(folder, "undisturbed"), base }, { at: () => {}, signal });
    undisturbed = await outcome(join(folder, "undisturbed"));
    const { wallSeconds: _, ...returned } = report;
    assert.deepEqual(returned, undisturbed.report, "what is returned is what is written");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  describe("an undisturbed run", () => {
    test("leaves a report with everything that was asked for", () => {
      const paths = runPaths(join(folder, "undisturbed"));
      const report = validateReport(JSON.parse(readFileSync(paths.reportJson, "utf8")));
      checkReport(report);
      for (const file of [paths.reportHtml, paths.figureSvg, paths.figurePng]) {
        assert.ok(statSync(file).size > 1000, file);
      }
    });

    test("tells of both test-time curves, point by point, as the report has them", () => {
      const { test: curves } = undisturbed.report as Report;
      const told = (type: string): object[] =>
        (undisturbed.journal as { type?: string }[]).flatMap((event) => {
          const { type: kind, ...point } = event;
          return kind === type ? [point] : [];
        });
      const samples = told("samples");
      assert.deepEqual(
        samples,
        curves.samples.map(({ maxTokens: _, ...point }) => point),
      );
      assert.deepEqual(told("length"), curves.length);
      assert.ok(samples.length > 0 && curves.length.length > 0);
    });

    test("tells at every point of the curve what the model does, and what it wrote for the same few puzzles", () => {
      const points = (undisturbed.journal as RunEvent[]).filter((event) => event.type === "eval");
      assert.deepEqual(
        points.map(({ step }) => step),
        [0, 2, 4, 5],
      );
      const puzzles = points.map(({ shown }) => shown.map(({ problem }) => problem));
      assert.equal(new Set(puzzles[0]).size, 6);
      for (const each of puzzles) assert.deepEqual(each, puzzles[0]);
      for (const { behaviours, shown } of points) {
        const quits = behaviours["giving up"] as number; // a share of all chains, of which some are shown
        const seen = shown.filter(({ text }) => text.endsWith("give-up")).length;
        assert.ok(
          quits * TINY_PRESET.problems >= seen && quits <= 1,
          `${quits} of the chains give up, ${seen} are seen to`,
        );
      }
    });

    test("learns: the weights it leaves are not those it began with, and every step found something to learn", async () => {
      const begun = (await readCheckpoint(base)).parameters;
      const { parameters, optimizer } = await readCheckpoint(lastCheckpoint(join(folder, "undisturbed")) as string);
      assert.notDeepEqual(parameters, begun);
      const { steps, minibatches } = TINY_PRESET.learning;
      assert.equal(optimizer?.step, steps * minibatches);
      const told = undisturbed.journal.filter((event) => "reward" in event) as { useful: number; reward: number }[];
      assert.equal(told.length, steps);
      for (const { useful, reward } of told) assert.ok(useful > 0 && reward > 0 && reward < 1);
    });

    test("asked for again, computes nothing and writes its report again", async () => {
      const out = join(folder, "undisturbed");
      const { reportJson, journal } = runPaths(out);
      const [written, told] = [readFileSync(reportJson, "utf8"), readFileSync(journal, "utf8")];
      rmSync(reportJson);
      const seen: string[] = [];
      await tiny(1, { out, base }, { at: (what) => seen.push(what), signal });
      assert.equal(readFileSync(reportJson, "utf8"), written);
      assert.equal(readFileSync(journal, "utf8"), told);
      assert.ok(!seen.includes("progress"), "nothing was sampled");
      assert.ok(seen.includes("result"), "but all that happened was told");
    });

    test("in another folder gives the same; another seed does not", async () => {
      await tiny(1, { out: join(folder, "again"), base }, { at: () => {}, signal });
      assert.deepEqual(await outcome(join(folder, "again")), undisturbed);
      await tiny(2, { out: join(folder, "other"), base }, { at: () => {}, signal });
      const other = await outcome(join(folder, "other"));
      assert.notDeepEqual(other.model, undisturbed.model);
      const { train } = other.report as Report;
      assert.notDeepEqual(train, (undisturbed.report as Report).train);
    });
  });

  describe("a run that is stopped and goes on", () => {
    test("by Ctrl-C at random moments, ends with the same figures", { timeout: 300_000 }, async () => {
      const out = join(folder, "aborted");
      const rng = new Rng(20);
      const stops: string[] = [];
      for (let done = false; !done; ) {
        const controller = new AbortController();
        let left = replayed(out) + 2 + rng.int(12);
        const later = rng.int(40); // ms: in the middle of what is told of next
        const at = (what: string): void => {
          if (--left !== 0) return;
          stops.push(what);
          if (rng.bool(0.5)) controller.abort();
          else setTimeout(() => controller.abort(), later);
        };
        try {
          await tiny(1, { out, base }, { at, signal: controller.signal });
          done = true;
        } catch (error) {
          assert.ok(error instanceof MullError && error.code === "aborted", String(error));
          assert.match(error.message, /everything so far is saved/);
        }
      }
      assert.ok(stops.length >= 2, `it was stopped at ${stops.join(", ")}`);
      assert.deepEqual(await outcome(out), undisturbed);
    });

    test("by kill -9 at random moments, ends with the same figures", { timeout: 300_000 }, async () => {
      const out = join(folder, "killed");
      const rng = new Rng(9);
      const kills: string[] = [];
      for (let done = false; !done; ) {
        const child = spawn(process.execPath, [import.meta.filename, "child", out, base], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        const exit = once(child, "exit");
        let left = replayed(out) + 8 + rng.int(24);
        for await (const what of createInterface({ input: child.stdout })) {
          if (--left !== 0) continue;
          kills.push(what);
          if (rng.bool(0.5)) child.kill("SIGKILL");
          else setTimeout(() => child.kill("SIGKILL"), rng.int(40)); // perhaps while it saves
        }
        const [code, killed] = (await exit) as [number | null, string | null];
        if (killed === null) assert.equal(code, 0);
        done = code === 0;
      }
      assert.ok(kills.length >= 2, `it was killed at ${kills.join(", ")}`);
      assert.deepEqual(await outcome(out), undisturbed);
    });
  });

  describe("from scratch", () => {
    test("pretrains inside the run's folder, stopped there goes on there, and survives a model that solves nothing", async () => {
      const out = join(folder, "scratch");
      const job = { preset: "quick", seed: 1, fromScratch: true, fresh: false, threads: 2, out } as const;
      const controller = new AbortController();
      const stop = { publish: () => controller.abort(), signal: controller.signal };
      await assert.rejects(reproduce(job, stop, TINY_PRESET, TINY_BASE), { code: "aborted" });
      assert.deepEqual(readdirSync(out), ["base"], "the run itself has not begun");

      const steps: RunEvent[] = [];
      const publish = (event: RunEvent): void => void (event.type === "step" && steps.push(event));
      const report = await reproduce(job, { publish, signal }, TINY_PRESET, TINY_BASE);
      assert.equal(steps.length, TINY_BASE.pretrain.steps - 1 + TINY_PRESET.learning.steps, "one step was saved");
      assert.deepEqual([report.base.passAt1, report.final.passAt1, report.control.shareNotGivingUp], [0, 0, null]);
      assert.ok(report.diagnostics.every(({ reward, gradNorm }) => reward === 0 && gradNorm === null));
      assert.equal(report.command, "npx mull reproduce --quick --from-scratch --seed 1");

      const alone = join(folder, "alone");
      await pretrainBase({ seed: 1, out: alone, fresh: false, threads: 2 }, { publish: () => {}, signal }, TINY_BASE);
      const [there, here] = [await readCheckpoint(join(out, "base")), await readCheckpoint(alone)];
      assert.deepEqual(there.parameters, here.parameters);
    });
  });

  describe("what cannot be gone on with", () => {
    test("another preset or another base in the run's folder is refused, and nothing is lost", async () => {
      const out = join(folder, "undisturbed");
      const refused = { code: "usage", message: /holds a run of another configuration/ };
      await assert.rejects(tiny(7, { out, base }, { at: () => {}, signal }), refused);
      assert.deepEqual(await outcome(out), undisturbed);
    });

    test("a base that is not there, or speaks other words", async () => {
      const out = join(folder, "never");
      await assert.rejects(tiny(1, { out, base: join(folder, "nothing") }, { at: () => {}, signal }), {
        code: "checkpoint",
      });
      const other = join(folder, "other-words");
      await writeTinyBase(other);
      const file = join(other, "tokenizer.json");
      writeFileSync(file, readFileSync(file, "utf8").replaceAll('"drill"', '"thrill"'));
      await assert.rejects(tiny(1, { out, base: other }, { at: () => {}, signal }), {
        code: "checkpoint",
        message: /words are not Countdown's/,
      });
    });
  });
}

/** How many events a run in `out` tells again before it goes on. */
function replayed(out: string): number {
  const checkpoint = lastCheckpoint(out);
  if (checkpoint === null) return 0;
  const { journal } = JSON.parse(readFileSync(join(checkpoint, "state.json"), "utf8")) as { journal: number };
  const told = readFileSync(runPaths(out).journal).subarray(0, journal).toString();
  return told.split("\n").length - 1;
}

function checkReport(report: Report): void {
  const { problems, learning, evaluateEvery, chains, parallel, forced } = TINY_PRESET;
  assert.deepEqual([report.base.n, report.final.n, report.control.forced.n], [problems, problems, problems]);
  assert.deepEqual(Object.keys(report.base.byN), ["3", "4"]);
  assert.equal(report.final.unseenTargets.n, problems / 2);
  assert.ok(report.base.passAt1 > 0 && report.base.passAt1 < 1);
  const steps = Array.from({ length: learning.steps + 1 }, (_, step) => step);
  assert.deepEqual(
    report.train.map(({ step }) => step),
    steps.filter((step) => step % evaluateEvery === 0 || step === learning.steps),
  );
  assert.equal(report.train[0]?.flops, 0);
  assert.deepEqual(
    report.diagnostics.map(({ step }) => step),
    steps.slice(1),
  );
  for (const curve of [report.train, report.diagnostics]) {
    curve.reduce((flops, point) => {
      assert.ok(point.flops >= flops);
      return point.flops;
    }, 0);
  }
  for (const model of ["base", "final"] as const) {
    for (const strategy of ["pass@n", "majority"]) {
      const points = report.test.samples.filter((p) => p.model === model && p.strategy === strategy);
      assert.deepEqual(
        points.map(({ n }) => n),
        [1, 2, 4].filter((n) => n <= parallel.samples),
      );
    }
    const length = report.test.length.filter((p) => p.model === model);
    assert.deepEqual(
      length.map(({ maxTokens }) => maxTokens),
      [32, 64].filter((tokens) => tokens <= forced.maxTokens),
    );
    const { tokensPerProblem } = report.control;
    assert.ok(tokensPerProblem[model] > 0 && tokensPerProblem[model] <= chains.maxTokens);
  }
  const one = (strategy: string) =>
    report.test.samples.find((p) => p.model === "base" && p.strategy === strategy && p.n === 1)?.accuracy;
  const difference = Math.abs((one("majority") as number) - (one("pass@n") as number));
  assert.ok(difference < 1e-12, "of one chain, both say whether it is right");
  assert.equal(report.gate.passAt1, report.base.passAt1);
  assert.deepEqual(Object.keys(report.fits).sort(), [
    "length.base",
    "length.final",
    "samples.base.majority",
    "samples.base.pass@n",
    "samples.final.majority",
    "samples.final.pass@n",
    "train",
  ]);
  assert.ok(Object.keys(report.behaviours).length >= 5);
  assert.ok(report.examples.length > 0);
  assert.equal(report.seed, 1);
  assert.deepEqual(Object.keys(report.versions).sort(), ["mull", "node", "onnxruntime-node"]);
  assert.deepEqual(report.config["preset"], JSON.parse(JSON.stringify(TINY_PRESET)));
  assert.equal(report.command, "npx mull reproduce --quick --seed 1");
}
