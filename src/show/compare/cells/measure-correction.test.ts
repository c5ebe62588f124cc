import assert from "node:assert/strict";
import { test } from "node:test";
import type { Completion } from "../../../core/completion.ts";
import { problemOf } from "../../../tasks/countdown/puzzle.ts";
import { type SampledChain, tallyBehaviours } from "../../job/measuring.ts";
import { correctionsOf, recoveryOf } from "./measure-correction.ts";

const EASY = problemOf({ numbers: [8, 3], target: 24 });
const HARD = problemOf({ numbers: [3, 7, 2], target: 20 });

function chain(problem: typeof EASY, text: string): SampledChain {
  const completionTokens = text.split(" ").length;
  const completion: Completion = { text, finish: "end", usage: { promptTokens: 4, completionTokens } };
  return { problem, completion };
}

const CHAINS = [
  chain(EASY, "8 * 3 =24 solved"),
  chain(EASY, "8 + 3 =11 back:0 8 * 3 =24 solved"), // missed, then right: 10 tokens
  chain(HARD, "3 + 7 =10 10 + 2 =12 back:1 10 * 2 =20 solved"), // missed, then right: 14 tokens
  chain(HARD, "3 + 7 =10 10 + 2 =12 solved"), // missed, and said to be right: 9 tokens
  chain(HARD, "3 + 7 =10 back:0 3 * 7 =21 give-up"), // nothing completed
];

test("first misses and what became of them, puzzle by puzzle", () => {
  assert.deepEqual(recoveryOf(CHAINS), { attempted: [2, 2], missed: [1, 2], recovered: [1, 1], tokens: [10, 23] });
});

test("operations and behaviours, puzzle by puzzle", () => {
  const { operations, counts } = correctionsOf(tallyBehaviours(CHAINS));
  assert.deepEqual(operations, [3, 7]);
  assert.deepEqual(counts.backtracking, [1, 2]);
  assert.deepEqual(counts["early abandonment"], [0, 1]);
  assert.deepEqual(
    [counts["error correction"], counts.verification],
    [
      [0, 0],
      [0, 0],
    ],
  );
});
