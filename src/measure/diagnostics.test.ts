import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type RemarkCode, remarksOn, type StepDiagnostics } from "./diagnostics.ts";

const healthy: StepDiagnostics = {
  step: 0,
  reward: 0.4,
  useful: 0.6,
  entropy: 0.8,
  meanTokens: 60,
  truncated: 0.02,
  kl: 0.01,
  gradNorm: 0.5,
  clipped: 0.05,
};

/** A run of 20 steps, `change` applied to step i; s is how far it has come, 0 to 1. */
const run = (change: (s: number, i: number) => Partial<StepDiagnostics>): StepDiagnostics[] =>
  Array.from({ length: 20 }, (_, i) => ({ ...healthy, ...change(i / 19, i), step: i + 1 }));
const codes = (series: readonly StepDiagnostics[]): RemarkCode[] => remarksOn(series).map((remark) => remark.code);

describe("remarks on a run", () => {
  test("a healthy run has none, from the first step to the last", () => {
    const series = run((s) => ({
      reward: 0.3 + 0.5 * s,
      entropy: 0.8 - 0.3 * s,
      kl: 0.3 * s,
      meanTokens: 60 + 200 * s,
    }));
    for (let steps = 0; steps <= series.length; steps++) assert.deepEqual(remarksOn(series.slice(0, steps)), []);
  });

  test("each trouble is named, alone", () => {
    assert.deepEqual(codes(run((s) => ({ entropy: 0.8 * (1 - s) + 0.01 }))), ["entropy-collapse"]);
    assert.deepEqual(codes(run((s) => ({ truncated: 0.5 * s }))), ["truncation-growing"]);
    assert.deepEqual(codes(run((s) => ({ kl: 0.001 + 2 * s ** 4 }))), ["kl-exploding"]);
    assert.deepEqual(codes(run((s) => ({ useful: 0.6 * (1 - s) ** 2 }))), ["no-useful-groups"]);
    assert.deepEqual(codes(run((s) => ({ reward: 0.6 - 0.4 * s }))), ["reward-falling"]);
    assert.deepEqual(codes(run((_, i) => (i === 19 ? { gradNorm: 9 } : {}))), ["gradient-spike"]);
    assert.deepEqual(codes(run((s) => ({ clipped: 0.5 * s }))), ["clipping-heavy"]);
  });

  test("words carry the numbers and the way out", () => {
    const [hard] = remarksOn(run(() => ({ useful: 0.04, reward: 0.02 })));
    assert.equal(hard?.step, 20);
    assert.match(hard?.text ?? "", /^only 4% of the groups .* too hard: take easier ones/);
    assert.match(remarksOn(run(() => ({ useful: 0.04, reward: 0.97 })))[0]?.text ?? "", /too easy: take harder ones/);
    assert.match(
      remarksOn(run((s) => ({ truncated: 0.5 * s })))[0]?.text ?? "",
      /^45% of the chains .* 5% did at first/,
    );
  });

  test("truncation that was there from the start is not growing", () => {
    assert.deepEqual(codes(run(() => ({ truncated: 0.4 }))), []);
  });

  test("what has no number is passed over", () => {
    assert.deepEqual(codes(run(() => ({ kl: null, entropy: null, clipped: null, gradNorm: null }))), []);
    assert.deepEqual(codes(run((s) => ({ kl: null, useful: 0.6 * (1 - s) ** 2 }))), ["no-useful-groups"]);
  });

  test("a number that is none is told at once, in the first step too", () => {
    const [remark] = remarksOn([{ ...healthy, step: 1, gradNorm: Number.NaN, kl: Number.POSITIVE_INFINITY }]);
    assert.equal(remark?.code, "not-finite");
    assert.match(remark?.text ?? "", /^kl is Infinity, gradNorm is NaN: the run has diverged/);
    // A step that recovered does not spoil the means.
    assert.deepEqual(codes(run((_, i) => (i === 10 ? { kl: Number.NaN } : {}))), []);
  });
});
