/** What holds of the comparison of any answers: everything is itself, both directions say the same, and near misses are none. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { FAMILIES } from "../../scripts/check/near-misses/families.ts";
import { Rng } from "../../src/core/rng.ts";
import { judgeMath } from "../../src/verify/math/math-verifier.ts";

const PIECES = [
  "\\frac",
  "\\sqrt",
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  "^",
  "_",
  "1",
  "2.5",
  "x",
  "y",
  "\\pi",
  "e",
  "i",
  "+",
  "-",
  "*",
  "/",
  ",",
  "=",
  "<",
  "\\le",
  "\\cup",
  "\\infty",
  "\\pm",
  "%",
  "$",
  "\\text{cm}",
  "and",
  " ",
  "9^9^9",
  "!",
  "|",
  "\\begin{pmatrix}1\\end{pmatrix}",
  "\0",
  "\ud800",
];
const hostile = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 12 }).map((pieces) => pieces.join(""));
const anything = fc.oneof(
  hostile,
  fc.string({ unit: "grapheme", minLength: 1 }),
  fc.string({ unit: "binary", minLength: 1 }),
);

test("any text that is not blank is itself, and is so again", () => {
  fc.assert(
    fc.property(anything, (text) => {
      fc.pre(text.trim() !== "");
      assert.equal(judgeMath(text, text).status, "correct");
      assert.deepEqual(judgeMath(text, `${text} `), judgeMath(text, `${text} `));
    }),
    { numRuns: 500 },
  );
});

test("of any two texts it says the same in both directions", () => {
  fc.assert(
    fc.property(hostile, hostile, (a, b) => {
      // One line of the list is not symmetric: 0,5 is 0.5 only as an answer.
      fc.pre(!/\d,\d/.test(a + b) && a.trim() !== "" && b.trim() !== "");
      assert.equal(judgeMath(a, b).status, judgeMath(b, a).status, `${JSON.stringify(a)} and ${JSON.stringify(b)}`);
    }),
    { numRuns: 300 },
  );
});

describe("of every family", () => {
  for (const [name, family] of Object.entries(FAMILIES)) {
    test(`${name}: what is equal is so in both directions, a near miss in neither`, () => {
      for (let i = 0; i < 12; i++) {
        const { gold, same, near, means } = family(new Rng(31).split(name, i));
        if (name !== "units") {
          assert.equal(judgeMath(gold, same).status, "correct", `${gold} and ${same}`);
          assert.equal(judgeMath(same, gold).status, "correct", `${same} and ${gold}`);
        }
        // The change may have changed nothing, and two angles may have one sine: the check with mpmath tells these apart.
        if (means[0] === means[1] || name === "trigonometry") continue;
        assert.notEqual(judgeMath(gold, near).status, "correct", `${gold} and ${near}`);
        assert.notEqual(judgeMath(near, gold).status, "correct", `${near} and ${gold}`);
      }
    });
  }
});
