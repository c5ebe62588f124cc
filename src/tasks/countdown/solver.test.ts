import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Rng } from "../../core/rng.ts";
import { evaluate, forbidden, OPERATORS } from "./rules.ts";
import { Solver } from "./solver.ts";

const solver = new Solver();

/** Every value that all of `numbers` make, by trying every ordered pair, without a memo or a table. */
function bruteForce(numbers: readonly number[]): Set<number> {
  if (numbers.length === 1) return new Set(numbers);
  const reached = new Set<number>();
  for (let i = 0; i < numbers.length; i++) {
    for (let j = 0; j < numbers.length; j++) {
      if (i === j) continue;
      const rest = numbers.filter((_, k) => k !== i && k !== j);
      for (const op of OPERATORS) {
        const [x, y] = [numbers[i] as number, numbers[j] as number];
        if (forbidden(x, op, y) !== null) continue;
        for (const value of bruteForce([...rest, evaluate(x, op, y) as number])) reached.add(value);
      }
    }
  }
  return reached;
}

test("reachable targets are those that brute force finds", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 }), (numbers) => {
      assert.deepEqual(new Set(solver.targets(numbers)), bruteForce(numbers));
    }),
    { numRuns: 60 },
  );
});

test("worked by hand", () => {
  assert.deepEqual(solver.targets([8, 2]), [4, 6, 10, 16]);
  assert.ok(solver.solvable([3, 7, 8, 2], 24)); // (7 - 3) * (8 - 2)
  assert.ok(!solver.solvable([1, 1, 1, 1], 24));
  assert.ok(!solver.solvable([3, 3, 8, 8], 24)); // 8 / (3 - 8/3) needs a fraction
  assert.ok(solver.solvable([5], 5) && !solver.solvable([5], 6));
  assert.ok(!solver.solvable([50, 50], 100));
});

test("the number of solutions, as sequences of operations", () => {
  assert.equal(solver.countSolutions([8, 3], 24), 1);
  assert.equal(solver.countSolutions([2, 2], 4), 2); // 2 + 2 and 2 * 2
  // Adding in three orders; 2 * 1, 2 / 1, 3 * 1 or 3 / 1 first and then 3 * 2; 3 * 2 first and then 6 * 1 or 6 / 1.
  assert.equal(solver.countSolutions([1, 2, 3], 6), 9);
  assert.equal(solver.countSolutions([1, 1, 1, 1], 24), 0);
});

test("a solution solves, by the first path and by a drawn one", () => {
  const rng = new Rng(1);
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 4 }),
      fc.integer({ min: 1, max: 99 }),
      (numbers, target) => {
        for (const path of [solver.solve(numbers, target), solver.solve(numbers, target, rng)]) {
          assert.equal(path !== null, solver.solvable(numbers, target));
          if (path === null) continue;
          assert.equal(path.length, numbers.length - 1);
          let live = numbers.slice();
          for (const { a, op, b, result } of path) {
            for (const operand of [a, b]) {
              assert.ok(live.includes(operand));
              live = live.toSpliced(live.indexOf(operand), 1);
            }
            assert.equal(evaluate(a, op, b), result);
            live.push(result);
          }
          assert.deepEqual(live, [target]);
        }
      },
    ),
  );
});

test("good moves are those that keep the target within reach", () => {
  const moves = solver.solvingOperations([2, 3, 7, 8], 24).map(({ a, op, b }) => `${a}${op}${b}`);
  assert.ok(moves.includes("7-3") && moves.includes("8-2"));
  assert.ok(!moves.includes("8*7")); // 56, 2, 3: 24 is out of reach
  assert.ok(!bruteForce([56, 2, 3]).has(24));
});

test("numbers out of bounds are refused", () => {
  for (const numbers of [[], [0, 3], [3, 100], [1.5, 2], [1, 2, 3, 4, 5, 6], [Number.NaN, 1]]) {
    assert.throws(() => solver.solvable(numbers, 24), { code: "input" });
  }
  for (const target of [0, -3, 100, 2.5, Number.NaN]) {
    assert.equal(solver.solvable([2, 3, 4], target), false);
    assert.equal(solver.solve([2, 3, 4], target), null);
  }
});
