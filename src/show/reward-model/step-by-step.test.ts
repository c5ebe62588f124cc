import assert from "node:assert/strict";
import { test } from "node:test";
import { stepByStep } from "./step-by-step.ts";

test("each step stands with its score, the truth, and a mark where they disagree", () => {
  const steps = [
    { text: "7 - 3 =4", score: 0.9, solvable: true },
    { text: "8 + 2 =10", score: 0.8, solvable: false },
    { text: "back:0 3 + 7 =10", score: 0.3, solvable: false },
    { text: "<b>", score: 0.2, solvable: null },
  ];
  const page = stepByStep([{ prompt: "3 7 8 2 = 24", steps }])?.text ?? "";
  const rows = [...page.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    (row as string).split(/<[^>]+>/).filter((words) => words.trim() !== ""),
  );
  assert.deepEqual(rows.slice(1), [
    ["7 − 3 = 4", "90%", "yes"],
    ["8 + 2 = 10", "80%", "no", "✗"],
    ["go back to the start, 3 + 7 = 10", "30%", "no"],
    ["&lt;b&gt;", "20%", "–"],
  ]);
  assert.match(page, /agree with the solver after 2 of these 3 steps; to say the same each time would agree after 2\./);
  assert.equal(stepByStep([{ prompt: "3 7 8 2 = 24", steps: steps.slice(0, 1) }]), null);
});
