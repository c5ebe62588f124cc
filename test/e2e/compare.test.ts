/** `mull compare` at a size of seconds: every method takes its steps, budgets hold, and a stopped comparison ends as an undisturbed one. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { liveRun } from "../../src/show/cli/live-run.ts";
import type { Terminal } from "../../src/show/cli/terminal.ts";
import { compare } from "../../src/show/compare/compare.ts";
import type { Comparison } from "../../src/show/compare/compare-result.ts";
import { contendersOf } from "../../src/show/compare/contender.ts";
import type { Knobs } from "../../src/show/compare/knobs.ts";
import { COMPARE_PRESETS, type ComparePreset } from "../../src/show/compare/presets.ts";
import type { EventOf, RunEvent } from "../../src/show/server/events.ts";
import { openRun } from "../../src/store/run-folder.ts";

const TINY: ComparePreset = {
  ...COMPARE_PRESETS.quick,
  seeds: [1],
  budgetFlops: 1e9,
  points: [1],
  problems: 6,
  point: { samples: 1, maxTokens: 32 },
  final: { samples: 2, maxTokens: 32 },
  map: { samples: 2, maxTokens: 32 },
};
/** One of each hypothesis, and the base; src/show/compare/methods.test.ts has them all. */
const METHODS = ["filter", "evaluation", "guidance", "combination", "base"];
const KNOBS: Knobs = { batch: 4, group: 4, "max-tokens": 48 };

type RunOptions = {
  readonly preset?: ComparePreset;
  readonly knobs?: Knobs;
  readonly onEvent?: (event: RunEvent, stop: () => void) => void;
  readonly earlier?: string;
  readonly fresh?: boolean;
};

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "mull-compare-"));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Runs in a folder of its own name; `onEvent` may stop it. */
async function run(
  name: string,
  methods: readonly string[],
  { preset = TINY, knobs = KNOBS, onEvent, earlier, fresh = false }: RunOptions = {},
): Promise<Comparison> {
  const stop = new AbortController();
  const contenders = contendersOf({ methods, knobs });
  const publish = (event: RunEvent): void => onEvent?.(event, () => stop.abort(new Error("stopped")));
  const more = earlier === undefined ? {} : { earlier };
  const options = { preset, contenders, out: join(folder, name), fresh, parallel: 2, ...more };
  return compare(options, { publish, signal: stop.signal });
}

/** All of a result but how long it took. */
function timeless(result: Comparison): unknown {
  return JSON.parse(JSON.stringify(result, (key, value) => (key === "seconds" ? 0 : value)));
}

describe("mull compare", () => {
  test("each method learns until its budget is spent, and the report names them all", async () => {
    let soFar: Comparison | null = null;
    const scored: EventOf<"reward-scores">[] = [];
    const onEvent = (event: RunEvent): void => {
      if (event.type === "reward-scores") scored.push(event);
      if (event.type !== "phase" || event.name !== "measuring") return;
      soFar = JSON.parse(readFileSync(join(folder, "all", "compare.json"), "utf8"));
    };
    const result = await run("all", METHODS, { onEvent });
    assert.deepEqual({ ...result, map: null }, soFar, "what all cells came to is written before the map is measured");
    const judged = result.cells.find(({ name }) => name === "evaluation")?.points ?? [];
    assert.deepEqual(
      scored.map(({ pass }) => pass),
      judged.map(({ step }) => step),
      "evaluation's judge is told of at every point",
    );
    assert.ok(scored.every(({ chains }) => chains.every(({ steps }) => steps.every(({ score }) => score > 0))));
    assert.deepEqual(result.failures, []);
    assert.equal(result.cells.length, METHODS.length);
    for (const { method, flops, points, verifierCalls } of result.cells) {
      if (method === "base") {
        assert.deepEqual([flops, points.length], [0, 1]);
        continue;
      }
      assert.ok(flops >= TINY.budgetFlops, `${method} spent ${flops}`);
      assert.equal(points.at(-1)?.flops, flops, method);
      assert.ok(points.length >= 2 && verifierCalls > 0, method);
      assert.deepEqual(points[0]?.byProblem.length, TINY.problems);
    }
    assert.ok(result.map !== null && result.map.points.length > 0);
    const page = await readFile(join(folder, "all", "report.html"), "utf8");
    for (const { title } of result.standings) assert.ok(page.includes(title), title);
    assert.deepEqual(
      JSON.parse(await readFile(join(folder, "all", "compare.json"), "utf8")),
      JSON.parse(JSON.stringify(result)),
    );
  });

  test("what an earlier comparison measured is not run again, and stands beside what is new", async () => {
    const earlier = join(folder, "all", "compare.json"); // of the test before
    const known = JSON.parse(await readFile(earlier, "utf8")) as Comparison;
    const preset = { ...TINY, seeds: [1, 2] };
    const events: RunEvent[] = [];
    const onEvent = (event: RunEvent): void => void events.push(event);
    const result = await run("beside", ["filter", "base"], { preset, earlier, onEvent });
    assert.deepEqual(await readdir(join(folder, "beside", "cells")), ["base-seed2", "filter-seed2"]);
    assert.deepEqual(new Set(result.standings.map(({ name }) => name)), new Set(METHODS));
    const [first, second] = result.cells.filter(({ name }) => name === "filter");
    assert.deepEqual(
      first,
      known.cells.find(({ name }) => name === "filter"),
    );
    assert.equal(second?.seed, 2);
    assert.deepEqual(result.standings.find(({ name }) => name === "filter")?.seeds, [1, 2]);
    const told = events.flatMap((event) => (event.type === "compare-cell" && event.status === "done" ? [event] : []));
    assert.equal(told.length, METHODS.length + 2);
  });

  test("one whose best was all measured earlier shows no map, not even that of another method", async () => {
    const known = JSON.parse(await readFile(join(folder, "all", "compare.json"), "utf8")) as Comparison;
    const best = known.standings.find(({ curve }) => curve.length > 1)?.title ?? assert.fail();
    assert.ok(known.map !== null);
    const earlier = join(folder, "another-map.json");
    await writeFile(earlier, JSON.stringify({ ...known, map: { ...known.map, name: "another", title: "another" } }));
    const result = await run("borrowed", ["base"], { earlier, knobs: {} });
    assert.deepEqual([result.map, result.unmapped], [null, best]);
    assert.equal(result.cells.length, known.cells.length);
    const page = await readFile(join(folder, "borrowed", "report.html"), "utf8");
    assert.ok(page.includes(`There is no map of train-time against test-time compute: ${best} comes furthest`));
    assert.equal(page.split("There is no map").length, 3, "among the findings, and in its section");
    const kept = await run("kept-map", ["base"], { earlier: join(folder, "all", "compare.json"), knobs: {} });
    assert.deepEqual(kept.map, known.map);
  });

  test("an earlier cell of the same name with other knobs is refused, and one of another name is not", async () => {
    const earlier = join(folder, "all", "compare.json");
    await assert.rejects(run("knobs", ["filter", "base"], { earlier, knobs: { ...KNOBS, group: 8 } }), {
      code: "usage",
      message: /its filter ran with batch=4 group=4 max-tokens=48, here it has batch=4 group=8 max-tokens=48$/,
    });
    const beside = await run("knobs", ["base"], { earlier, knobs: {} });
    assert.equal(beside.cells.length, METHODS.length);
  });

  test("one on other terms is refused, with what differs", async () => {
    const earlier = join(folder, "all", "compare.json");
    const preset = { ...TINY, budgetFlops: 2e9 };
    await assert.rejects(
      run("other", ["filter", "base"], { preset, earlier }),
      /its budgetFlops is 1000000000, here it is 2000000000/,
    );
    const broken = join(folder, "broken.json");
    await writeFile(broken, '{"cells": 1}');
    await assert.rejects(run("other", ["filter", "base"], { earlier: broken }), { code: "usage" });
    await assert.rejects(run("other", ["filter", "base"], { earlier: join(folder, "none.json") }), /cannot be read/);
  });

  test("one that is stopped leaves what had ended, goes on, and ends with the figures of one that was not", async () => {
    const methods = ["evaluation", "base"];
    const preset = { ...TINY, budgetFlops: 4e9, points: [0.5, 1] };
    const undisturbed = await run("undisturbed", methods, { preset });
    const happened = { learnt: false, baseDone: false };
    const stopped = run("stopped", methods, {
      preset,
      onEvent: (event, stop) => {
        if (event.type === "compare-point" && event.step > 0) happened.learnt = true;
        if (event.type === "compare-cell" && event.method === "base" && event.status === "done")
          happened.baseDone = true;
        if (happened.learnt && happened.baseDone) stop();
      },
    });
    await assert.rejects(stopped, { code: "aborted" });
    const soFar = JSON.parse(await readFile(join(folder, "stopped", "compare.json"), "utf8")) as Comparison;
    assert.deepEqual([soFar.cells.map(({ name }) => name), soFar.map], [["base"], null]);
    const again = await run("stopped", methods, { preset });
    assert.deepEqual(timeless(again), timeless(undisturbed));
  });

  test("with older weights the budget holds to a step, and no point is lost where a step cannot be saved", async () => {
    const short = { samples: 2, maxTokens: 16 };
    const small = { problems: 4, point: { ...short, samples: 1 }, final: short, map: short };
    const preset = { ...TINY, ...small, budgetFlops: 2.3e9, points: [0.3, 0.75, 1] };
    const more = { knobs: { ...KNOBS, batch: 2, "max-tokens": 32, age: 2 }, preset };
    const { budgetFlops } = more.preset;
    const undisturbed = await run("age", ["grpo"], more);
    const { steps, points, flops, step: last } = undisturbed.cells[0] ?? assert.fail();
    const dearest = Math.max(...steps.map((step, i) => step.flops - (steps[i - 1]?.flops ?? 0)));
    assert.ok(flops >= budgetFlops && flops < budgetFlops + dearest, `${flops}`);
    assert.ok((steps.at(-2)?.flops ?? 0) < budgetFlops, "no step begins after the budget is spent");
    const at = points.map(({ step }) => step);
    assert.deepEqual([at.length, at.at(-1)], [4, last]);
    assert.ok(
      [at[1], at[2], last].every((step) => step !== undefined && step % 3 !== 0),
      `not saved after ${at}`,
    );
    assert.ok((at[1] ?? 0) < 3 && (at[2] ?? 0) > 3, "one is saved with a later step, the other is lost to the kill");

    const onEvent = (event: RunEvent, stop: () => void): void => {
      if (event.type === "compare-point" && event.step === at[2]) stop();
    };
    await assert.rejects(run("age-stopped", ["grpo"], { ...more, onEvent }), { code: "aborted" });
    assert.deepEqual(timeless(await run("age-stopped", ["grpo"], more)), timeless(undisturbed));
  });

  test("what a run warns of is said in the terminal, once", async () => {
    const out = join(folder, "warned");
    const identity = { config: {}, seed: 1, now: () => new Date() };
    const opened = async (dir: string, mull: string): Promise<void> =>
      (await openRun(join(out, dir), { ...identity, versions: { mull } })).close();
    for (const dir of ["a", "b"]) await opened(dir, "0.1.0");
    const notes: string[] = [];
    const terminal: Terminal = {
      print: () => {},
      note: (line) => void notes.push(line),
      paint: (_, text) => text,
      live: null,
    };
    await liveRun({ out, fresh: false, seed: 1, web: false }, terminal, async () => {
      for (const dir of ["a", "b"]) await opened(dir, "0.2.0");
    });
    const warnings = notes.filter((line) => line.startsWith("warning"));
    assert.equal(warnings.length, 1);
    assert.match(
      warnings[0] ?? "",
      /^warning: The run began with mull 0\.1\.0; it goes on with 0\.2\.0 \(.*warned\/a\)$/,
    );
  });

  test("one setting after another of a knob takes part under its own name", () => {
    const names = contendersOf({ knobs: {}, variations: [{ kl: 0 }, { kl: 0.1 }] }).map(({ name }) => name);
    assert.deepEqual(names, ["grpo-kl-0", "grpo-kl-0.1"]);
    assert.throws(() => contendersOf({ methods: ["filter"], knobs: {}, variations: [{ kl: 0.1 }] }), { code: "usage" });
    assert.throws(() => contendersOf({ methods: ["none"], knobs: {} }), /the methods are|no method/);
  });

  test("starting over on other terms keeps no cell, no map and no result of before", async () => {
    const out = join(folder, "all"); // of the first test, so this one comes last
    await writeFile(join(out, "notes.txt"), "mine");
    const whole = await readdir(out);
    const made = whole.filter((name) => name.startsWith("map-") || name === "cells" || name === "compare.json");
    assert.equal(made.length, 3, `${whole}`);
    const preset = { ...TINY, problems: 4 };
    const atOnce = run("all", ["base"], { preset, knobs: {}, fresh: true, onEvent: (_, stop) => stop() });
    await assert.rejects(atOnce, { code: "aborted" });
    const left = await readdir(out);
    assert.deepEqual(
      [...made, "notes.txt"].filter((name) => left.includes(name)),
      ["notes.txt"],
    );
    const again = await run("all", ["base"], { preset, knobs: {} });
    assert.deepEqual([again.cells.length, again.problems], [1, 4]);
    assert.deepEqual(await readdir(join(out, "cells")), ["base-seed1"]);
  });
});
