import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Rng } from "../core/rng.ts";
import { auroc, type RankedCase, rankingOf } from "./ranking.ts";

const anyCases = fc.array(fc.record({ score: fc.integer({ min: 0, max: 4 }), right: fc.boolean() }), { maxLength: 30 });

test("the area is the chance that a right case beats a wrong one, a tie counting half", () => {
  fc.assert(
    fc.property(anyCases, (cases) => {
      const pairs = cases
        .filter(({ right }) => right)
        .flatMap((a) => cases.filter(({ right }) => !right).map((b) => (Math.sign(a.score - b.score) + 1) / 2));
      const expected = pairs.length === 0 ? null : pairs.reduce((a, b) => a + b, 0) / pairs.length;
      const area = auroc(cases);
      if (expected === null) assert.equal(area, null);
      else assert.ok(area !== null && Math.abs(area - expected) < 1e-12);
    }),
  );
});

test("a case of weight two counts as two", () => {
  const cases = [0.1, 0.4, 0.35, 0.8, 0.4].map((score, i) => ({ score, right: i % 2 === 1 }));
  const weights = [1, 2, 0, 3, 1];
  const repeated = cases.flatMap((each, i) => Array.from({ length: weights[i] as number }, () => each));
  assert.equal(auroc(cases, weights), auroc(repeated));
});

test("intervals come from problems: cases that repeat a problem's add no certainty", () => {
  const rng = new Rng(1);
  const once: RankedCase[] = Array.from({ length: 60 }, (_, i) => {
    const right = i % 2 === 0;
    return { problem: `p${i}`, right, score: rng.next() + (right ? 0.4 : 0) };
  });
  const often = once.flatMap((each) => [each, each, each, each]);
  const [a, b] = [once, often].map((cases) => rankingOf(cases, { rng: new Rng(2), resamples: 400 }));
  assert.ok(a && b);
  assert.deepEqual([b.auroc, b.ci], [a.auroc, a.ci]);
  assert.equal(a.problems, 60);
  assert.ok(a.ci[0] < a.auroc && a.auroc < a.ci[1] && a.ci[1] - a.ci[0] > 0.05);
});

test("cases that are all alike have no area, and a score that is none is refused", () => {
  assert.equal(rankingOf([{ problem: "a", right: true, score: 1 }], { rng: new Rng(1) }), null);
  assert.equal(auroc([]), null);
  assert.throws(() => auroc([{ right: true, score: Number.NaN }]), /case 0/);
});
