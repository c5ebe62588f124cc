import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Measurement } from "./side-result.ts";
import { disagreements, goalsOf, type Round, summarise } from "./summary.ts";

/** A step of 100 chains. */
const step = (seconds: number, tokens = 4000, reward = 0.2): { measurements: Measurement[] } => ({
  measurements: [
    {
      ...{ task: "base", seconds, rollouts: 100, tokens, reward },
      parts: { sample: seconds / 2, verify: 0, train: seconds / 2 },
    },
  ],
});

describe("the figures of a step", () => {
  test("the goal is judged by the faster setting of TRL, within rounds", () => {
    // Mull over trl-32: 4, 8, 6; over trl-128: 10, 10, 3.
    const rounds: Round[] = [
      { mull: step(1), "trl-32": step(4), "trl-128": step(10) },
      { mull: step(2), "trl-32": step(16), "trl-128": step(20) },
      { mull: step(1), "trl-32": step(6), "trl-128": step(3) },
    ];
    const [goal] = goalsOf(summarise(rounds, ["base"]));
    assert.equal(goal?.ratio, 6);
    assert.equal(goal?.verdict, "goal reached");
  });

  test("without a peer there is no goal, and with one that is missing the other counts", () => {
    assert.deepEqual(goalsOf(summarise([{ mull: step(1) }], ["base"])), []);
    const [goal] = goalsOf(summarise([{ mull: step(1), "trl-128": step(4) }], ["base"]));
    assert.deepEqual([goal?.ratio, goal?.verdict], [4, "goal missed"]);
  });

  test("means are over all chains of a side, and a side that samples otherwise is named", () => {
    const [base] = summarise([{ mull: step(1, 4000, 0.2) }, { mull: step(3, 6000, 0.4) }], ["base"]);
    assert.equal(base?.sides.mull?.seconds, 2);
    assert.equal(base?.sides.mull?.meanTokens, 50);
    assert.equal(Math.abs((base?.sides.mull?.reward ?? 0) - 0.3) < 1e-12, true);
    const against = (peer: NonNullable<Round["mull"]>): string[] =>
      disagreements(summarise([{ mull: step(1), "trl-32": peer }], ["base"]));
    assert.deepEqual(against(step(9, 4400, 0.25)), []);
    assert.deepEqual(against(step(9, 5200, 0.2)), [
      "base: mull 40.0 tokens a chain, 0.200 right; trl-32 52.0 tokens a chain, 0.200 right",
    ]);
    assert.equal(against(step(9, 4000, 0.35)).length, 1);
  });
});
