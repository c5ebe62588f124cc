import assert from "node:assert/strict";
import { test } from "node:test";
import { agreementOf, disagrees } from "./agreement.ts";

test("one half is no yes, and what cannot be asked is not counted", () => {
  const steps = [
    { score: 0.5, solvable: true },
    { score: 0.51, solvable: true },
    { score: 0.2, solvable: false },
    { score: 1, solvable: null },
  ];
  assert.deepEqual(steps.map(disagrees), [true, false, false, false]);
  assert.deepEqual(agreementOf(steps), { steps: 3, agreeing: 2, constant: { answer: true, agreeing: 2 } });
  assert.equal(agreementOf(steps.slice(3)), null);
});
