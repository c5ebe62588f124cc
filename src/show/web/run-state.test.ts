import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseRunEvent } from "../server/events.ts";
import { applyEvent, emptyState, kindOf, median, progress, type RunState } from "./run-state.ts";

const blank = { flops: 1, lossTokens: 1 };

function fold(...events: object[]): RunState {
  const state = emptyState();
  for (const event of events) applyEvent(state, parseRunEvent(event));
  return state;
}

const step = (at: number, seconds: number | null = 2) => ({ type: "step", step: at, steps: 10, seconds, ...blank });
const exam = (at: number, passAt1: number) => ({ type: "eval", step: at, flops: at, passAt1, ci: [0, 1], n: 400 });

describe("applyEvent", () => {
  test("steps that are told again after an interruption replace those from there on", () => {
    const state = fold(step(1), step(2), step(3), exam(3, 0.5), step(2), step(3), exam(3, 0.4));
    assert.deepEqual(
      state.steps.map((one) => one.step),
      [1, 2, 3],
    );
    assert.deepEqual(
      state.evals.map((one) => one.passAt1),
      [0.4],
    );
  });

  test("the exam of step 0 ends what came before: pretraining counts its own steps", () => {
    const state = fold(step(1), step(2), exam(2, 0.2), exam(0, 0.25));
    assert.deepEqual([state.steps.length, state.evals.length], [0, 1]);
  });

  test("a measurement replaces the one of the same kind", () => {
    const sample = (n: number, accuracy: number, model = "base") => ({
      type: "samples",
      model,
      strategy: "pass@n",
      n,
      flops: 1,
      accuracy,
      ci: [0, 1],
    });
    const state = fold(sample(1, 0.1), sample(2, 0.2), sample(1, 0.3), sample(1, 0.9, "final"));
    assert.deepEqual(
      state.samples.map((one) => one.accuracy),
      [0.3, 0.2, 0.9],
    );
  });

  test("what a reward model says after a pass is told anew; its run is known from the plan", () => {
    const scores = (pass: number, score: number) => {
      const steps = [{ text: "3 + 7 =10", score, solvable: true }];
      return {
        type: "reward-scores",
        pass,
        chains: [{ problem: "3 7 8 2 = 24", verdict: "wrong", reason: "", steps }],
      };
    };
    const plan = { type: "reward-plan", kind: "process", target: "attempt", passes: 1 };
    const state = fold(plan, scores(0, 0.5), scores(1, 0.8), scores(1, 0.7));
    assert.deepEqual(
      state.judging.scores.map(({ chains }) => chains[0]?.steps[0]?.score),
      [0.5, 0.7],
    );
    assert.equal(kindOf(state), "reward-model");
    assert.equal(kindOf(fold(step(1))), "training");
  });

  test("many steps are thinned out, the first and the last stay", () => {
    const state = emptyState();
    for (let i = 1; i <= 9000; i++) applyEvent(state, parseRunEvent({ ...step(i), steps: 9000 }));
    assert.ok(state.steps.length <= 4000);
    assert.equal(state.steps[0]?.step, 1);
    assert.equal(state.steps.at(-1)?.step, 9000);
  });
});

describe("progress", () => {
  test("nothing before the first step", () => assert.equal(progress(emptyState()), null));

  test("time left is the usual time of a step for each that is to come", () => {
    const state = fold(step(1, 100), step(2, 2), step(3, 2), step(4, 4), step(5, 2));
    assert.deepEqual(progress(state), { step: 5, steps: 10, secondsAStep: 2, secondsLeft: 10 });
  });

  test("unknown times leave it unknown", () => {
    assert.deepEqual(progress(fold(step(1, null))), { step: 1, steps: 10, secondsAStep: null, secondsLeft: null });
  });
});

test("median", () => {
  assert.equal(median([]), null);
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
});
