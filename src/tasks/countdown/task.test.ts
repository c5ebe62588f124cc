import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { puzzleOf } from "./puzzle.ts";
import { splitOf } from "./splits.ts";
import { CountdownTask } from "./task.ts";

const task = new CountdownTask();

test("each split yields its own solvable problems", () => {
  for (const split of task.splits) {
    for (const problem of task.problems(split, new Rng(1)).take(300)) {
      const puzzle = puzzleOf(problem);
      assert.ok(puzzle !== null);
      assert.equal(splitOf(puzzle.numbers, puzzle.target), split);
      assert.ok(task.solver.solvable(puzzle.numbers, puzzle.target));
      assert.equal(problem.tags?.n, String(puzzle.numbers.length));
    }
  }
});

test("numbers are 1 to 20 and targets 10 to 99, all of them met", () => {
  const numbers = new Set<number>();
  const targets = new Set<number>();
  for (const problem of task.problems("train", new Rng(2)).take(5000)) {
    const puzzle = puzzleOf(problem);
    for (const value of puzzle?.numbers ?? []) numbers.add(value);
    targets.add(puzzle?.target ?? 0);
  }
  assert.deepEqual([Math.min(...numbers), Math.max(...numbers), numbers.size], [1, 20, 20]);
  assert.equal(targets.size, 80); // ninety, less the ten that are held out
  assert.ok(Math.min(...targets) >= 10 && Math.max(...targets) <= 99);
});

test("held-out problems are distinct, the prompt's order drawn by the seed", () => {
  const some = (seed: number) => task.problems("heldout", new Rng(seed)).take(800).toArray();
  const problems = some(1);
  assert.equal(new Set(problems.map(({ id }) => id)).size, 800);
  assert.equal(problems.filter(({ tags }) => tags?.n === "3").length, 400);
  assert.deepEqual(some(1), problems);
  assert.notDeepEqual(some(2), problems);
  assert.ok(
    problems.some(
      ({ prompt }) => !/^(\d+) .*=/.test(prompt) || Number(prompt.split(" ")[0]) > Number(prompt.split(" ")[1]),
    ),
  );
});

test("an unknown split is refused at once, with those that exist", () => {
  assert.throws(() => task.problems("test", new Rng(1)), {
    code: "input",
    message: 'countdown has no split "test", expected train, heldout, unseen-targets',
  });
});

test("other sizes", () => {
  const four = new CountdownTask({ sizes: { 4: 1 } });
  for (const { tags } of four.problems("train", new Rng(1)).take(50)) assert.equal(tags?.n, "4");
});
