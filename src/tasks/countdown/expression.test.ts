import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonical, type Expression, numbersOf, parseExpression } from "./expression.ts";
import { OPERATORS } from "./rules.ts";

const form = (text: string) => canonical(parseExpression(text) as Expression);

test("the same answer, written in other ways, has one form", () => {
  for (const text of ["(3 + 7) * 2", "2*(7+3)", "(7+3)*2", "((2))*((3+7))"]) assert.equal(form(text), "(3+7)*2");
  for (const text of ["(2 + 8) - 3", "8 - 3 + 2", "8 - (3 - 2)", "2+(8-3)"]) assert.equal(form(text), "2+8-3");
  for (const text of ["6 * 8 / 2", "8 / 2 * 6", "6 / (2 / 8)", "8 * (6 / 2)"]) assert.equal(form(text), "6*8/2");
  assert.equal(form("20 - (1 + 2 + 3)"), "20-1-2-3");
  assert.equal(form("10 + 9 + 2"), "2+9+10"); // by value, not by text
});

test("other answers stay apart", () => {
  assert.notEqual(form("2 * (3 + 7)"), form("2 * 3 + 2 * 7"));
  assert.notEqual(form("8 - 3 - 2"), form("8 - (3 - 2)"));
  assert.notEqual(form("(8 - 2) * (7 - 3)"), form("(8 - 3) * (7 - 2)"));
  assert.equal(form("24 / (3 + 1)"), "24/(1+3)");
  assert.equal(form("3 * 4 + 5 * 6"), "3*4+5*6"); // products in a sum need no brackets
});

const expression: fc.Arbitrary<Expression> = fc.letrec<{ any: Expression; leaf: Expression; node: Expression }>(
  (tie) => ({
    any: fc.oneof({ maxDepth: 5 }, tie("leaf"), tie("node")),
    leaf: fc.integer({ min: 1, max: 99 }).map((value): Expression => ({ kind: "number", value })),
    node: fc
      .record({ op: fc.constantFrom(...OPERATORS), a: tie("any"), b: tie("any") })
      .map((parts): Expression => ({ kind: "operation", ...parts })),
  }),
).any;

/** Exact value, as a fraction of big integers; null for a division by zero. */
function fraction(e: Expression): [bigint, bigint] | null {
  if (e.kind === "number") return [BigInt(e.value), 1n];
  const a = fraction(e.a);
  const b = fraction(e.b);
  if (a === null || b === null) return null;
  if (e.op === "+") return [a[0] * b[1] + b[0] * a[1], a[1] * b[1]];
  if (e.op === "-") return [a[0] * b[1] - b[0] * a[1], a[1] * b[1]];
  if (e.op === "*") return [a[0] * b[0], a[1] * b[1]];
  return b[0] === 0n ? null : [a[0] * b[1], a[1] * b[0]];
}

test("the canonical form keeps the value and the numbers, and is its own canonical form", () => {
  fc.assert(
    fc.property(expression, (e) => {
      const text = canonical(e);
      const again = parseExpression(text);
      assert.ok(again !== null, text);
      assert.deepEqual(numbersOf(again).sort(), numbersOf(e).sort());
      const x = fraction(e);
      const y = fraction(again);
      if (x === null || y === null) return; // somewhere divided by zero
      assert.equal(x[0] * y[1], y[0] * x[1]);
      assert.equal(canonical(again), text);
    }),
  );
});

test("swapping the operands of + and * changes nothing", () => {
  const swap = (e: Expression): Expression => {
    if (e.kind === "number") return e;
    const [a, b] = [swap(e.a), swap(e.b)];
    return e.op === "+" || e.op === "*" ? { ...e, a: b, b: a } : { ...e, a, b };
  };
  fc.assert(
    fc.property(expression, (e) => {
      if (fraction(e) !== null) assert.equal(canonical(swap(e)), canonical(e));
    }),
  );
});

test("what is no expression is null", () => {
  for (const text of [
    "",
    "3 +",
    "+ 3",
    "(3 + 7",
    "3 + 7)",
    "3 7",
    "3 ** 2",
    "3 + x",
    "()",
    "1e3",
    "3.5",
    "-3",
    "1234567890123456",
  ]) {
    assert.equal(parseExpression(text), null, text);
  }
  assert.equal(parseExpression("(".repeat(100_000)), null);
  assert.equal(parseExpression(`${"(".repeat(33)}1${")".repeat(33)}`), null);
  assert.equal(parseExpression(`${"1+".repeat(200)}1`), null);
  fc.assert(fc.property(fc.string(), (text) => void parseExpression(text)));
});
