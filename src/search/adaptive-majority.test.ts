import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Model, StrategyContext } from "../core/interfaces.ts";
import { Rng } from "../core/rng.ts";
import { unscored } from "../core/verdict.ts";
import { adaptiveMajority, beliefInLeader } from "./adaptive-majority.ts";
import { majority } from "./majority.ts";

const problem = { id: "p", prompt: "?" };

/** Answers in this order, whatever is asked; a dash is no answer. */
function answering(answers: string): { readonly context: StrategyContext; readonly rounds: number[] } {
  const rounds: number[] = [];
  let next = 0;
  const model: Model = {
    name: "answering",
    sample: async (requests) => {
      rounds.push(requests.length);
      return requests.map(() => {
        return { text: answers[next++] as string, finish: "end", usage: { promptTokens: 1, completionTokens: 1 } };
      });
    },
  };
  const extract = (_: unknown, text: string): string | null => (text === "-" ? null : text);
  const verifier = { name: "none", verify: async () => unscored("nobody asks") };
  return { context: { model, verifier, extract, budget: { maxTokens: 1000 }, rng: new Rng(1) }, rounds };
}

describe("it stops", () => {
  for (const [answers, n, batch, asked, answer] of [
    ["aaaa....", 8, 4, [4], "a"], // four can draw level at most, and came later
    ["aaab....", 8, 4, [4, 4], "."],
    ["baaa----", 8, 1, [1, 1, 1, 1, 1, 1, 1], "a"], // the runner-up spoke first: a tie is lost
    ["--------", 8, 4, [4, 4], null],
    ["abababab", 8, 4, [4, 4], "a"],
  ] as const) {
    test(`when the leader of ${answers} cannot be caught any more`, async () => {
      const { context, rounds } = answering(answers);
      const found = await adaptiveMajority({ n, batch }).solve(problem, context);
      assert.deepEqual([rounds, found.answer], [asked, answer]);
      assert.equal(
        found.usage.calls,
        rounds.reduce((a, b) => a + b, 0),
      );
    });
  }

  test("when the leader is believed in", async () => {
    for (const [answers, confidence, calls] of [
      ["aaaaaaaa", 0.95, 4], // 1 - 2^-5 = .969
      ["aaaaaaaa", 0.9, 3], // 1 - 2^-4 = .9375
      ["abaaaaaa", 0.9, 6], // four to one are believed .891, five to one .9375
    ] as const) {
      const { context } = answering(answers);
      const { usage } = await adaptiveMajority({ n: 8, batch: 1, confidence }).solve(problem, context);
      assert.equal(usage.calls, calls, answers);
    }
  });
});

test("without a confidence it answers what majority answers, whatever the chains say", async () => {
  const chains = fc.array(fc.constantFrom("a", "b", "c", "-"), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(chains, fc.integer({ min: 1, max: 5 }), async (letters, batch) => {
      const [n, answers] = [letters.length, letters.join("")];
      const all = await majority({ n }).solve(problem, answering(answers).context);
      const early = await adaptiveMajority({ n, batch }).solve(problem, answering(answers).context);
      assert.equal(early.answer, all.answer);
      assert.ok(early.usage.calls <= all.usage.calls);
    }),
  );
});

test("belief is the posterior's tail: symmetric, rising with votes, and right against numerical integration", () => {
  for (const [v1, v2] of [
    [0, 0],
    [3, 0],
    [5, 2],
    [2, 5],
    [40, 31],
  ] as const) {
    let [above, whole] = [0, 0];
    for (let i = 0; i < 200_000; i++) {
      const share = (i + 0.5) / 200_000;
      const density = Math.exp(v1 * Math.log(share) + v2 * Math.log1p(-share));
      whole += density;
      if (share > 0.5) above += density;
    }
    assert.ok(Math.abs(beliefInLeader(v1, v2) - above / whole) < 1e-6, `${v1} to ${v2}`);
    assert.ok(Math.abs(beliefInLeader(v1, v2) + beliefInLeader(v2, v1) - 1) < 1e-12);
  }
});

test("options that make no sense are refused", () => {
  for (const options of [{ batch: 0 }, { batch: 1.5 }, { confidence: 0.5 }, { confidence: 1 }]) {
    assert.throws(() => adaptiveMajority({ n: 4, ...options }), { code: "input" });
  }
});
