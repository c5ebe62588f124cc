import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readAbout } from "../side-process.ts";
import { spreadOf } from "../spread.ts";
import { goalsOf } from "./goals.ts";
import { aboutSchema, type SideResult } from "./side-result.ts";
import { readMeasurement } from "./sides.ts";
import { disagreements, gemmRates, gemmShares, type Round, summarise } from "./summary.ts";
import { fedTokens, makeWorkload } from "./workload.ts";

/** A side that did `rows` in so many seconds, 1200 tokens each time. */
const side = (seconds: number, check = 5, gemm: Record<string, number> = {}): SideResult => ({
  versions: {},
  measurements: [{ task: "rows", tokens: 1200, seconds, check }],
  gemm,
});

describe("the figures", () => {
  test("a ratio is taken within a round, and its median is over rounds", () => {
    // Tokens/s of Mull 600, 300, 200 and of eager 400, 100, 200.
    const rounds: Round[] = [
      { mull: side(2), eager: side(3) },
      { mull: side(4), eager: side(12) },
      { mull: side(6), eager: side(6) },
    ];
    const [rows] = summarise(rounds, ["rows"]);
    assert.deepEqual(rows?.rates, {
      mull: { median: 300, min: 200, max: 600 },
      eager: { median: 200, min: 100, max: 400 },
    });
    assert.deepEqual(rows?.ratios, { eager: { median: 1.5, min: 1, max: 3 } });
  });

  test("a side that is absent from a round takes no part in its ratio", () => {
    const [rows] = summarise([{ mull: side(2) }, { mull: side(2), compiled: side(4) }], ["rows", "texts"]);
    assert.deepEqual(rows?.ratios, { compiled: { median: 2, min: 2, max: 2 } });
    assert.deepEqual(summarise([{ mull: side(2) }], ["texts"])[0]?.rates, {});
  });

  test("the median of an even number lies between the middle two; of nothing there is none", () => {
    assert.deepEqual(spreadOf([4, 1, 3, 2]), { median: 2.5, min: 1, max: 4 });
    assert.throws(() => spreadOf([]), /a median of nothing/);
  });

  test("Mull's share of the measured product rate", () => {
    const rounds: Round[] = [
      { mull: side(2, 5, { own: 40 }), eager: side(2, 5, { torch: 50 }) },
      { eager: side(2, 5, { torch: 60 }) },
    ];
    const gemm = gemmRates(rounds);
    assert.deepEqual(gemm, { own: 40, torch: 60 });
    // 600 tokens/s of 0.05 GFLOP each
    const shares = gemmShares(summarise(rounds, ["rows"]), { rows: 5e7 }, gemm);
    assert.deepEqual(shares, [{ task: "rows", gflops: 30, shares: { own: 0.75, torch: 0.5 } }]);
  });

  test("a goal is measured against the fastest of its peers, and left out where one has no figure", () => {
    const goal = { task: "rows", peers: ["eager", "compiled"], least: 1, goal: 1.5 } as const;
    const verdict = (mull: number, eager: number, compiled: number): unknown =>
      goalsOf(summarise([{ mull: side(mull), eager: side(eager), compiled: side(compiled) }], ["rows"]), [goal])[0];
    assert.deepEqual(verdict(2, 8, 4), { ...goal, ratio: 2, verdict: "goal reached" });
    assert.deepEqual(verdict(4, 5, 8), { ...goal, ratio: 1.25, verdict: "goal missed" });
    assert.deepEqual(verdict(4, 3, 8), { ...goal, ratio: 0.75, verdict: "slower" });
    assert.deepEqual(goalsOf(summarise([{ mull: side(1), eager: side(2) }], ["rows"]), [goal]), []);
  });

  test("sides whose losses differ have not done the same work", () => {
    assert.deepEqual(disagreements([{ mull: side(1, 5), eager: side(1, 5.004) }], ["rows"]), []);
    assert.deepEqual(disagreements([{ mull: side(1, 5), eager: side(1, 5.006) }], ["rows", "texts"]), [
      "rows: mull 5.0000, eager 5.0060",
    ]);
  });
});

describe("what a side says", () => {
  const reason = (reply: object): unknown => ("absent" in reply ? reply.absent : "no reason");

  test("what it is, or which package it lacks", () => {
    const about = { versions: { torch: "2.13" }, gemm: { torch: 60 } };
    assert.deepEqual(readAbout(JSON.stringify(about), "python3", aboutSchema), { value: about });
    assert.match(
      String(reason(readAbout('{"missing": "torch"}', "python3", aboutSchema))),
      /python3 has no torch: set MULL_PYTHON to a Python that has it/,
    );
    assert.equal(reason(readAbout("ended early: MemoryError", "python3", aboutSchema)), "ended early: MemoryError");
  });

  test("a measurement, or why there is none", () => {
    const measurement = { task: "rows", tokens: 1200, seconds: 2, check: 5 };
    assert.deepEqual(readMeasurement(JSON.stringify(measurement)), { value: measurement });
    assert.equal(reason(readMeasurement('{"failed": "rows", "reason": "out of memory"}')), "out of memory");
    assert.match(String(reason(readMeasurement(JSON.stringify({ ...measurement, tokens: 0 })))), /"tokens":0/);
  });
});

describe("the workload", () => {
  const options = { texts: 50, batches: [8, 16], seconds: 1, threads: 1 };
  const workload = makeWorkload(options);

  test("rows are full, and prompts differ before their last token", () => {
    for (const rows of workload.rows) assert.equal(fedTokens(rows), 32 * 128);
    assert.equal(new Set(workload.prompts.map((prompt) => prompt.slice(0, -1).join(" "))).size, 16);
    for (const prompt of workload.prompts) assert.equal(prompt.length, 8);
  });

  test("the same seed gives the same work", () => {
    assert.deepEqual(makeWorkload(options), workload);
    assert.notDeepEqual(makeWorkload(options, 2).pool, workload.pool);
  });
});
