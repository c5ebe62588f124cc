import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../core/rng.ts";
import { studentInterval, welchDifference } from "./student.ts";

const close = (actual: number | undefined, expected: number, tolerance = 1e-3) =>
  assert.ok(Math.abs((actual as number) - expected) <= tolerance, `${actual} is not ${expected}`);

test("the mean of three values, by the table of t at two degrees of freedom", () => {
  const ci = studentInterval([1, 2, 3]);
  const half = 4.30265 / Math.sqrt(3);
  close(ci?.[0], 2 - half);
  close(ci?.[1], 2 + half);
});

test("too few values, and values without spread, have no interval", () => {
  assert.equal(studentInterval([]), null);
  assert.equal(studentInterval([1]), null);
  assert.equal(studentInterval([0.5, 0.5, 0.5]), null);
  assert.equal(studentInterval([0.3, 0.1 + 0.2, 0.3]), null, "rounding is no spread");
  assert.deepEqual(welchDifference([1], [2, 3]), { difference: 1.5, ci: null });
  assert.deepEqual(welchDifference([1, 1], [2, 2]), { difference: 1, ci: null });
});

test("Welch's difference, worked out by hand", () => {
  // Means 2 and 6, variances 1 and 4: an error of sqrt(5/3) at (5/3)^2 / ((1/3)^2/2 + (4/3)^2/2) = 50/17 degrees, where t is 3.21876.
  const { difference, ci } = welchDifference([1, 2, 3], [4, 6, 8]);
  assert.equal(difference, 4);
  close(ci?.[0], 4 - 3.21876 * Math.sqrt(5 / 3), 1e-4);
  close(ci?.[1], 4 + 3.21876 * Math.sqrt(5 / 3), 1e-4);
});

test("four values a side cover the truth about as often as they say", () => {
  const rng = new Rng(5);
  let covered = 0;
  for (let trial = 0; trial < 1000; trial++) {
    const a = Array.from({ length: 4 }, () => rng.normal());
    const b = Array.from({ length: 4 }, () => 1 + 3 * rng.normal());
    const { ci } = welchDifference(a, b);
    if (ci !== null && ci[0] <= 1 && ci[1] >= 1) covered++;
  }
  assert.ok(covered > 920 && covered < 980, `${covered} of 1000`);
});
