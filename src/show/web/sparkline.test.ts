import assert from "node:assert/strict";
import { test } from "node:test";
import { sparkline } from "./sparkline.ts";

test("from the least to the greatest value", () => {
  assert.equal(sparkline([0, 1, 0.5], 100, 26), "M0 23L50 3L100 13");
});

test("a flat series lies in the middle, a single value is a line, nothing is nothing", () => {
  assert.equal(sparkline([2, 2], 100, 20), "M0 10L100 10");
  assert.equal(sparkline([5], 100, 20), "M0 10L100 10");
  assert.equal(sparkline([], 100, 20), "");
  assert.equal(sparkline([null, null], 100, 20), "");
});

test("a step without a number leaves a gap", () => {
  assert.equal(sparkline([0, null, 1], 100, 26), "M0 23M100 3");
});

test("a long series is averaged", () => {
  const path = sparkline(
    Array.from({ length: 10_000 }, (_, i) => i),
    200,
    40,
  );
  assert.equal(path.match(/[ML]/g)?.length, 120);
  assert.match(path, /^M0 37L.*L200 3$/);
});
