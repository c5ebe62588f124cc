import assert from "node:assert/strict";
import { test } from "node:test";
import { diversityOf, warningsOf } from "./collapse.ts";

test("problems that nothing solved count for nothing, and where there is nothing, nothing is said", () => {
  const none = { texts: [], answers: [] };
  assert.deepEqual(diversityOf([none], []), { distinctChains: null, answersPerProblem: null, entropy: null });
  const one = { texts: ["a", "b"], answers: ["x", null] };
  assert.deepEqual(diversityOf([none, one], [-0.5]), { distinctChains: 1, answersPerProblem: 1, entropy: 0.5 });
});

test("a model that says the same everywhere is warned about, one that only learnt is not", () => {
  const first = { distinctChains: 1, answersPerProblem: 2, entropy: 0.6 };
  assert.deepEqual(warningsOf(first, { distinctChains: 0.5, answersPerProblem: 1, entropy: 0.3 }), []);
  const fallen = warningsOf(first, { distinctChains: 0.1, answersPerProblem: 0.9, entropy: 0.1 });
  assert.deepEqual(
    fallen.map((text) => /^(.*) fell to/.exec(text)?.[1]),
    ["distinct chains among the right ones", "distinct answers a solved problem", "the policy's entropy"],
  );
  assert.deepEqual(warningsOf(first, { distinctChains: null, answersPerProblem: null, entropy: null }), []);
});
