import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MullError } from "../core/errors.ts";
import { Rng } from "../core/rng.ts";
import { bootstrap, meanInterval, pairedDifference, quantile, replicates, wilson } from "./bootstrap.ts";

const close = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

describe("bootstrap", () => {
  test("one seed, one interval; another seed nearly the same", () => {
    const values = Array.from({ length: 400 }, (_, i) => (i % 10) / 9);
    const at = (seed: number) => meanInterval(values, { rng: new Rng(seed) });
    assert.deepEqual(at(1), at(1));
    assert.notDeepEqual(at(1), at(2));
    close(at(1).ci[0], at(2).ci[0], 0.005);
  });

  test("agrees with the normal approximation at 400 coin flips", () => {
    const values = Array.from({ length: 400 }, (_, i) => (i < 120 ? 1 : 0)); // p = .3
    const { mean, ci } = meanInterval(values, { rng: new Rng(7), resamples: 5_000 });
    const half = 1.96 * Math.sqrt((0.3 * 0.7) / 400); // .0449
    close(mean, 0.3, 1e-12);
    close(ci[0], 0.3 - half, 0.004);
    close(ci[1], 0.3 + half, 0.004);
  });

  test("covers the truth about as often as it says", () => {
    const rng = new Rng(11);
    let covered = 0;
    for (let trial = 0; trial < 300; trial++) {
      const values = Array.from({ length: 80 }, () => (rng.bool(0.35) ? 1 : 0));
      const { ci } = meanInterval(values, { rng: rng.split(trial), resamples: 400 });
      if (ci[0] <= 0.35 && ci[1] >= 0.35) covered++;
    }
    assert.ok(covered / 300 > 0.9 && covered / 300 < 0.985, `${covered} of 300`);
  });

  test("strata keep their sizes, and what differs only between strata adds no width", () => {
    const values = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const strata = values.map((value) => `n${value}`);
    assert.deepEqual(meanInterval(values, { rng: new Rng(1), strata }).ci, [0.5, 0.5]);
    const ofOnes = (picked: Int32Array): number => picked.filter((i) => strata[i] === "n1").length;
    for (const count of replicates(100, ofOnes, { rng: new Rng(1), strata })) assert.equal(count, 50);
  });

  test("where every problem agrees the interval is Wilson's, not a point", () => {
    assert.deepEqual(meanInterval([1, 1, 1, 1], { rng: new Rng(1) }), { mean: 1, ci: wilson(4, 4) });
    assert.deepEqual(meanInterval([0, 0], { rng: new Rng(1) }), { mean: 0, ci: wilson(0, 2) });
  });

  test("any statistic: the largest of a resample is never above the largest", () => {
    const [lo, hi] = bootstrap(10, (picked) => Math.max(...picked), { rng: new Rng(1) });
    assert.equal(hi, 9);
    assert.ok(lo >= 5 && lo < 9, `${lo}`);
  });

  test("pairing removes what the two sides share", () => {
    const base = Array.from({ length: 100 }, (_, i) => i / 200);
    const { mean, ci } = pairedDifference(
      base,
      base.map((value) => value + 0.25),
      { rng: new Rng(1) },
    );
    close(mean, 0.25, 1e-12);
    close(ci[0], 0.25, 1e-12);
    close(ci[1], 0.25, 1e-12);
    assert.throws(() => pairedDifference([1], [1, 2], { rng: new Rng(1) }), /1 problems on one side, 2 on the other/);
  });

  test("refuses bad options", () => {
    const rng = new Rng(1);
    for (const run of [
      () => meanInterval([], { rng }),
      () => meanInterval([1, 0], { rng, strata: ["a"] }),
      () => meanInterval([1, 0], { rng, resamples: 0 }),
      () => meanInterval([1, 0], { rng, level: 1 }),
    ]) {
      assert.throws(run, (error) => error instanceof MullError && error.code === "input");
    }
  });
});

describe("Wilson's interval", () => {
  test("golden values", () => {
    // 0 of 10: hi = z^2 / (10 + z^2) = 3.8415 / 13.8415
    assert.equal(wilson(0, 10)[0], 0);
    close(wilson(0, 10)[1], 3.841458820694124 / 13.841458820694124, 1e-12);
    assert.equal(wilson(10, 10)[1], 1);
    // 8 of 10: (0.8 + 0.19207 -+ 1.95996 sqrt(0.016 + 0.0096036)) / 1.384146 = .4902, .9433
    close(wilson(8, 10)[0], 0.4902, 1e-4);
    close(wilson(8, 10)[1], 0.9433, 1e-4);
    assert.throws(() => wilson(11, 10), MullError);
    assert.throws(() => wilson(0, 0), MullError);
  });
});

test("quantiles are linear between order statistics", () => {
  assert.equal(quantile([1, 2, 3, 4], 0.5), 2.5);
  assert.equal(quantile([1, 2, 3, 4], 0), 1);
  assert.equal(quantile([1, 2, 3, 4], 1), 4);
  assert.equal(quantile([7], 0.3), 7);
});
