import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { corpus } from "./corpus.ts";
import { problemOf } from "./puzzle.ts";
import { beginsAttempt, solvabilityOf, stepsOf } from "./solvability.ts";
import { Solver } from "./solver.ts";
import { judge } from "./verifier.ts";

const solver = new Solver();
const problem = problemOf({ numbers: [3, 7, 8, 2], target: 24 });

test("steps are operations with what stands before them, and together they are the chain", () => {
  const chain = "7 - 3 =4 8 + 2 =10 back:1 8 - 2 =6 4 * 6 =24 solved";
  const steps = stepsOf(chain);
  assert.deepEqual(steps, ["7 - 3 =4", " 8 + 2 =10", " back:1 8 - 2 =6", " 4 * 6 =24", " solved"]);
  assert.deepEqual(steps.map(beginsAttempt), [false, false, true, false, false]);
  for (const text of ["", "give-up", "7 - 3 =4 8 +", "7 - 3 = 4 8 + 2 = 10", "= 7 =", "7 - 3 =4 back:0"]) {
    assert.equal(stepsOf(text).join(""), text);
  }
  assert.deepEqual(stepsOf("7 - 3 = 14 1"), ["7 - 3 = 14", " 1"]);
});

test("the truth is the solver's, of the live numbers; a fault spoils an attempt until it is undone", () => {
  const steps = stepsOf("7 - 3 =4 8 + 2 =10 back:1 8 - 2 =6 4 * 6 =24 back:0 8 - 2 =5 back:0 8 - 2 =6 give-up");
  const truths = solvabilityOf(problem, steps, solver);
  assert.deepEqual(
    truths.map((truth) => (truth === null ? null : [truth.solvable, truth.left])),
    [[true, 3], [false, 2], [true, 2], [true, 1], [false, 3], [true, 3], null],
  );
  assert.deepEqual(solvabilityOf(problem, stepsOf("7 - 3 =4 8 + poem"), solver), [{ solvable: true, left: 3 }, null]);
  assert.deepEqual(solvabilityOf({ id: "poem", prompt: "Write." }, ["1 + 1 =2"], solver), [null]);
});

test("what the solver goes on with from a solvable state is accepted, and a complete attempt is solvable where it is right", () => {
  let checked = 0;
  for (const { text, problem: posed } of corpus(new Rng(1)).take(200)) {
    if (posed === null) continue;
    const steps = stepsOf(text.slice(posed.prompt.length + 1));
    for (const [s, truth] of solvabilityOf(posed, steps, solver).entries()) {
      if (truth?.left !== 1) continue;
      const verdict = judge(posed, `${steps.slice(0, s + 1).join("")} solved`);
      assert.equal(verdict.status === "correct", truth.solvable, steps.slice(0, s + 1).join(""));
      checked++;
    }
  }
  assert.ok(checked > 200, `${checked}`);
});
