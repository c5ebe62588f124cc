import assert from "node:assert/strict";
import { test } from "node:test";
import { agreementWords, judgedChains, momentWords, rowsOf } from "./judging.ts";

const CHAIN = {
  problem: "3 7 8 2 = 24",
  verdict: "wrong" as const,
  reason: "gave up",
  steps: [
    { text: "7 - 3 =4", score: 0.9, solvable: true },
    { text: " 8 + 2 =10", score: 0.8, solvable: false },
    { text: " back:1 8 - 2 =6", score: 0.45, solvable: true },
    { text: " give-up", score: 0.02, solvable: null },
  ],
};

test("each step stands in words with its score, the truth, and how the judge errs", () => {
  const rows = rowsOf(CHAIN, { target: "attempt" }).map(({ words, said, truth, error }) => [words, said, truth, error]);
  assert.deepEqual(rows, [
    ["7 − 3 = 4", "90%", "open", ""],
    ["8 + 2 = 10", "80%", "lost", "too hopeful"],
    ["go back to where 7 − 3 = 4, 8 − 2 = 6", "45%", "open", "too gloomy"],
    ["gives up", "2%", "", ""],
  ]);
});

test("a judge of what the writer comes to in the end does not err where it hopes on", () => {
  assert.ok(rowsOf(CHAIN, { target: "policy" }).every(({ error }) => error === ""));
  assert.match(agreementWords([CHAIN], { target: "policy" }), /said 68% .* could not 80%\. .* may hope where/);
});

test("says what it foresees where there is hope and where there is none, beside saying the same every time", () => {
  assert.match(
    agreementWords([CHAIN], { target: "attempt" }),
    new RegExp(
      "^Where the puzzle could still be solved the judge said 68% on average, where it could not 80%\\. " +
        "Take more than 50% as a “yes”: then it is right about 1 of these 3 steps\\. " +
        "Always saying “yes” would be right about 2\\. ",
    ),
  );
  const hopeless = { ...CHAIN, steps: CHAIN.steps.slice(1, 2) };
  assert.match(agreementWords([hopeless], { target: "attempt" }), /^Take more than 50%/);
  assert.equal(agreementWords([], { target: "attempt" }), "");
});

test("chains of a single step are not looked at, nor more than a page holds", () => {
  const short = { ...CHAIN, steps: CHAIN.steps.slice(0, 1) };
  const shown = judgedChains({
    type: "reward-scores",
    pass: 0,
    chains: [short, ...Array.from({ length: 9 }, () => CHAIN)],
  });
  assert.deepEqual(
    shown.map(({ steps }) => steps.length),
    [4, 4, 4, 4, 4, 4],
  );
  const lost = { ...CHAIN, steps: CHAIN.steps.map((step) => ({ ...step, solvable: false })) };
  const turning = judgedChains({ type: "reward-scores", pass: 0, chains: [lost, CHAIN] });
  assert.deepEqual(turning, [CHAIN, lost], "what can be learnt from comes first, whatever the scores");
});

test("a moment in words", () => {
  assert.equal(momentWords(0), "Before it learnt anything");
  assert.deepEqual(
    [1, 2, 3].map((pass) => momentWords(pass)),
    ["After reading its lessons once", "After reading its lessons twice", "After reading its lessons 3 times"],
  );
  assert.equal(momentWords(12, "steps"), "After step 12 of the training");
});
