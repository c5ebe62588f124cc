import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decimate } from "./decimate.ts";

test("up to the limit nothing is dropped", () => {
  const list = [1, 2, 3];
  assert.equal(
    decimate(list, 3, () => true),
    0,
  );
  assert.deepEqual(list, [1, 2, 3]);
});

test("beyond it every second one leaves, the first and the last stay, and what is not selected stays", () => {
  const list = [1, "a", 2, 3, "b", 4];
  assert.equal(
    decimate(list, 3, (item) => typeof item === "number"),
    1,
  );
  assert.deepEqual(list, [1, "a", 3, "b", 4]);
});

test("an endless series stays bounded, in order, with its first and its last", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 500 }), (limit, count) => {
      const list: number[] = [];
      for (let i = 0; i < count; i++) {
        list.push(i);
        decimate(list, limit, () => true);
        assert.ok(list.length <= limit);
      }
      assert.equal(list[0], 0);
      assert.equal(list.at(-1), count - 1);
      assert.deepEqual(
        list,
        list.toSorted((a, b) => a - b),
      );
    }),
  );
});
