/** Advantages and DAPO's penalty, worked by hand. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Baseline, groupAdvantages, isUseful, overlongPenalty } from "./advantages.ts";

const BASELINES: readonly Baseline[] = ["group-normalised", "group-mean", "leave-one-out"];

function near(actual: readonly number[], expected: readonly number[], tolerance = 1e-12): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    const wanted = expected[i] as number;
    assert.ok(Math.abs(value - wanted) <= tolerance, `${i}: expected ${wanted}, got ${value}`);
  });
}

describe("advantages by hand", () => {
  // One right chain of four: mean 1/4, squares .75^2 + 3 * .25^2 = .75, unbiased variance .75 / 3 = .25, std .5.
  const rewards = [1, 0, 0, 0];

  test("group-normalised divides by the unbiased std plus 1e-4", () => {
    near(groupAdvantages(rewards, "group-normalised"), [0.75 / 0.5001, ...[1, 1, 1].map(() => -0.25 / 0.5001)]);
    // Of two the unbiased std is sqrt(2) / 2, the biased one would be 1/2.
    near(groupAdvantages([1, 0], "group-normalised"), [0.5 / (Math.SQRT1_2 + 1e-4), -0.5 / (Math.SQRT1_2 + 1e-4)]);
  });

  test("group-mean leaves the scale", () => {
    near(groupAdvantages(rewards, "group-mean"), [0.75, -0.25, -0.25, -0.25]);
  });

  test("leave-one-out takes the mean of the others", () => {
    near(groupAdvantages(rewards, "leave-one-out"), [1, -1 / 3, -1 / 3, -1 / 3]);
    near(groupAdvantages([3, 1, 2], "leave-one-out"), [1.5, -1.5, 0]);
  });

  test("nothing to compare with, nothing to learn", () => {
    for (const baseline of BASELINES) {
      assert.deepEqual(groupAdvantages([], baseline), []);
      assert.deepEqual(groupAdvantages([1], baseline), [0]);
      assert.deepEqual(groupAdvantages([1, 1, 1], baseline), [0, 0, 0]);
    }
  });
});

test("advantages sum to zero, keep the order of rewards, and do not see a shift", () => {
  const list = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(list, fc.constantFrom(...BASELINES), fc.integer({ min: -9, max: 9 }), (rewards, baseline, shift) => {
      const advantages = groupAdvantages(rewards, baseline);
      near([advantages.reduce((a, b) => a + b, 0)], [0], 1e-9);
      near(
        groupAdvantages(
          rewards.map((r) => r + shift),
          baseline,
        ),
        advantages,
        1e-9,
      );
      rewards.forEach((reward, i) => {
        rewards.forEach((other, j) => {
          if (reward > other) assert.ok((advantages[i] as number) > (advantages[j] as number));
        });
      });
      if (isUseful(rewards)) assert.ok(advantages.some((a) => a !== 0));
    }),
  );
});

test("a group is useful where two rewards differ", () => {
  assert.deepEqual(
    [[], [1], [0, 0], [1, 1, 1], [1, 1, 0], [0.5, 0.4]].map((rewards) => isUseful(rewards)),
    [false, false, false, false, true, true],
  );
});

test("the overlong penalty falls from 0 at the buffer's start to -1 at its end", () => {
  const lengths = [0, 80, 81, 90, 99, 100, 101];
  near(
    lengths.map((n) => overlongPenalty(n, 100, 20)),
    [0, 0, -0.05, -0.5, -0.95, -1, -1],
  );
});
