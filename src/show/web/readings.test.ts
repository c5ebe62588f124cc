import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRunEvent } from "../server/events.ts";
import { methodCurves } from "./comparison.ts";
import { change, HABITS, habitCurve, lesson, sharedLines, shownPoints } from "./readings.ts";
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

test("lines in another order are shared once", () => {
  assert.deepEqual(sharedLines(["a", "b", "c"], ["b", "a", "c"]), [
    [false, true, true],
    [true, false, true],
  ]);
  assert.deepEqual(sharedLines([], ["a"]), [[], [false]]);
});

test("says what changed most, with the numbers", () => {
  const curve = curveOf([
    { passAt1: 0.2, behaviours: { "giving up": 0.7, backtracking: 5, repetition: 0.1 } },
    { passAt1: 0.6, behaviours: { "giving up": 0.1, backtracking: 5.2, repetition: 0.3 } },
  ]);
  assert.equal(
    lesson(curve),
    "It solved 20% of new puzzles at first try before training, 60% now. " +
      "It ends without an answer less often: 70 times in 100 attempts before, 10 now.",
  );
  const [givingUp] = HABITS;
  assert.deepEqual(
    habitCurve(curve, givingUp).map(({ passAt1 }) => Math.round(passAt1)),
    [70, 10],
  );
});

test("points of an older run have neither habits nor chains", () => {
  const curve = curveOf([{ passAt1: 0.2 }, { passAt1: 0.2 }]);
  assert.equal(shownPoints(curve).length, 0);
  assert.match(lesson(curve), /changed little/);
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
