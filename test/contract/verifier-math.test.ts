/** The mathematics verifier, through the one contract. */

import { MathVerifier } from "../../src/verify/math/math-verifier.ts";
import { verifierContract } from "./verifier.ts";

const half = { id: "half", prompt: "What is a half of one?", answer: "\\frac{1}{2}" };

verifierContract("math", () => new MathVerifier(), [
  {
    problem: half,
    completion: "So it is \\boxed{\\frac{\\sqrt{4}}{4}}.",
    status: "correct",
    reason: /the same number/,
  },
  { problem: half, completion: "The answer is $x = 2^{-1}$.", status: "correct" },
  { problem: half, completion: "0.5", status: "correct" },
  { problem: { ...half, answer: "1 + 1 = 2\n#### 2" }, completion: "#### \\sqrt4", status: "correct" },
  {
    problem: { ...half, answer: "1, 2" },
    completion: "\\boxed{2} and \\boxed{1}",
    status: "correct",
    reason: /the same members/,
  },
  { problem: half, completion: "\\boxed{0.49}", status: "wrong", reason: /0\.49 is not/ },
  { problem: half, completion: "I do not know.", status: "wrong" },
  { problem: half, completion: "", status: "wrong", reason: /states no answer/ },
  { problem: { id: "poem", prompt: "Write a poem." }, completion: "\\boxed{1}", status: "unscored" },
  {
    problem: { ...half, answer: "9^{9^9}" },
    completion: "\\boxed{9^{9^9}+1}",
    status: "unscored",
    reason: /too (?:many digits|much work)/,
  },
]);
