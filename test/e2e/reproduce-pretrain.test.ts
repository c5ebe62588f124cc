/**
 * Pretraining from end to end, tiny: Ctrl-C or `kill -9` at random moments leaves no trace in the weights, bit for bit.
 * The process that is killed is this same file, started with the word "child".
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, describe, test } from "node:test";
import { MullError } from "../../src/core/errors.ts";
import { Rng } from "../../src/core/rng.ts";
import { readCheckpoint } from "../../src/engine/checkpoint/checkpoint.ts";
import { type BaseReport, pretrainBase } from "../../src/show/pretrain/pretrain-base.ts";
import type { RunEvent } from "../../src/show/server/events.ts";
import { readJournal } from "../../src/store/read-journal.ts";
import { runPaths } from "../../src/store/run-folder.ts";
import { countdownTokenizer } from "../../src/tasks/countdown/vocabulary.ts";
import { TINY_BASE } from "./reproduce-tiny.ts";

const never = new AbortController().signal;

function make(seed: number, out: string, publish: (event: RunEvent) => void, signal = never): Promise<BaseReport> {
  return pretrainBase({ seed, out, fresh: false, threads: 2 }, { publish, signal }, TINY_BASE);
}

if (process.argv[2] === "child") {
  await make(1, process.argv[3] as string, (event) => void process.stdout.write(`${event.type}\n`));
} else suite();

/** Weights as they were left, and the journal without its beginnings and its times. */
async function outcome(out: string) {
  const { parameters, config, tokenizer, metadata } = await readCheckpoint(out);
  assert.deepEqual(tokenizer.words, countdownTokenizer.words);
  const journal: object[] = [];
  for await (const { seconds: _, ...event } of readJournal(runPaths(out).journal)) {
    if (event.type !== "phase") journal.push(event);
  }
  return { parameters, config, metadata, journal };
}

function suite(): void {
  const folder = mkdtempSync(join(tmpdir(), "mull-pretrain-"));
  const whole = join(folder, "whole");
  let report: BaseReport;
  let undisturbed: Awaited<ReturnType<typeof outcome>>;

  before(async () => {
    report = await make(1, whole, () => {});
    undisturbed = await outcome(whole);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  describe("pretraining", () => {
    test("leaves a model in the Hugging Face layout, and its gate", () => {
      for (const file of ["config.json", "model.safetensors", "tokenizer.json", "generation_config.json"]) {
        assert.ok(statSync(join(whole, file)).size > 0, file);
      }
      const { steps } = TINY_BASE.pretrain;
      assert.deepEqual(
        undisturbed.journal.map((event) => ("steps" in event && "step" in event ? event.step : "eval")),
        [...Array.from({ length: steps }, (_, i) => i + 1), "eval"],
      );
      const losses = undisturbed.journal.flatMap((event) => ("loss" in event ? [event.loss as number] : []));
      assert.equal(losses.length, steps);
      assert.ok((losses.at(-1) as number) < (losses[0] as number), `the loss falls: ${losses.join(" ")}`);
      assert.deepEqual(Object.keys(report.byN), ["3", "4"]);
      assert.ok(report.meanTokens > 0 && report.meanTokens <= TINY_BASE.longest);
    });

    test("asked for again, trains nothing and gives the same gate", async () => {
      const told = readFileSync(runPaths(whole).journal, "utf8");
      rmSync(join(whole, "model.safetensors"));
      assert.deepEqual(await make(1, whole, () => {}), report);
      assert.equal(readFileSync(runPaths(whole).journal, "utf8"), told);
      assert.deepEqual(await outcome(whole), undisturbed);
    });

    test("another seed gives other weights", async () => {
      await make(2, join(folder, "other"), () => {});
      assert.notDeepEqual((await outcome(join(folder, "other"))).parameters, undisturbed.parameters);
    });
  });

  describe("stopped and gone on with", () => {
    test("by Ctrl-C at random moments", { timeout: 300_000 }, async () => {
      const out = join(folder, "aborted");
      const rng = new Rng(3);
      const stops: string[] = [];
      for (let done = false; !done; ) {
        const controller = new AbortController();
        let left = 1 + rng.int(5);
        const later = rng.int(30); // ms
        const publish = ({ type }: RunEvent): void => {
          if (--left !== 0) return;
          stops.push(type);
          if (rng.bool(0.5)) controller.abort();
          else setTimeout(() => controller.abort(), later);
        };
        try {
          assert.deepEqual(await make(1, out, publish, controller.signal), report);
          done = true;
        } catch (error) {
          assert.ok(error instanceof MullError && error.code === "aborted", String(error));
        }
      }
      assert.ok(stops.length >= 2, `it was stopped at ${stops.join(", ")}`);
      assert.deepEqual(await outcome(out), undisturbed);
    });

    test("by kill -9 at random moments", { timeout: 300_000 }, async () => {
      const out = join(folder, "killed");
      const rng = new Rng(5);
      const kills: string[] = [];
      for (let done = false; !done; ) {
        const child = spawn(process.execPath, [import.meta.filename, "child", out], {
          stdio: ["ignore", "pipe", "inherit"],
        });
        const exit = once(child, "exit");
        let left = 4 + rng.int(4);
        for await (const type of createInterface({ input: child.stdout })) {
          if (--left !== 0) continue;
          kills.push(type);
          child.kill("SIGKILL");
        }
        const [code, killed] = (await exit) as [number | null, string | null];
        if (killed === null) assert.equal(code, 0);
        done = code === 0;
      }
      assert.ok(kills.length >= 1, "it was killed");
      assert.deepEqual(await outcome(out), undisturbed);
    });
  });
}
