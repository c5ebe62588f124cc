/** What each kind of verifier is tried on. */

import type { VerifierKind } from "../verifier-spec.ts";
import type { Subject } from "./trials.ts";

const declarations = "(declare-const x Int)";

export const SUBJECTS: Readonly<Record<VerifierKind, readonly Subject[]>> = {
  math: [
    {
      problem: {
        id: "half",
        prompt: "What is one half of \\boxed{1}? The answer is a fraction.",
        answer: "\\frac{1}{2}",
      },
      good: ["\\boxed{0.5}", "The answer is 1/2.", "\\frac{2}{4}", "50\\%"],
      bad: ["2", "\\boxed{0.499}", "-\\frac12", "1.2"],
    },
    {
      problem: { id: "roots", prompt: "Solve x^2 = 2.", answer: "x = \\pm\\sqrt{2}" },
      good: ["\\boxed{\\sqrt 2, -\\sqrt 2}", "\\pm 2^{1/2}"],
      bad: ["\\pm 2", "\\sqrt 2", "1.4142"],
    },
    {
      problem: { id: "interval", prompt: "Where is x above 3?", answer: "(3, \\infty)" },
      good: ["x > 3", "(3,\\infty)"],
      bad: ["[3, \\infty)", "x < 3", "3"],
    },
    {
      problem: { id: "five", prompt: "What is 2 + 3?", answer: "5" },
      good: ["5", "So 2 + 3 = 5.", "#### 5"],
      bad: ["6", "55", "5x"],
    },
  ],
  exact: [
    {
      problem: { id: "capital", prompt: "Capital of France?", answer: "Paris" },
      good: ["Paris", " Paris\n"],
      bad: ["Lyon", "Paris, Texas"],
    },
  ],
  choice: [
    {
      problem: {
        id: "capital",
        prompt: "Capital of France? (A) London (B) Paris (C) Rome",
        data: { options: ["London", "Paris", "Rome"], correct: "B" },
      },
      good: ["B", "The answer is (B).", "\\boxed{\\text{B}}", "Paris"],
      bad: ["A", "The answer is Rome.", "B and C"],
    },
  ],
  code: [
    {
      problem: {
        id: "double",
        prompt: "Write a function f that doubles a number.",
        data: {
          language: "javascript",
          entry: "f",
          tests: {
            kind: "calls",
            cases: [
              { args: [2], expected: 4 },
              { args: [3], expected: 6 },
            ],
          },
        },
      },
      good: ["function f(x) { return 2 * x; }", "```js\nconst f = (x) => x + x;\n```"],
      bad: [
        "function f(x) { return 4; }",
        "function f(x) { process.exit(0); }",
        "function f(x) { return { valueOf: () => 4 }; }",
        "function f() {",
      ],
    },
  ],
  smt: [
    {
      problem: { id: "positive", prompt: "Say that x is above 0.", answer: "(> x 0)", data: { declarations } },
      good: ["(>= x 1)", "(assert (not (<= x 0)))"],
      bad: ["(>= x 0)", "true", "false", "(exit)", "(> y 0)"],
    },
  ],
};
