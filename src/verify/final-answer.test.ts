import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { canonicalAnswer } from "./canonical-answer.ts";
import { finalAnswer } from "./final-answer.ts";
import { extractFinalAnswer } from "./final-answer-verifier.ts";

describe("where a chain states its answer", () => {
  for (const [text, answer] of [
    ["first \\boxed{3}, no, \\boxed{4}", "4"],
    ["\\boxed{\\frac{1}{\\sqrt{2}}} is it", "\\frac{1}{\\sqrt{2}}"],
    ["\\boxed{ \\left\\{ 1, 2 \\right\\} }", "\\left\\{ 1, 2 \\right\\}"],
    ["\\fbox{9}", "9"],
    ["\\boxed 7 is it", "7"],
    ["\\boxed{5} and then \\boxed{6", "5"], // the last one was cut off
    ["\\boxed{}, so 8", "8"],
    ["3 * 4 = <<3*4=12>>12\n#### 12", "12"],
    ["#### 1,234 \nThat is all.", "1,234"],
    ["The answer is $x = 3$. I hope it is correct.", "x = 3"],
    ["so the final answer is: 2.5. Done", "2.5"],
    ["The answer is 12.\nBut 13 is close.", "12"],
    ["It took 3 hours, so 1,024 in all.", "1,024"],
    ["minus -3.5", "-3.5"],
    ["nothing to see", null],
    ["", null],
  ] as const) {
    test(JSON.stringify(text), () => assert.equal(finalAnswer(text), answer));
  }

  test("any text is read without an error, and no answer is empty", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("\\boxed", "{", "}", "#### ", "answer is ", "7", "$", "\\", "\n", " x")),
        (parts) => {
          const found = extractFinalAnswer(parts.join(""));
          assert.notEqual(found, "");
        },
      ),
    );
  });
});

describe("answers that are one", () => {
  for (const [a, b] of [
    ["\\frac12", "1/2"],
    ["\\dfrac{2}{4}", "0.5"],
    ["-\\frac{3}{6}", "-.5"],
    ["\\frac{-1}{2}", "\\frac{1}{-2}"],
    ["7.0", "7"],
    ["1,234,567", "1234567"],
    ["\\$5", "5"],
    ["50\\%", "50"],
    ["90^\\circ", "90^{\\circ}"],
    ["x = 5", "5"],
    ["f(x)=2x", "2x"],
    ["\\left( 3, \\frac{\\pi}{2} \\right)", "(3,\\frac{\\pi}{2})"],
    ["(0.5, 1)", "(\\frac{1}{2},1.0)"],
    ["\\text{Evelyn}", "evelyn"],
    ["\\text{(A)}", "A"],
    ["11\\sqrt2", "11\\sqrt{2}"],
    ["x^{2}", "x^2"],
    ["12 \\text{ cm}", "12"],
    ["6 - 5i", "6-5i"],
  ] as const) {
    test(`${a} and ${b}`, () => assert.equal(canonicalAnswer(a), canonicalAnswer(b)));
  }
});

describe("answers that are not", () => {
  for (const [a, b] of [
    ["1,-2", "1"],
    ["(1,234)", "(1234)"],
    ["a", "A"],
    ["52_8", "52"],
    ["(0,1)", "[0,1]"],
    ["\\frac{1}{0}", "0"],
    ["2\\pi", "2"],
  ] as const) {
    test(`${a} and ${b}`, () => assert.notEqual(canonicalAnswer(a), canonicalAnswer(b)));
  }

  test("a canonical form is its own", () => {
    const piece = fc.constantFrom(
      "1",
      "20",
      ",",
      ".",
      "\\frac",
      "{",
      "}",
      "(",
      ")",
      "x",
      "=",
      "^",
      "-",
      "/",
      " ",
      "\\text{cm}",
    );
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 999 }), fc.array(piece), (p, q, parts) => {
        const quotient = canonicalAnswer(`${p}/${q}`);
        assert.equal(canonicalAnswer(quotient), quotient);
        canonicalAnswer(parts.join("")); // anything is read
      }),
    );
  });
});
