import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../core/rng.ts";
import { calibrated, plattScaling, reliabilityOf } from "./calibration.ts";

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

test("the scaling that made the labels is found again, from soft labels and from hard ones", () => {
  const rng = new Rng(1);
  const logits = Array.from({ length: 4000 }, () => 3 * rng.normal());
  const soft = plattScaling(logits.map((logit) => ({ logit, label: logistic(0.5 * logit - 1) })));
  assert.ok(Math.abs(soft.slope - 0.5) < 0.01 && Math.abs(soft.intercept + 1) < 0.01, JSON.stringify(soft));
  const drawn = logits.map((logit) => ({ logit, label: Number(rng.next() < logistic(0.5 * logit - 1)) }));
  const hard = plattScaling(drawn);
  assert.ok(Math.abs(hard.slope - 0.5) < 0.06 && Math.abs(hard.intercept + 1) < 0.15, JSON.stringify(hard));
});

test("labels that can be told apart completely keep it finite, and none leave it as it is", () => {
  const apart = plattScaling([-50, -1, 1, 50].map((logit) => ({ logit, label: Number(logit > 0) })));
  assert.ok(Number.isFinite(apart.slope) && apart.slope > 1 && Math.abs(apart.intercept) < 0.1);
  assert.deepEqual(plattScaling([]), { slope: 1, intercept: 0 });
  const far = plattScaling([
    { logit: 800, label: 0 },
    { logit: -800, label: 1 },
  ]); // confident, and always wrong
  assert.ok(far.slope < 0.01, JSON.stringify(far));
  assert.equal(calibrated(3, { slope: 1, intercept: -3 }), 0.5);
});

test("the error is the mean distance of a bin's prediction from what came, by cases", () => {
  const cases = [
    { predicted: 0.05, observed: 0 },
    { predicted: 0.25, observed: 1 },
    { predicted: 0.25, observed: 0 },
    { predicted: 1, observed: 1 },
  ];
  const { ece, bins } = reliabilityOf(cases);
  assert.ok(Math.abs(ece - (0.05 + 2 * 0.25) / 4) < 1e-12);
  assert.deepEqual(
    bins.map(({ from, cases: n, observed }) => [from, n, observed]),
    [
      [0, 1, 0],
      [0.2, 2, 0.5],
      [0.9, 1, 1],
    ],
  );
  assert.equal(reliabilityOf([]).ece, 0);
  assert.throws(() => reliabilityOf([{ predicted: 1.2, observed: 1 }]), /case 0/);
});
