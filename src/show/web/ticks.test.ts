import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ticks } from "./ticks.ts";

test("round numbers, as dense as their labels fit", () => {
  assert.deepEqual(ticks(1e12, 1e13, 1000), [1e12, 2e12, 5e12, 1e13]);
  assert.deepEqual(ticks(1e12, 1e14, 500), [1e12, 3e12, 1e13, 3e13, 1e14]);
  assert.deepEqual(ticks(1e12, 1e14, 300), [1e12, 1e13, 1e14]);
  assert.deepEqual(ticks(1, 1e12, 400), [1, 1e4, 1e8, 1e12]);
});

test("always inside the range, ascending, and never more than fit", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 20, noNaN: true }),
      fc.double({ min: 0.01, max: 12, noNaN: true }),
      fc.integer({ min: 150, max: 1600 }),
      (from, decades, width) => {
        const [low, high] = [10 ** from, 10 ** (from + decades)];
        const found = ticks(low, high, width);
        assert.ok(found.length <= Math.max(2, Math.floor(width / 84)));
        assert.ok(found.every((x, i) => x >= low * 0.999 && x <= high * 1.001 && (i === 0 || x > (found[i - 1] ?? 0))));
        // Over a tenfold there is always something to read.
        if (decades >= 1.05) assert.ok(found.length >= 1);
      },
    ),
  );
});
