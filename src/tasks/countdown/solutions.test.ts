import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { problemOf } from "./puzzle.ts";
import { trainingPuzzles } from "./puzzles.ts";
import { asEnded, directAnswer, firstAttempt, shortestChain } from "./solutions.ts";
import { Solver } from "./solver.ts";
import { judge } from "./verifier.ts";

test("a shortest chain is right and holds nothing but its operations", () => {
  const solver = new Solver();
  const drawn = new Set<string>();
  for (const puzzle of trainingPuzzles(new Rng(1), solver).take(50)) {
    const problem = problemOf(puzzle);
    const chain = shortestChain(problem, solver, new Rng(2)) as string;
    assert.equal(judge(problem, chain).status, "correct");
    assert.equal(chain.split(" ").length, 4 * (puzzle.numbers.length - 1) + 1);
  }
  const problem = problemOf({ numbers: [3, 7, 8, 2], target: 24 });
  for (let seed = 0; seed < 20; seed++) drawn.add(shortestChain(problem, solver, new Rng(seed)) as string);
  assert.ok(drawn.size > 3);
  assert.equal(shortestChain(problemOf({ numbers: [1, 1], target: 90 }), solver, new Rng(1)), null);
  assert.equal(shortestChain({ id: "poem", prompt: "Write." }, solver, new Rng(1)), null);
});

test("a direct answer is the live path at `solved`, whatever was tried before", () => {
  const problem = problemOf({ numbers: [3, 7, 8, 2], target: 24 });
  const chain = "7 - 3 =4 8 + 2 =10 10 + 4 =14 back:1 8 - 2 =6 4 * 6 =24 solved";
  assert.equal(directAnswer(problem, chain), "7 - 3 =4 8 - 2 =6 4 * 6 =24 solved");
  assert.equal(directAnswer(problem, "7 - 3 =4 give-up"), null);
  assert.equal(directAnswer(problem, "7 - 3 =4 8 - 2 =6 4 * 6 =24"), null);
  assert.equal(directAnswer({ id: "poem", prompt: "Write." }, chain), null);
});

test("the first attempt ends where a chain goes back or gives up", () => {
  const problem = problemOf({ numbers: [8, 3], target: 24 });
  assert.equal(firstAttempt(problem, "8 + 3 =11 back:0 8 - 3 =5 give-up"), "8 + 3 =11");
  assert.equal(firstAttempt(problem, "8 + 3 =11 give-up"), "8 + 3 =11");
  assert.equal(firstAttempt(problem, "8 * 3 =24 solved"), "8 * 3 =24 solved");
  assert.equal(firstAttempt(problem, "give-up"), "");
});

test("a first attempt that reached the target is right where it is ended, and wrong where it did not", () => {
  const problem = problemOf({ numbers: [3, 7, 2], target: 20 });
  const statusOf = (chain: string): string => judge(problem, asEnded(firstAttempt(problem, chain))).status;
  assert.equal(statusOf("3 + 7 =10 10 * 2 =20 back:0 3 + 7 =10 10 * 2 =20 solved"), "correct");
  assert.equal(statusOf("3 + 7 =10 10 - 2 =8 back:1 10 * 2 =20 solved"), "wrong");
  assert.equal(statusOf("3 + 7 =10 give-up"), "wrong");
  assert.equal(statusOf("give-up"), "wrong");
});
