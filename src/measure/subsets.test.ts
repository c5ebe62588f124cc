import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Rng } from "../core/rng.ts";
import { forEachRandomSubset, forEachSubset, subsetCount } from "./subsets.ts";

const all = (n: number, k: number): number[][] => {
  const out: number[][] = [];
  forEachSubset(n, k, (subset) => out.push([...subset]));
  return out;
};

describe("subsets", () => {
  test("in lexicographic order, each once", () => {
    assert.deepEqual(all(4, 2), [
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
    assert.deepEqual(all(3, 3), [[0, 1, 2]]);
    assert.deepEqual(all(3, 0), [[]]);
    assert.deepEqual(all(2, 3), []);
  });

  test("as many as C(n, k)", () => {
    for (let n = 0; n <= 8; n++) for (let k = 0; k <= n; k++) assert.equal(all(n, k).length, subsetCount(n, k));
    assert.equal(subsetCount(64, 3), 41_664);
    assert.equal(subsetCount(3, 4), 0);
    assert.equal(subsetCount(5_000, 2_500), Number.POSITIVE_INFINITY);
  });

  test("random ones are uniform: each pair of 5 about 1,000 times in 10,000", () => {
    const seen = new Map<string, number>();
    forEachRandomSubset(5, 2, 10_000, new Rng(3), (subset) => {
      const key = [...subset].sort().join();
      seen.set(key, (seen.get(key) ?? 0) + 1);
    });
    assert.equal(seen.size, 10);
    for (const count of seen.values()) assert.ok(Math.abs(count - 1_000) < 120, `${count}`); // 4 standard deviations
  });
});
