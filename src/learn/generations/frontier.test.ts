import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type FrontierOptions, mixOf, movedOn } from "./frontier.ts";

const LADDER: FrontierOptions = { difficulties: [3, 4, 5, 6], upTo: 5, by: "search", threshold: 0.7, share: 0.6 };

test("at the beginning all problems are the easiest", () => {
  assert.deepEqual(mixOf(LADDER, 3, 10), [[3, 10]]);
});

test("what is behind the frontier is dealt evenly, the remainder to the easiest", () => {
  assert.deepEqual(mixOf(LADDER, 5, 11), [
    [3, 2],
    [4, 2],
    [5, 7],
  ]);
  assert.deepEqual(mixOf(LADDER, 6, 10), [
    [3, 2],
    [4, 1],
    [5, 1],
    [6, 6],
  ]);
});

test("every problem is dealt once, whatever the numbers, and none is harder than the frontier", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.constantFrom(3, 4, 5, 6),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (problems, frontier, share) => {
        const mix = mixOf({ ...LADDER, share }, frontier, problems);
        assert.equal(
          mix.reduce((sum, [, count]) => sum + count, 0),
          problems,
        );
        assert.ok(mix.every(([difficulty, count]) => difficulty <= frontier && count > 0));
      },
    ),
  );
});

test("the frontier moves by one where the threshold is reached, never past the last that may be asked", () => {
  assert.equal(movedOn(LADDER, 3, 0.699), 3);
  assert.equal(movedOn(LADDER, 3, 0.7), 4);
  assert.equal(movedOn(LADDER, 4, 1), 5);
  assert.equal(movedOn(LADDER, 5, 1), 5);
});
