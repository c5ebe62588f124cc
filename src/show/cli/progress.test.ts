import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { RunEvent } from "../server/events.ts";
import { bar, RunProgress } from "./progress.ts";

const step = (at: number, seconds: number, more: object = {}): RunEvent => ({
  ...{ type: "step", step: at, steps: 40, flops: 1e9, reward: 0.25, useful: 0.5, entropy: 0.4, meanTokens: 61.2 },
  ...{ loss: null, truncated: 0, kl: 0.0021, gradNorm: 1, clipped: 0.01, lossTokens: 900, seconds },
  ...more,
});
const point = (at: number, passAt1: number): RunEvent => ({
  ...{ type: "eval", step: at, flops: 1e9, passAt1, ci: [passAt1 - 0.02, passAt1 + 0.02], n: 400, byN: {} },
  ...{ behaviours: {}, shown: [] },
});

function watched(): { progress: RunProgress; clock: { now: number } } {
  const clock = { now: 100 };
  return { progress: new RunProgress(() => clock.now), clock };
}

describe("progress of a run", () => {
  test("phases and points of the curve leave a line", () => {
    const { progress } = watched();
    assert.deepEqual(progress.take({ type: "phase", name: "first look", detail: "the base model" }), [
      "first look: the base model",
    ]);
    assert.deepEqual(progress.take(point(0, 0.225)), ["  step 0     pass@1 22.5%  (20.5% to 24.5%, 400 problems)"]);
    assert.deepEqual(progress.take({ type: "phase", name: "training", detail: "" }), ["training"]);
    assert.deepEqual(progress.take(step(1, 2)), []);
    assert.deepEqual(progress.take({ type: "phase", name: "done", detail: "" }), []);
  });

  test("the rate is the mean of the last 20 steps, the time left follows from it", () => {
    const { progress } = watched();
    progress.take({ type: "phase", name: "training", detail: "" });
    for (let at = 1; at <= 10; at++) progress.take(step(at, 100)); // slow at first
    for (let at = 11; at <= 30; at++) progress.take(step(at, 6));
    const [first] = progress.status(200).split("\n");
    assert.equal(first, "training  ██████████████████░░░░░░  30/40  6.00 s a step, 1 min left"); // 10 steps of 6 s
  });

  test("readings fill the line and no more", () => {
    const { progress } = watched();
    progress.take(point(0, 0.225));
    progress.take(point(10, 0.4));
    progress.take(step(11, 6));
    const readings = (columns: number) => progress.status(columns).split("\n")[1] ?? "";
    assert.equal(
      readings(200),
      "  pass@1 40.0% (base 22.5%)   reward 0.250   entropy 0.400   61.2 tokens a chain   50% useful   KL 0.002",
    );
    for (const columns of [20, 40, 60, 80]) assert.ok(readings(columns).length < columns);
  });

  test("pretraining has a loss and no reward", () => {
    const { progress } = watched();
    progress.take(step(1, 1, { reward: null, useful: null, meanTokens: null, kl: null, entropy: null, loss: 1.25 }));
    assert.match(progress.status(), /\n {2}loss 1\.250$/);
  });

  test("a phase without steps shows for how long it has been going on", () => {
    const { progress, clock } = watched();
    progress.take({ type: "phase", name: "measuring", detail: "64 chains a problem" });
    clock.now += 72;
    assert.match(progress.status(), /^. measuring: 64 chains a problem {2}1 min 12 s$/);
  });

  test("a measurement that tells how far it is gets a bar", () => {
    const { progress, clock } = watched();
    progress.take({ type: "phase", name: "measuring", detail: "64 chains a problem" });
    clock.now += 10;
    progress.measured(2000, 8000);
    const shown = "measuring  ██████░░░░░░░░░░░░░░░░░░  2000/8000 chains  200 a second, 30 s left";
    assert.equal(progress.status(), shown);
    progress.measured(8000, 8000);
    assert.match(progress.status(), /^. measuring: 64 chains a problem {2}10 s$/);
  });

  test("a log gets a line each tenth of the steps", () => {
    const { progress } = watched();
    progress.take({ type: "phase", name: "training", detail: "" });
    const lines: string[] = [];
    for (let at = 1; at <= 40; at++) {
      progress.take(step(at, 2));
      const line = progress.milestone();
      if (line !== null) lines.push(line);
    }
    assert.equal(lines.length, 10);
    assert.equal(lines[0], "  step 4 of 40  2.00 s a step, 1 min 12 s left");
    assert.equal(lines.at(-1), "  step 40 of 40  2.00 s a step");
  });

  test("the bar is never longer than itself", () => {
    for (const share of [-1, 0, 0.01, 0.5, 0.999, 1, 7]) assert.equal(bar(share).length, 24);
    assert.equal(bar(0), "░".repeat(24));
    assert.equal(bar(1), "█".repeat(24));
  });
});
