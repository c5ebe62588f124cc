/** `mull compare` at a size of seconds: every method takes its steps, budgets hold, and a stopped comparison ends as an undisturbed one. */

import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { compare } from "../../src/show/compare/compare.ts";
import type { Comparison } from "../../src/show/compare/compare-result.ts";
import { contendersOf } from "../../src/show/compare/contender.ts";
import type { Knobs } from "../../src/show/compare/knobs.ts";
import { COMPARE_PRESETS, type ComparePreset } from "../../src/show/compare/presets.ts";
import type { RunEvent } from "../../src/show/server/events.ts";

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

let folder = "";
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "mull-compare-"));
});
after(() => rm(folder, { recursive: true, force: true }));

/** Runs in a folder of its own name; `onEvent` may stop it. */
async function run(
  name: string,
  methods: readonly string[],
  {
    preset = TINY,
    onEvent,
    earlier,
  }: { preset?: ComparePreset; onEvent?: (event: RunEvent, stop: () => void) => void; earlier?: string } = {},
): Promise<Comparison> {
  const stop = new AbortController();
  const contenders = contendersOf({ methods, knobs: KNOBS });
  const publish = (event: RunEvent): void => onEvent?.(event, () => stop.abort(new Error("stopped")));
  const more = earlier === undefined ? {} : { earlier };
  const options = { preset, contenders, out: join(folder, name), fresh: false, parallel: 2, ...more };
  return compare(options, { publish, signal: stop.signal });
}

/** All of a result but how long it took. */
function timeless(result: Comparison): unknown {
  return JSON.parse(JSON.stringify(result, (key, value) => (key === "seconds" ? 0 : value)));
}

describe("mull compare", () => {
  test("each method learns until its budget is spent, and the report names them all", async () => {
    const result = await run("all", METHODS);
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
    const preset = { ...TINY, budgetFlops: 6e9, points: [0.5, 1] };
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

  test("one setting after another of a knob takes part under its own name", () => {
    const names = contendersOf({ knobs: {}, variations: [{ kl: 0 }, { kl: 0.1 }] }).map(({ name }) => name);
    assert.deepEqual(names, ["grpo-kl-0", "grpo-kl-0.1"]);
    assert.throws(() => contendersOf({ methods: ["filter"], knobs: {}, variations: [{ kl: 0.1 }] }), { code: "usage" });
    assert.throws(() => contendersOf({ methods: ["none"], knobs: {} }), /the methods are|no method/);
  });
});
