import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MullError } from "../../core/errors.ts";
import { parsePuzzle, problemOf, puzzleOf } from "./puzzle.ts";
import { Solver } from "./solver.ts";

const solver = new Solver();

test("a problem names its multiset, keeps its order, and carries its puzzle", () => {
  const problem = problemOf({ numbers: [3, 7, 8, 2], target: 24 });
  assert.deepEqual(problem, {
    id: "cd4:2,3,7,8=24",
    prompt: "3 7 8 2 = 24",
    data: { numbers: [3, 7, 8, 2], target: 24 },
    tags: { n: "4" },
  });
  assert.deepEqual(puzzleOf(JSON.parse(JSON.stringify(problem))), { numbers: [3, 7, 8, 2], target: 24 });
});

test("a problem that carries none has none", () => {
  for (const data of [
    undefined,
    null,
    {},
    { numbers: [3], target: 3 },
    { numbers: [3, 120], target: 24 },
    { numbers: "3 7", target: 24 },
  ]) {
    assert.equal(puzzleOf({ id: "x", prompt: "", data }), null);
  }
});

test("the ways people write a puzzle", () => {
  for (const text of ["3 7 8 2 = 24", "3,7,8,2=24", "3 7 8 2 -> 24", " 3, 7, 8, 2 => 24 ", "3;7;8;2 → 24"]) {
    assert.deepEqual(parsePuzzle(text, solver), { numbers: [3, 7, 8, 2], target: 24 }, text);
  }
  assert.deepEqual(parsePuzzle("1 2 3 4 5 = 15", solver).numbers, [1, 2, 3, 4, 5]);
});

test("every refusal says what was expected and what came", () => {
  const cases: [string, RegExp][] = [
    ["", /"" has 0 equals signs, expected one/],
    ["3 7 8 2 24", /0 equals signs/],
    ["3 = 7 = 8", /2 equals signs/],
    ["3 x 8 = 24", /holds "x", expected whole numbers only/],
    ["3.5 8 = 24", /holds "3.5"/],
    ["3 -7 = 24", /holds "-7"/],
    ["3 7 8 2 =", /has 0 targets/],
    ["3 7 8 = 24 25", /has 2 targets/],
    ["24 = 24", /has one number before the equals sign, expected 2 to 5/],
    ["1 2 3 4 5 6 = 21", /has 6 numbers/],
    ["3 0 8 = 24", /holds 0, expected numbers and a target from 1 to 99/],
    ["3 7 8 = 100", /holds 100/],
    ["3 99999999999999999999 = 24", /holds "99999999999999999999"/],
    ["1 ".repeat(200), /400 characters, expected at most 200/],
    ["1 1 1 1 = 24", /has no solution/],
  ];
  for (const [text, message] of cases) {
    assert.throws(
      () => parsePuzzle(text, solver),
      (error) => {
        assert.ok(error instanceof MullError && error.code === "input" && error.hint !== undefined, text);
        assert.match(error.message, message);
        return true;
      },
    );
  }
});

test("an unsolvable puzzle is answered with the nearest solvable one", () => {
  assert.throws(() => parsePuzzle("1 1 1 1 = 24", solver), { hint: /1 1 1 1 can make 4, 3, 2: try 1 1 1 1 = 4/ });
});

test("anything is read or refused, nothing else", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9 ,=]{1,20}$/)), (text) => {
      try {
        const { numbers, target } = parsePuzzle(text, solver);
        assert.ok(solver.solvable(numbers, target));
      } catch (error) {
        assert.ok(error instanceof MullError, String(error));
      }
    }),
  );
});
