import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { MullError } from "../core/errors.ts";
import { meanPassAtK, passAtK, shareAvoiding } from "./pass-at-k.ts";
import { forEachSubset } from "./subsets.ts";

const close = (actual: number, expected: number, tolerance = 1e-12) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

describe("pass@k", () => {
  test("golden values by hand", () => {
    close(passAtK({ n: 4, correct: 1 }, 2), 1 / 2); // 3 of the 6 pairs hold the one
    close(passAtK({ n: 5, correct: 2 }, 3), 0.9); // C(3,3) / C(5,3) = 1 / 10
    close(passAtK({ n: 10, correct: 3 }, 1), 0.3);
    assert.equal(passAtK({ n: 5, correct: 3 }, 3), 1); // only 2 wrong ones
    assert.equal(passAtK({ n: 5, correct: 0 }, 5), 0);
    close(
      meanPassAtK(
        [
          { n: 4, correct: 1 },
          { n: 10, correct: 3 },
        ],
        1,
      ),
      (0.25 + 0.3) / 2,
    );
  });

  test("equals the share of subsets with a correct chain", () => {
    const cases = fc
      .integer({ min: 1, max: 9 })
      .chain((n) =>
        fc.record({ n: fc.constant(n), correct: fc.integer({ min: 0, max: n }), k: fc.integer({ min: 1, max: n }) }),
      );
    fc.assert(
      fc.property(cases, ({ n, correct, k }) => {
        let hits = 0;
        let subsets = 0;
        forEachSubset(n, k, (subset) => {
          subsets++;
          if (subset.some((i) => i < correct)) hits++;
        });
        close(passAtK({ n, correct }, k), hits / subsets);
      }),
    );
  });

  test("is stable where the binomials overflow", () => {
    // 1 - prod over the 2 correct of (1 - k / (n - i)): 1 - (1/2)(4999/9999)
    close(passAtK({ n: 10_000, correct: 2 }, 5_000), 1 - 0.5 * (4999 / 9999));
    close(shareAvoiding(100_000, 100, 200), shareAvoiding(100_000, 200, 100));
  });

  test("refuses what it cannot estimate", () => {
    const bad = [
      [4, 5, 1],
      [4, -1, 1],
      [4, 1, 0],
      [4, 1, 5],
      [4.5, 1, 1],
    ] as const;
    for (const [n, correct, k] of bad) {
      assert.throws(
        () => passAtK({ n, correct }, k),
        (error) => error instanceof MullError && error.code === "input" && error.message.includes(`k=${k}`),
      );
    }
    assert.throws(() => meanPassAtK([], 1), MullError);
  });
});
