/** Answers that are the same, and answers that are not: by family, and what is dangerous to confuse. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { judgeMath } from "./math-verifier.ts";

type Pairs = readonly (readonly [reference: string, answer: string])[];

const SAME: Readonly<Record<string, Pairs>> = {
  fractions: [
    ["\\frac12", "0.5"],
    ["2\\frac12", "2.5"],
    ["2 1/2", "\\frac52"],
    ["3/4", "\\frac{6}{8}"],
    ["\\frac{-1}{2}", "-\\dfrac{1}{2}"],
    ["0.\\overline{3}", "\\frac13"],
    ["0.3333333", "1/3"],
  ],
  "units, percent, separators": [
    ["50\\%", "0.5"],
    ["28\\%", "28"],
    ["28", "28 percent"],
    ["15\\text{ cm}^2", "15"],
    ["15\\text{ cm}", "15 cm"],
    ["90^\\circ", "90"],
    ["$1,234.50", "1234.5"],
    ["1{,}234", "1 234"],
    ["11111111100", "11,\\! 111,\\! 111,\\! 100"],
    ["1000.99", "1000,99"],
    ["12", "12 apples"],
  ],
  "sets, tuples, intervals": [
    ["\\{1,2\\}", "\\{2,1\\}"],
    ["1, 2", "2 \\text{ and } 1"],
    ["(1, \\frac{\\pi}{2})", "\\left( 1, \\pi/2 \\right)"],
    ["x>3", "(3,\\infty)"],
    ["[-2,7]", "-2\\le x\\le 7"],
    ["(-\\infty,1)\\cup(2,3]", "(2,3]\\cup(-\\infty,1)"],
    ["\\emptyset", "\\{\\}"],
    ["p=5,q=2;p=7,q=2", "(5,2),(7,2)"],
    ["1 \\pm \\sqrt2", "1+\\sqrt2, 1-\\sqrt2"],
    ["3:4", "3:4"],
  ],
  matrices: [
    ["\\begin{pmatrix}1\\\\2\\end{pmatrix}", "(1,2)"],
    ["\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\left[\\begin{array}{cc}1&2\\\\3&\\sqrt{16}\\end{array}\\right]"],
  ],
  "equations and inequalities": [
    ["x=3", "3"],
    ["3", "x=3"],
    ["2x+y=3", "y=3-2x"],
    ["x>3", "3<x"],
    ["x \\le 1", "-x >= -1"],
    ["k = \\frac13", "k = 2/6 = 1/3"],
  ],
  "closed forms": [
    ["\\sqrt8", "2\\sqrt2"],
    ["\\frac{1}{\\sqrt2}", "\\frac{\\sqrt2}{2}"],
    ["\\sqrt{3+2\\sqrt{2}}", "1+\\sqrt{2}"],
    ["\\sqrt[3]{-8}", "-2"],
    ["2^{1/2}", "\\sqrt 2"],
    ["i^2", "-1"],
    ["e^{i\\pi}", "-1"],
    ["\\sin 30^\\circ", "\\frac12"],
    ["\\frac{\\pi}{4}", "\\arctan 1"],
    ["\\log_2 8", "3"],
    ["\\ln e^2", "2"],
    ["5!", "120"],
    ["\\binom{5}{2}", "10"],
    ["|-3|", "3"],
    ["101_2", "5"],
    ["1.2\\times10^3", "1200"],
    ["3.14159265", "\\pi"],
    ["-\\infty", "-\\infty"],
  ],
  expressions: [
    ["(x+1)^2", "x^2+2x+1"],
    ["\\frac{x^2-1}{x-1}", "x+1"],
    ["\\cos(2x)", "1-2\\sin^2 x"],
    ["\\frac{a}{b}+\\frac{c}{d}", "\\frac{ad+bc}{bd}"],
    ["ab", "ba"],
    ["\\frac{1}{2}x", "x/2"],
    ["F_n = \\sum_{k=0}^{n-1} F_k F_{n-k-1}", "F_n = \\sum_{k=0}^{n-1} F_{n-k-1} F_k"],
  ],
  words: [
    ["\\text{Monday}", "monday"],
    ["\\text{(C)}", "C"],
    ["\\text{Even}", "even"],
  ],
};

const DIFFERENT: Readonly<Record<string, Pairs>> = {
  "rounded too far": [
    ["\\pi", "3.14"],
    ["\\frac13", "0.333"],
    ["1", "0.99999"],
    ["0.1", "0.10001"],
    ["1000000", "1000001.0"],
    ["\\frac23", "0.66666668"],
  ],
  "nearly the same": [
    ["10^{100}+1", "10^{100}"],
    ["\\sqrt{10^{200}+1}", "10^{100}"],
    ["e^{-1000}", "0"],
    ["262537412640768744", "e^{\\pi\\sqrt{163}}"],
    ["\\sin(10^{30})", "0"],
  ],
  "brackets and order": [
    ["[1,2)", "(1,2]"],
    ["\\{1,2\\}", "(1,2)"],
    ["(1,2),(3,4)", "(1,3),(2,4)"],
    ["1234", "(1,234)"],
    ["\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{pmatrix}1&3\\\\2&4\\end{pmatrix}"],
  ],
  "names, units, bases": [
    ["x=3", "y=3"],
    ["15\\text{ cm}", "15\\text{ m}"],
    ["5\\%", "0.5"],
    ["101_2", "101"],
    ["\\ln 2", "\\log 2"],
    ["A", "B"],
    ["3", "x"],
    ["12:00", "1:00"],
  ],
  "hedges and lists": [
    ["5", "not 5"],
    ["5", "5 or maybe 6"],
    ["3", "3 or 4"],
    ["\\pm 3", "3"],
    ["34", "3 4"],
    ["1,2", "1.2"],
    ["-2,1", "-2.1"],
    ["5", ""],
    ["", "5"],
  ],
  "branches and operators": [
    ["\\sqrt{x^2}", "x"],
    ["x+\\sqrt{y^2}", "x+y"],
    ["\\log(x^2)", "2\\log x"],
    ["\\sin^{-1}(x)", "\\frac{1}{\\sin x}"],
    ["x>3", "x\\ge3"],
    ["x>3", "x<3"],
    ["\\frac{1}{2x}", "\\frac{1}{2}x"],
    ["2x", "x^2"],
    ["a-b", "b-a"],
    ["1-\\frac1e", "1+\\frac1e"],
  ],
};

for (const [family, pairs] of Object.entries(SAME)) {
  describe(`the same: ${family}`, () => {
    for (const [reference, answer] of pairs) {
      test(`${reference} and ${answer}`, () => {
        const { status, reason } = judgeMath(reference, answer);
        assert.equal(status, "correct", reason);
      });
    }
  });
}

for (const [family, pairs] of Object.entries(DIFFERENT)) {
  describe(`not the same: ${family}`, () => {
    for (const [reference, answer] of pairs) {
      test(`${reference} and ${answer}`, () => {
        const { status, reason } = judgeMath(reference, answer);
        assert.equal(status, "wrong", reason);
      });
    }
  });
}

describe("what is beyond the bounds", () => {
  test("cannot be told apart, and is said so", () => {
    for (const [reference, answer] of [
      ["9^{9^9}", "9^{9^9}+1"],
      ["2^{10^9}", "2^{10^9}+1"],
      ["\\frac10", "\\infty"],
      ["700!^{700!}", "1"],
    ] as const) {
      assert.equal(judgeMath(reference, answer).status, "unscored", `${reference} and ${answer}`);
    }
  });

  test("equals itself however large it is", () => {
    for (const text of [
      "9^{9^{9^9}}",
      "x".repeat(5000),
      "{".repeat(500),
      "\\frac".repeat(100),
      "\\def\\a{\\a\\a}\\a",
    ]) {
      assert.equal(judgeMath(text, ` ${text} `).status, "correct", text.slice(0, 20));
    }
  });

  test("what is written as the same power in another way is the same", () => {
    assert.equal(judgeMath("9^{9^9}", "9^{9^{9}}").status, "correct");
  });
});
