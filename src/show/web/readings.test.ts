import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRunEvent } from "../server/events.ts";
import { methodCurves } from "./comparison.ts";
import { change, HABITS, habitCurve, learnersOf, lesson, sharedLines, shownPoints } from "./readings.ts";
import { applyEvent, emptyState } from "./run-state.ts";

const CHAIN = { problem: "3 7 8 2 = 24", text: "3 + 7 =10 give-up", verdict: "wrong", reason: "it gave up", tokens: 6 };

function curveOf(points: readonly object[]) {
  const state = emptyState();
  const methods = [{ name: "grpo", title: "GRPO", hypothesis: "baseline" }];
  applyEvent(state, parseRunEvent({ type: "compare-plan", methods, seeds: [1], budgetFlops: 9 }));
  for (const [step, point] of points.entries()) {
    const own = { type: "compare-point", method: "grpo", seed: 1, step, flops: step, ci: [0, 1], ...point };
    applyEvent(state, parseRunEvent(own));
  }
  const [curve] = methodCurves(state.comparing);
  assert.ok(curve);
  return curve;
}

test("a run of one model tells of that model; one that shows no chains tells of none", () => {
  const state = emptyState();
  const exam = (step: number, passAt1: number, more: object) =>
    applyEvent(state, parseRunEvent({ type: "eval", step, flops: step, passAt1, ci: [0, 1], n: 400, ...more }));
  exam(0, 0.2, {});
  assert.deepEqual(learnersOf(state), []);
  exam(3, 0.25, { behaviours: { backtracking: 3 } });
  exam(6, 0.5, { behaviours: { backtracking: 9 }, shown: [CHAIN] });
  const [learner, ...others] = learnersOf(state);
  assert.ok(learner && others.length === 0);
  assert.deepEqual(
    learner.mean.map(({ value }) => value),
    [0.2, 0.25, 0.5],
  );
  const goingBack = HABITS.find(({ name }) => name === "backtracking");
  assert.ok(goingBack);
  assert.deepEqual(habitCurve(learner, goingBack), [
    { flops: 3, value: 3 },
    { flops: 6, value: 9 },
  ]);
  assert.match(lesson(learner), /returns to an earlier point more often: 3 times in 100 steps before, 9 now/);
  assert.deepEqual(shownPoints(learner), [state.evals[2]]);
});

test("lines in another order are shared once", () => {
  assert.deepEqual(sharedLines(["a", "b", "c"], ["b", "a", "c"]), [
    [false, true, true],
    [true, false, true],
  ]);
  assert.deepEqual(sharedLines([], ["a"]), [[], [false]]);
});

test("says what changed most, with the numbers", () => {
  const curve = curveOf([
    { passAt1: 0.2, behaviours: { "giving up": 0.7, backtracking: 5, "sub-goals": 2, repetition: 29 } },
    { passAt1: 0.6, behaviours: { "giving up": 0.1, backtracking: 5.2, "sub-goals": 2.6, repetition: 41 } },
  ]);
  assert.equal(
    lesson(curve),
    "It solved 20% of new puzzles at first try before training, 60% now. " +
      "It ends without an answer less often: 70 times in 100 attempts before, 10 now. " +
      "It repeats an attempt more often: 29 times in 100 steps before, 41 now.",
  );
  const [givingUp] = HABITS;
  assert.deepEqual(
    habitCurve(curve, givingUp).map(({ value }) => Math.round(value)),
    [70, 10],
  );
});

test("points of an older run have neither habits nor chains", () => {
  const curve = curveOf([{ passAt1: 0.2 }, { passAt1: 0.2 }]);
  assert.equal(shownPoints(curve).length, 0);
  assert.match(lesson(curve), /has not clearly changed/);
});

test("the chains of two points are told apart", () => {
  const curve = curveOf([
    { passAt1: 0, shown: [CHAIN] },
    { passAt1: 1, shown: [{ ...CHAIN, verdict: "correct", tokens: 31 }] },
  ]);
  const [first, last] = shownPoints(curve).map(({ shown }) => shown[0]);
  assert.ok(first && last);
  assert.match(change(first, last), /^Left is wrong, right is right\..* 6 .* 31\.$/);
});
