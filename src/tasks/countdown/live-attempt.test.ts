import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { liveAttempt, toLastOperation } from "./live-attempt.ts";
import { problemOf } from "./puzzle.ts";
import { solvabilityOf } from "./solvability.ts";
import { Solver } from "./solver.ts";

const problem = problemOf({ numbers: [8, 3, 2], target: 22 });

describe("the live attempt", () => {
  test("is what was not undone, with its faults", () => {
    assert.equal(liveAttempt(problem, "8 + 3 =11 11 + 2 =13 back:0 8 * 3 =23"), "8 * 3 =23");
    assert.equal(liveAttempt(problem, "8 + 3 =11 11 + 2 =13 back:1 11 * 2 =22"), "8 + 3 =11 11 * 2 =22");
    assert.equal(liveAttempt(problem, "8 + 3 =11"), "8 + 3 =11");
  });

  test("a chain that is at no operation, or cannot be read, is left as it is", () => {
    for (const chain of ["", "8 + 3 =11 back:0", "8 + 3 =11 give-up", "8 + 3 =11 back:0 8 8 3", "8 +"]) {
      assert.equal(liveAttempt(problem, chain), chain);
    }
  });

  test("has the truth of the whole chain", () => {
    const solver = new Solver();
    for (const chain of ["8 + 3 =11 back:0 8 * 3 =24", "8 + 3 =12 back:0 8 + 3 =11 11 + 2 =13 back:1 11 * 3 =33"]) {
      const [truth] = solvabilityOf(problem, [chain], solver);
      assert.deepEqual(solvabilityOf(problem, [liveAttempt(problem, chain)], solver), [truth]);
    }
  });
});

test("a chain is read to its last operation", () => {
  assert.equal(toLastOperation("8 + 3 =11 11 * 2 =22 solved"), "8 + 3 =11 11 * 2 =22");
  assert.equal(toLastOperation("8 + 3 = 11 back:0 8 *"), "8 + 3 = 11");
  assert.equal(toLastOperation("back:0"), "");
});
