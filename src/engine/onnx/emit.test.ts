/** Every operator, emitted and run: results worked by hand. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as ops from "../graph/ops.ts";
import { isOp, type OpName, type Shape, type Tensor, topologicalOrder } from "../graph/tensor.ts";
import { emit } from "./emit.ts";
import { Session } from "./session.ts";

const of = (shape: Shape, ...values: number[]): Tensor => ops.constant(new Float32Array(values), shape);
const ids = (...values: number[]): Tensor => ops.constant(BigInt64Array.from(values, BigInt), [values.length]);
const X = of([2, 3], 1, 2, 3, 4, 5, 6);
const Y = of([3], 2, 4, -1);
const { ln2, ln3, half } = { ln2: Math.LN2, ln3: Math.log(3), half: Math.SQRT1_2 };

type Expectation = readonly [output: Tensor, values: readonly number[]];

/** An operator without a case is a type error. */
const expectations = {
  input: [], // the tests of inputs are below
  constant: [[X, [1, 2, 3, 4, 5, 6]]],
  add: [[ops.add(X, Y), [3, 6, 2, 6, 9, 5]]],
  sub: [[ops.sub(X, Y), [-1, -2, 4, 2, 1, 7]]],
  mul: [[ops.mul(X, Y), [2, 8, -3, 8, 20, -6]]],
  div: [[ops.div(X, Y), [0.5, 0.5, -3, 2, 1.25, -6]]],
  min: [[ops.min(X, Y), [1, 2, -1, 2, 4, -1]]],
  max: [[ops.max(X, Y), [2, 4, 3, 4, 5, 6]]],
  lessOrEqual: [[ops.where(ops.lessOrEqual(Y, of([3], 2, 3, 0)), of([3], 1, 1, 1), of([3], 0, 0, 0)), [1, 0, 1]]],
  where: [[ops.where(ops.lessOrEqual(Y, of([3], 0, 0, 0)), Y, of([3], 7, 8, 9)), [7, 8, -1]]],
  neg: [[ops.neg(Y), [-2, -4, 1]]],
  exp: [[ops.exp(of([3], 0, ln2, -ln2)), [1, 2, 0.5]]],
  log: [[ops.log(of([3], 1, 2, 0.5)), [0, ln2, -ln2]]],
  sqrt: [[ops.sqrt(of([3], 0, 4, 2)), [0, 2, Math.SQRT2]]],
  cos: [[ops.cos(of([3], 0, Math.PI / 2, Math.PI)), [1, 0, -1]]],
  // s(ln 3) = 3 / (3 + 1)
  sigmoid: [[ops.sigmoid(of([3], 0, ln3, -ln3)), [0.5, 0.75, 0.25]]],
  silu: [[ops.silu(of([3], 0, ln3, -ln3)), [0, 0.75 * ln3, -0.25 * ln3]]],
  stopGradient: [[ops.stopGradient(Y), [2, 4, -1]]],
  reduceSum: [
    [ops.reduceSum(X), [21]],
    [ops.reduceSum(X, [0]), [5, 7, 9]],
    [ops.reduceSum(X, [1], true), [6, 15]],
  ],
  reshape: [[ops.reshape(X, [3, 2]), [1, 2, 3, 4, 5, 6]]],
  expand: [[ops.expand(of([2, 1], 1, 2), [2, 2]), [1, 1, 2, 2]]],
  transpose: [
    [ops.transpose(X, [1, 0]), [1, 4, 2, 5, 3, 6]],
    // [i, j, k] -> [k, i, j]: i + 2 j + 4 k of a cube of two
    [ops.transpose(of([2, 2, 2], 0, 4, 2, 6, 1, 5, 3, 7), [2, 0, 1]), [0, 2, 1, 3, 4, 6, 5, 7]],
  ],
  concat: [
    [ops.concat([X, of([2, 1], 8, 9)], 1), [1, 2, 3, 8, 4, 5, 6, 9]],
    [ops.concat([X, of([1, 3], 7, 8, 9)], 0), [1, 2, 3, 4, 5, 6, 7, 8, 9]],
  ],
  slice: [
    [ops.slice(X, 1, 1, 3), [2, 3, 5, 6]],
    [ops.slice(X, 0, 1, 2), [4, 5, 6]],
  ],
  matmul: [
    [ops.matmul(X, X, { transposeB: true }), [14, 32, 32, 77]],
    [ops.matmul(X, X, { transposeA: true, alpha: 2 }), [34, 44, 54, 44, 58, 72, 54, 72, 90]],
    [ops.matmul(X, of([3, 1], 1, 0, -1)), [-2, -2]],
    [ops.matmul(X, of([1, 2], 1, 10), { transposeA: true, transposeB: true }), [41, 52, 63]],
    // Two products, of [1, 2] and [2, 1] each.
    [ops.matmul(of([2, 1, 2], 1, 2, 3, 4), of([2, 2, 1], 5, 6, 7, 8)), [17, 53]],
  ],
  oneHot: [[ops.oneHot(ids(2, 0), 3), [0, 0, 1, 1, 0, 0]]],
  scatterRows: [[ops.scatterRows(X, ids(1, 1), 3), [0, 0, 0, 5, 7, 9, 0, 0, 0]]],
  embed: [[ops.embed(X, ids(1, 0, 1)), [4, 5, 6, 1, 2, 3, 4, 5, 6]]],
  // e^0 : e^ln2 : e^ln3 = 1 : 2 : 3; hidden positions get exactly nothing
  softmax: [[ops.softmax(of([2, 3], 0, ln2, ln3, 5, 5, -1e9)), [1 / 6, 2 / 6, 3 / 6, 0.5, 0.5, 0]]],
  // Root mean square sqrt(12.5); with an epsilon of 3, sqrt(0 + 3) and sqrt(1 + 3).
  rmsNorm: [
    [ops.rmsNorm(of([1, 2], 3, 4), of([2], 1, 2), 0), [3 / Math.sqrt(12.5), 8 / Math.sqrt(12.5)]],
    [ops.rmsNorm(of([2, 2], 0, 0, 1, 1), of([2], 1, 1), 3), [0, 0, 0.5, 0.5]],
  ],
  // Rotate-half: (x1, x2) -> (x1 cos - x2 sin, x1 sin + x2 cos), x2 half a head after x1. Position 1 turns by 90, 180 degrees.
  rope: [
    [ops.rope(of([1, 4], 1, 2, 3, 4), ids(1), of([2, 2], 1, 1, 0, -1), of([2, 2], 0, 0, 1, 0)), [-3, -2, 1, -4]],
    [ops.rope(of([1, 4], 1, 2, 3, 4), ids(1), of([2, 2], 1, 1, 0, -1), of([2, 2], 0, 0, 1, 0), true), [3, -2, -1, -4]],
    [ops.rope(of([1, 4], 1, 2, 3, 4), ids(0), of([1, 1], half), of([1, 1], half)), [-half, 3 * half, -half, 7 * half]], // two heads
  ],
  // Scores ln2 against 0: weights 2/3 and 1/3; where the second key is hidden, the first value alone.
  attend: [
    [
      ops.attention(
        of([1, 2, 1], ln2, ln2),
        of([1, 2, 1], 1, 0),
        of([1, 2, 1], 3, 9),
        of([1, 2, 1, 2], 0, 0, 0, -1e9),
        1,
      ),
      [5, 3],
    ],
    // Two heads of one position share keys; the second's score 2 ln2 against 0 weighs 4/5 and 1/5.
    [
      ops.attention(of([1, 2, 1], ln2, 2 * ln2), of([1, 2, 1], 1, 0), of([1, 2, 1], 0, 5), of([1, 1, 1, 2], 0, 0), 1),
      [5 / 3, 1],
    ],
  ],
  logProb: [[ops.logProb(of([2, 3], 0, ln2, ln3, 9, 9, 9), ids(1, 0)), [-ln3, -ln3]]],
  entropy: [[ops.entropy(of([2, 2], 4, 4, 0, 1000)), [ln2, 0]]],
} satisfies Record<OpName, readonly Expectation[]>;

function near(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => {
    const came = actual[i] as number;
    assert.ok(Math.abs(came - value) <= 1e-6 * (1 + Math.abs(value)), `element ${i}: expected ${value}, got ${came}`);
  });
}

describe("emission, by hand", () => {
  for (const [op, cases] of Object.entries<readonly Expectation[]>(expectations)) {
    for (const [i, [output, values]] of cases.entries()) {
      test(`${op} ${i}`, async () => {
        assert.ok(topologicalOrder([output]).some((t) => isOp(t, op as OpName)));
        const session = await Session.create(emit({ y: output }));
        near((await session.run({}))["y"] as Float32Array, values);
        await session.release();
      });
    }
  }
});

describe("a program", () => {
  const a = ops.input("a", [2]);
  const b = ops.input("b", [2]);

  test("asks for the inputs that its outputs reach, and no others", async () => {
    const program = emit({ sum: ops.add(b, b), first: b });
    assert.deepEqual(program.inputs, [{ name: "b", shape: [2], dtype: "float32" }]);
    assert.deepEqual(program.outputs, [
      { name: "sum", shape: [2] },
      { name: "first", shape: [2] },
    ]);
    const session = await Session.create(program);
    const { sum, first } = await session.run({ b: new Float32Array([1, 2]) });
    assert.deepEqual(
      [[...(sum as Float32Array)], [...(first as Float32Array)]],
      [
        [2, 4],
        [1, 2],
      ],
    );
    await session.release();
  });

  test("says which input is missing or of another size", async () => {
    const session = await Session.create(emit({ y: ops.add(a, b) }));
    const one = new Float32Array(1);
    const two = new Float32Array(2);
    await assert.rejects(session.run({ a: two }), /input b: expected 2 elements of float32, got nothing/);
    await assert.rejects(session.run({ a: one, b: two }), /input a: expected 2 elements of float32, got 1/);
    await session.release();
  });

  test("keeps the names of its own tensors apart from those given", async () => {
    const session = await Session.create(emit({ c1: ops.add(ops.input("t0", [1]), ops.scalar(1)) }));
    assert.deepEqual([...((await session.run({ t0: new Float32Array([2]) }))["c1"] as Float32Array)], [3]);
    await session.release();
  });

  test("refuses one name for two things", () => {
    assert.throws(() => emit({ y: ops.add(a, ops.input("a", [2])) }), /named a$/);
    assert.throws(() => emit({ a: ops.exp(a) }), /named a$/);
  });

  test("the same graph gives the same bytes", () => {
    const build = (): Uint8Array => emit({ y: ops.softmax(ops.matmul(X, ops.input("w", [3, 2]))) }).model;
    assert.deepEqual(build(), build());
  });
});
