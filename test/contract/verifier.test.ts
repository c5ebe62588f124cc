/** Every verifier, through the one contract. */

import { problemOf } from "../../src/tasks/countdown/puzzle.ts";
import { CountdownVerifier } from "../../src/tasks/countdown/verifier.ts";
import { ExactVerifier } from "../../src/verify/exact.ts";
import { FinalAnswerVerifier } from "../../src/verify/final-answer-verifier.ts";
import { verifierContract } from "./verifier.ts";

const puzzle = problemOf({ numbers: [3, 7, 8, 2], target: 24 });
const pointless = { id: "poem", prompt: "Write a poem." };

verifierContract("countdown", () => new CountdownVerifier(), [
  { problem: puzzle, completion: "7 - 3 =4 8 - 2 =6 6 * 4 =24 solved", status: "correct", reason: /reaches 24/ },
  { problem: puzzle, completion: "3 + 7 =11 back:0 7 - 3 =4 8 - 2 =6 6 * 4 =24 solved", status: "correct" },
  { problem: puzzle, completion: "(8 - 2) * (7 - 3) = 24", status: "correct" },
  {
    problem: puzzle,
    completion: "8 - 2 =6 7 * 3 =22 22 + 6 =28 solved",
    status: "wrong",
    reason: /7 \* 3 is 21, not 22/,
  },
  { problem: puzzle, completion: "7 * 7 - 8 - 3", status: "wrong", reason: /number 7 used twice/ },
  { problem: puzzle, completion: "3 + 7 =10 give-up", status: "wrong", reason: /gave up after 1 attempt/ },
  { problem: puzzle, completion: "", status: "wrong", reason: /ran out/ },
  { problem: pointless, completion: "3 + 7 =10 solved", status: "unscored" },
]);

verifierContract("exact", () => new ExactVerifier(), [
  {
    problem: { id: "capital", prompt: "Capital of France?", answer: "Paris" },
    completion: " Paris\n",
    status: "correct",
  },
  { problem: { id: "line", prompt: "?", answer: "two\twords" }, completion: "two  words", status: "correct" },
  { problem: { id: "accent", prompt: "?", answer: "caf\u00e9" }, completion: "cafe\u0301", status: "correct" },
  {
    problem: { id: "case", prompt: "?", answer: "Paris" },
    completion: "paris",
    status: "wrong",
    reason: /is "paris", expected "Paris"/,
  },
  { problem: { id: "none", prompt: "?", answer: "Paris" }, completion: "", status: "wrong", reason: /is empty/ },
  { problem: pointless, completion: "Roses are red", status: "unscored", reason: /no reference answer/ },
]);

verifierContract("exact, case ignored", () => new ExactVerifier({ ignoreCase: true }), [
  { problem: { id: "case", prompt: "?", answer: "Paris" }, completion: "PARIS", status: "correct" },
  { problem: { id: "case", prompt: "?", answer: "Paris" }, completion: "Lyon", status: "wrong" },
  { problem: pointless, completion: "x", status: "unscored" },
]);

const half = { id: "half", prompt: "What is a half of one?", answer: "\\frac{1}{2}" };

verifierContract("final answer", () => new FinalAnswerVerifier(), [
  { problem: half, completion: "So it is \\boxed{0.5}.", status: "correct", reason: /answers 1\/2/ },
  { problem: half, completion: "The answer is $x = \\dfrac{2}{4}$.", status: "correct" },
  { problem: { ...half, answer: "1 + 1 = 2\n#### 2" }, completion: "#### 2", status: "correct" },
  { problem: half, completion: "\\boxed{2}", status: "wrong", reason: /answers 2, expected 1\/2/ },
  { problem: half, completion: "I do not know.", status: "wrong", reason: /states no answer/ },
  { problem: pointless, completion: "\\boxed{1}", status: "unscored" },
]);
