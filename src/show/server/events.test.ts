import assert from "node:assert/strict";
import { test } from "node:test";
import { MullError } from "../../core/errors.ts";
import { syntheticReport } from "../report/fixtures/synthetic.ts";
import { type EventOf, isKnownEvent, parseRunEvent } from "./events.ts";

const JUDGED = { text: "3 + 7 =10 give-up", verdict: "wrong", reason: "gave up", tokens: 5 };
const SCORED = {
  ...{ problem: "3 7 8 2 = 24", verdict: "wrong", reason: "gave up" },
  steps: [
    { text: "3 + 7 =10", score: 0.75, solvable: true },
    { text: "give-up", score: 0, solvable: null },
  ],
};
const RATE = { passAt1: 0.5, ci: [0.45, 0.55], n: 400 };

test("every kind of event is accepted", () => {
  for (const event of [
    { type: "phase", name: "training", detail: "of three" },
    {
      type: "step",
      step: 1,
      steps: 2,
      flops: 1e12,
      reward: 0.2,
      useful: 0.5,
      loss: 1.5,
      entropy: 0.4,
      meanTokens: 24,
      truncated: 0,
      kl: 0,
      gradNorm: 1,
      clipped: 0,
      lossTokens: 9,
      seconds: 4,
    },
    {
      ...{ type: "eval", step: 0, flops: 0, ...RATE, byN: { 3: RATE, 4: RATE } },
      ...{ behaviours: { "giving up": 0.5 }, shown: [{ problem: "3 7 8 2 = 24", ...JUDGED }] },
    },
    { type: "chain", step: 3, problem: "3 7 8 2 = 24", text: "3 + 7 =10", verdict: "unscored", reason: "" },
    { type: "samples", model: "base", strategy: "pass@n", n: 4, flops: 1e8, accuracy: 0.4, ci: [0.3, 0.5] },
    { type: "length", model: "final", maxTokens: 64, flops: 1e8, tokens: 50.5, accuracy: 0.4, ci: [0.3, 0.5] },
    { type: "pair", problem: "3 7 8 2 = 24", base: JUDGED, final: JUDGED },
    { type: "result", report: syntheticReport() },
    { type: "reward-plan", kind: "process", target: "attempt", passes: 2 },
    { type: "reward-scores", pass: 0, chains: [SCORED] },
  ]) {
    assert.deepEqual(parseRunEvent(event), event);
    assert.equal(isKnownEvent(event), true);
  }
});

test("a diagnostic that is no number becomes null; what is not known is dropped; a problem may come whole", () => {
  const step = parseRunEvent({ type: "step", step: 1, steps: 2, flops: 1, gradNorm: Number.NaN, kl: null, extra: 1 });
  assert.deepEqual(Object.entries(step).filter(([, value]) => value === null).length, 11);
  assert.ok(!("extra" in step));
  const chain = {
    type: "chain",
    step: 1,
    problem: { id: "a", prompt: "1 2 = 3" },
    text: "",
    verdict: "wrong",
    reason: "",
  };
  assert.equal((parseRunEvent(chain) as { problem: string }).problem, "1 2 = 3");
});

test("a point of a journal from before points told of chains is read, without any", () => {
  const { behaviours, shown } = parseRunEvent({ type: "eval", step: 0, flops: 0, ...RATE }) as EventOf<"eval">;
  assert.deepEqual({ behaviours, shown }, { behaviours: {}, shown: [] });
});

test("a step of a journal from before steps had a loss is read, without one", () => {
  const step = { type: "step", step: 1, steps: 2, flops: 1, reward: null, useful: null, entropy: 4.5 };
  const { loss, entropy } = parseRunEvent(step) as EventOf<"step">;
  assert.deepEqual({ loss, entropy }, { loss: null, entropy: 4.5 });
});

test("anything else is refused with the place and the reason", () => {
  const refused = (event: unknown, words: RegExp): void => {
    assert.throws(
      () => parseRunEvent(event),
      (error: unknown) => error instanceof MullError && error.code === "input" && words.test(error.message),
    );
  };
  refused({ type: "eval", step: 0, flops: 0, passAt1: 1.5, ci: [0, 1], n: 4 }, /"eval" is malformed[\s\S]*passAt1/);
  refused({ type: "step", step: -1, steps: 2, flops: 1 }, /step/);
  refused({ type: "step", step: 1, steps: 2, flops: Number.POSITIVE_INFINITY }, /flops/);
  refused({ type: "samples", model: "teacher", strategy: "", n: 1, flops: 1, accuracy: 1, ci: [0, 1] }, /model/);
  refused({ type: "chain", step: 1, problem: "p", text: "x".repeat(1_000_001), verdict: "wrong", reason: "" }, /text/);
  const beyond = { ...SCORED, steps: [{ text: "3 + 7 =10", score: 1.01, solvable: true }] };
  refused({ type: "reward-scores", pass: 1, chains: [beyond] }, /score/);
  refused({ type: "unheard" }, /unheard/);
  for (const value of [null, 3, "phase", []]) refused(value, /malformed/);
  assert.equal(isKnownEvent({ type: "call" }), false);
});
