import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { logTicks, niceCeiling, spread } from "./axes.ts";

test("decades where there are three, finer steps where there are fewer", () => {
  assert.deepEqual(logTicks(5e9, 2e12), [1e10, 1e11, 1e12]);
  assert.deepEqual(logTicks(2e11, 2e13), [3e11, 1e12, 3e12, 1e13]);
  assert.deepEqual(logTicks(1.5e8, 6e8), [2e8, 5e8]);
  assert.deepEqual(logTicks(1.15e9, 1.25e9), [1.2e9], "never none");
});

test("spread leaves apart what is apart, and centres what is not", () => {
  assert.deepEqual(spread([0.2, 0.8], 0.1, 0, 1), [0.2, 0.8]);
  assert.deepEqual(
    spread([0.5, 0.5], 0.2, 0, 1).map((y) => Number(y.toFixed(6))),
    [0.4, 0.6],
  );
  assert.deepEqual(spread([], 0.1, 0, 1), []);
});

test("spread keeps gap, order and frame wherever there is room", () => {
  const wanted = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 9 });
  fc.assert(
    fc.property(wanted, (ys) => {
      const placed = spread(ys, 0.1, 0, 1);
      const order = ys.map((_, i) => i).sort((a, b) => (ys[a] ?? 0) - (ys[b] ?? 0) || a - b);
      order.forEach((index, k) => {
        const y = placed[index] ?? Number.NaN;
        assert.ok(y >= -1e-9 && y <= 1 + 1e-9, `${y} left the frame`);
        const before = placed[order[k - 1] ?? -1];
        if (before !== undefined) assert.ok(y - before >= 0.1 - 1e-9, `${before} and ${y} are too close`);
      });
    }),
  );
});

test("ceilings are round numbers that are not below", () => {
  assert.equal(niceCeiling(31.5), 40);
  assert.equal(niceCeiling(0.71), 0.8);
  assert.equal(niceCeiling(100), 100);
  assert.equal(niceCeiling(0), 1);
  fc.assert(fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (x) => niceCeiling(x) >= x * (1 - 1e-6)));
});
