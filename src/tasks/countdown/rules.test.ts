import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { applyOperation, evaluate, forbidden, legalOperations, OPERATORS, operationsOf, stateOf } from "./rules.ts";

const show = (operations: ReturnType<typeof legalOperations>) =>
  operations.map((o) => `${o.a}${o.op}${o.b}=${o.result}`);

test("the operations of a pair", () => {
  assert.deepEqual(show(operationsOf(2, 8)), ["8+2=10", "8-2=6", "8*2=16", "8/2=4"]);
  assert.deepEqual(show(operationsOf(7, 3)), ["7+3=10", "7-3=4", "7*3=21"]); // 7 / 3 is not whole
  assert.deepEqual(show(operationsOf(5, 5)), ["5+5=10", "5*5=25", "5/5=1"]); // 5 - 5 is 0
  assert.deepEqual(show(operationsOf(99, 50)), ["99-50=49"]); // sums and products above 99
});

test("equal operations of a state are listed once", () => {
  assert.deepEqual(show(legalOperations([2, 2, 2])), ["2+2=4", "2*2=4", "2/2=1"]);
  assert.deepEqual(show(legalOperations([3, 7, 7])), show([...operationsOf(7, 3), ...operationsOf(7, 7)]));
  assert.deepEqual(show(legalOperations([3, 3, 7])), show([...operationsOf(3, 3), ...operationsOf(7, 3)]));
});

const numbers = fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 2, maxLength: 5 });

test("legal operations are exactly what trying every ordered pair gives", () => {
  fc.assert(
    fc.property(numbers, (values) => {
      const expected = new Set<string>();
      for (const [i, x] of values.entries()) {
        for (const [j, y] of values.entries()) {
          if (i === j) continue;
          for (const op of OPERATORS) {
            const commutes = op === "+" || op === "*";
            if (forbidden(x, op, y) === null && !(commutes && x < y))
              expected.add(`${x}${op}${y}=${evaluate(x, op, y)}`);
          }
        }
      }
      const listed = show(legalOperations(stateOf(values)));
      assert.equal(new Set(listed).size, listed.length);
      assert.deepEqual(new Set(listed), expected);
    }),
  );
});

test("an operation takes its operands and adds its result; the state stays ascending", () => {
  assert.deepEqual(applyOperation([3, 7, 8], { a: 7, op: "-", b: 3, result: 4 }), [4, 8]);
  assert.deepEqual(applyOperation([2, 2, 9], { a: 2, op: "+", b: 2, result: 4 }), [4, 9]);
  assert.deepEqual(applyOperation([3, 8], { a: 8, op: "*", b: 3, result: 24 }, 25), [25]); // a slip
  fc.assert(
    fc.property(numbers, fc.nat(), (values, choice) => {
      const state = stateOf(values);
      const operations = legalOperations(state);
      const operation = operations[choice % operations.length];
      assert.ok(operation !== undefined); // some operation is always legal
      const rest = values.slice();
      rest.splice(rest.indexOf(operation.a), 1);
      rest.splice(rest.indexOf(operation.b), 1);
      assert.deepEqual(applyOperation(state, operation), stateOf([...rest, operation.result]));
    }),
  );
});

test("why an operation is forbidden", () => {
  assert.equal(forbidden(7, "/", 2), "7 / 2 is not a whole number");
  assert.equal(forbidden(7, "/", 0), "7 / 0 is not a whole number");
  assert.equal(forbidden(3, "-", 7), "3 - 7 is -4, and every result must be at least 1");
  assert.equal(forbidden(50, "*", 2), "50 * 2 is 100, and every result must be at most 99");
  assert.equal(forbidden(8, "/", 2), null);
});
