import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseRollouts } from "./rollouts.ts";

describe("a record of rollouts", () => {
  test("in Mull's own shape", () => {
    const { problem, chains } = parseRollouts(
      {
        id: 7,
        problem: "1 + 1?",
        answer: 2,
        completions: [
          { text: "two", tokens: 3, scores: [0.5] },
          { text: "", tokens: 0 },
        ],
      },
      "line 1",
    );
    assert.deepEqual(problem, { id: "7", prompt: "1 + 1?", answer: "2" });
    assert.deepEqual(chains, [
      { text: "two", tokens: 3, scores: [0.5] },
      { text: "", tokens: null, scores: [] }, // nobody counted
    ]);
  });

  test("in search-and-learn's", () => {
    const { problem, chains } = parseRollouts(
      {
        ...{ unique_id: "test/1.json", problem: "1 + 1?", answer: "2", completions: ["two", "three"] },
        ...{ completion_tokens: [0, 9], scores: [[0.5, 0.25], [0.125]], "pred_naive@1": "2" },
      },
      "line 1",
    );
    assert.equal(problem.id, "test/1.json");
    assert.deepEqual(chains, [
      { text: "two", tokens: null, scores: [0.5, 0.25] },
      { text: "three", tokens: 9, scores: [0.125] },
    ]);
  });

  test("without an id is called by its place", () => {
    assert.equal(parseRollouts({ answer: "2", completions: ["2"] }, "line 4").problem.id, "line 4");
  });

  for (const [what, record, message] of [
    ["no object", 3, /line 1: .*object/],
    ["no answer", { completions: ["a"] }, /line 1: answer: /],
    ["no chain", { answer: "1", completions: [] }, /line 1: completions: /],
    ["a chain without text", { answer: "1", completions: [{ tokens: 1 }] }, /line 1: completions\.0\.text: /],
    ["a score that is no number", { answer: "1", completions: ["a"], scores: [["good"]] }, /line 1: scores\.0\.0: /],
  ] as const) {
    test(`with ${what} is refused`, () => {
      assert.throws(() => parseRollouts(record, "line 1"), { code: "input", message });
    });
  }
});
