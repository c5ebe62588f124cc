import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Rng } from "./rng.ts";

test("one seed, one trace; a child depends on the seed and its path, not on what was drawn", () => {
  const draw = (rng: Rng) => Array.from({ length: 20 }, () => rng.uint32());
  assert.deepEqual(draw(new Rng(7)), draw(new Rng(7)));
  assert.notDeepEqual(draw(new Rng(7)), draw(new Rng(8)));
  const parent = new Rng(7);
  const before = draw(parent.split("a", 1));
  draw(parent);
  assert.deepEqual(draw(parent.split("a", 1)), before);
  assert.notDeepEqual(draw(parent.split("a", 2)), before);
  assert.notDeepEqual(draw(parent.split("b", 1)), before);
});

test("weighted draws come in proportion, and never where the weight is nothing", () => {
  const rng = new Rng(1);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 40_000; i++) {
    const index = rng.weighted([0, 1, 3, 0]);
    counts[index] = (counts[index] as number) + 1;
  }
  assert.deepEqual([counts[0], counts[3]], [0, 0]);
  // A quarter of 40,000 draws has a standard error of 87.
  assert.ok(Math.abs((counts[1] as number) - 10_000) < 500, `${counts}`);
  assert.throws(() => rng.weighted([0, 0]), RangeError);
  assert.throws(() => rng.weighted([]), RangeError);
  const weights = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-9, max: 1e9, noNaN: true })), { minLength: 1 });
  fc.assert(
    fc.property(weights, (list) => {
      if (list.some((weight) => weight > 0)) assert.ok((list[rng.weighted(list)] as number) > 0);
    }),
  );
});
