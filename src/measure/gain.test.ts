import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MullError } from "../core/errors.ts";
import { Rng } from "../core/rng.ts";
import type { ChainRecord, ProblemChains } from "./chains.ts";
import { type GainInput, splitGain } from "./gain.ts";

const shape = { vocabSize: 212, layers: 4, width: 128, heads: 4, kvHeads: 1, headDim: 32, ffnWidth: 384 };
const chain = (tokens: number, correct: boolean): ChainRecord => ({
  correct,
  answer: correct ? "a" : null,
  tokens,
  promptTokens: 6,
  solvedAt: correct ? tokens : null,
});
const close = (actual: number | null, expected: number, tolerance = 1e-9) =>
  assert.ok(actual !== null && Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

/** `size` problems; a model is the chain that it writes for problem i. */
const models = (
  size: number,
  model: Record<"base" | "forced" | "final", (i: number) => ChainRecord>,
  sampledTo: number,
): GainInput => {
  const of = (make: (i: number) => ChainRecord): ProblemChains[] =>
    Array.from({ length: size }, (_, i) => ({ problem: { id: `${i}` }, chains: [make(i)] }));
  return { base: of(model.base), forced: of(model.forced), final: of(model.final), sampledTo, shape };
};

describe("the control", () => {
  // Of ten problems the base solves 2 in 16 tokens and gives up the rest at 16. Forced, it solves one in 16 tokens,
  // another two in 64, another in 256; the rest runs to 256. The trained model solves 7 in 64 tokens and fails 3 there.
  const decade = {
    base: (i: number) => chain(16, i % 10 < 2),
    forced: (i: number) => (i % 10 < 2 ? chain(16, true) : i % 10 < 4 ? chain(64, true) : chain(256, i % 10 < 5)),
    final: (i: number) => chain(64, i % 10 < 7),
  };

  test("interpolates in log tokens at the trained model's own spending", () => {
    const split = splitGain(models(200, decade, 256), { rng: new Rng(1) });
    // Mean tokens 64 need a budget B with (2 * 16 + 2 * 64 + 6 B) / 10 = 64, so B = 80: there 4 of 10 are solved.
    close(split.forced.passAt1, 0.4);
    close(split.gain, 0.5);
    close(split.shareNotGivingUp, 0.4); // (.4 - .2) / (.7 - .2)
    close(split.shareBetterThinking, 0.6);
    assert.equal(split.matched, true);
    assert.deepEqual(split.tokensPerProblem, { base: 16, forced: 64, final: 64 });
    assert.equal(split.remark, "40% of the gain is only not giving up, 60% is better thinking");
    assert.ok(split.flopsPerProblem.base < split.flopsPerProblem.forced);
    close(split.flopsPerProblem.forced / split.flopsPerProblem.final, 1, 0.02);
    const [lo, hi] = split.shareCi ?? [Number.NaN, Number.NaN];
    assert.ok(lo > 0.25 && lo < 0.4 && hi > 0.4 && hi < 0.55, `${lo} ${hi}`);
    assert.ok(split.forced.ci[0] < 0.4 && split.forced.ci[1] > 0.4 && split.forced.n === 200);
  });

  test("between two rungs accuracy grows with the log of the tokens", () => {
    // Every chain runs on; half are solved at exactly 64 tokens, one of the budgets tried; the one before is 59.
    const input = models(40, { ...decade, forced: (i) => chain(64, i % 2 === 0), final: () => chain(61, true) }, 64);
    close(splitGain(input, { rng: new Rng(1) }).forced.passAt1, 0.5 * (Math.log(61 / 59) / Math.log(64 / 59)));
  });

  test("a forced base that spends less is not extrapolated, and that is said", () => {
    const input = models(200, { ...decade, final: (i) => chain(250, i % 10 < 7) }, 256);
    const split = splitGain(input, { rng: new Rng(1) });
    assert.equal(split.matched, false);
    close(split.forced.passAt1, 0.5);
    close(split.tokensPerProblem.forced, (32 + 128 + 6 * 256) / 10);
    assert.match(
      split.remark,
      /^60% .* \(the forced base spends 170 tokens a problem, the trained model 250: not matched\)$/,
    );
  });

  test("shares are not held to [0, 1]", () => {
    const worse = splitGain(models(200, { ...decade, final: (i) => chain(200, i % 10 < 4) }, 256), { rng: new Rng(1) });
    close(worse.shareNotGivingUp, 1.5);
    assert.match(worse.remark, /^all of the gain/);
    const forced = (i: number) => chain(64, i % 10 < 1);
    const better = splitGain(models(200, { ...decade, forced }, 256), { rng: new Rng(1) });
    close(better.shareNotGivingUp, -0.2);
    assert.match(better.remark, /^none of the gain/);
  });

  test("no clear gain, no shares", () => {
    const { shareNotGivingUp, shareCi, shareBetterThinking, remark, gain } = splitGain(
      models(100, { ...decade, final: (i) => chain(64, i % 10 < 2) }, 256),
      { rng: new Rng(1) },
    );
    close(gain, 0);
    assert.deepEqual([shareNotGivingUp, shareCi, shareBetterThinking], [null, null, null]);
    assert.match(remark, /nothing to share out/);
  });

  test("a gain that could be chance has no shares either", () => {
    // 4 of 20 against 6 other ones of 20: the paired interval of the gain holds zero.
    const luck = models(20, { ...decade, final: (i) => chain(64, i % 10 >= 7) }, 256);
    const { gain, gainCi, shareNotGivingUp } = splitGain(luck, { rng: new Rng(1) });
    close(gain, 0.1);
    assert.ok(gainCi[0] < 0 && gainCi[1] > 0.1);
    assert.equal(shareNotGivingUp, null);
  });

  test("one seed, one answer", () => {
    const input = models(50, decade, 256);
    assert.deepEqual(splitGain(input, { rng: new Rng(3) }), splitGain(input, { rng: new Rng(3) }));
  });

  test("the three must answer the same problems", () => {
    const input = models(10, decade, 256);
    assert.throws(
      () => splitGain({ ...input, final: input.final.toReversed() }, { rng: new Rng(1) }),
      (error) => error instanceof MullError && /same problems in the same order/.test(error.message),
    );
    assert.throws(() => splitGain(models(0, decade, 256), { rng: new Rng(1) }), /same problems/);
    assert.throws(() => splitGain({ ...input, sampledTo: 0 }, { rng: new Rng(1) }), /at least 1 token/);
  });
});
