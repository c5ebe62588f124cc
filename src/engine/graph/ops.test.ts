/** Shape errors: thrown while the graph is built, they name the operator and show every shape that came. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MullError } from "../../core/errors.ts";
import * as ops from "./ops.ts";
import type { DType, Shape, Tensor } from "./tensor.ts";

const of = (shape: Shape, dtype: DType = "float32"): Tensor => ops.input("x", shape, dtype);
const [a23, a34, a3] = [of([2, 3]), of([3, 4]), of([3])];
const ids = of([2], "int64");

/** A call that must be refused, the operator that the message names and what it shows. */
type Refusal = { readonly build: () => unknown; readonly op?: string; readonly shows: readonly string[] };

const elementwise = (op: (a: Tensor, b: Tensor) => Tensor): readonly Refusal[] => [
  { build: () => op(a23, a34), shows: ["[2, 3]", "[3, 4]"] },
  { build: () => op(a23, of([2])), shows: ["[2, 3]", "[2]"] },
  { build: () => op(ids, of([2])), shows: ["[2] int64", "[2] float32"] },
];
const unary = (op: (a: Tensor) => Tensor): readonly Refusal[] => [{ build: () => op(ids), shows: ["[2] int64"] }];

/** A constructor without a case is a type error. */
const refusals = {
  input: [
    { build: () => of([2, -1]), shows: ["[2, -1]"] },
    { build: () => of([2.5]), shows: ["[2.5]"] },
    { build: () => of([0]), shows: ["[0]"] },
  ],
  constant: [
    { build: () => ops.constant(new Float32Array(5), [2, 3]), shows: ["5 elements", "[2, 3]"] },
    { build: () => ops.constant(new Float32Array(1), [-1, -1]), shows: ["[-1, -1]"] },
  ],
  scalar: [], // takes a number: there is nothing that would not fit
  add: elementwise(ops.add),
  sub: elementwise(ops.sub),
  mul: elementwise(ops.mul),
  div: elementwise(ops.div),
  min: elementwise(ops.min),
  max: elementwise(ops.max),
  lessOrEqual: elementwise(ops.lessOrEqual),
  where: [
    { build: () => ops.where(of([2], "bool"), a23, a23), shows: ["[2] bool", "[2, 3]"] },
    { build: () => ops.where(of([3], "bool"), a3, of([2])), shows: ["[3]", "[2]"] },
    { build: () => ops.where(a3, a3, a3), shows: ["[3] float32"] },
    { build: () => ops.where(of([2], "bool"), ids, ids), shows: ["[2] int64"] },
  ],
  neg: unary(ops.neg),
  exp: unary(ops.exp),
  log: unary(ops.log),
  sqrt: unary(ops.sqrt),
  cos: unary(ops.cos),
  sigmoid: unary(ops.sigmoid),
  silu: unary(ops.silu),
  stopGradient: unary(ops.stopGradient),
  reduceSum: [
    { build: () => ops.reduceSum(a23, [2]), shows: ["axes 2", "[2, 3]"] },
    { build: () => ops.reduceSum(a23, [-1]), shows: ["axes -1", "[2, 3]"] },
    { build: () => ops.reduceSum(a23, [0, 0]), shows: ["axes 0, 0", "[2, 3]"] },
    { build: () => ops.reduceSum(ids), shows: ["[2] int64"] },
  ],
  reshape: [
    { build: () => ops.reshape(a23, [4]), shows: ["[4]", "[2, 3]"] },
    { build: () => ops.reshape(a23, [-2, -3]), shows: ["[-2, -3]", "[2, 3]"] },
  ],
  expand: [
    { build: () => ops.expand(a23, [3, 3]), shows: ["[3, 3]", "[2, 3]"] },
    { build: () => ops.expand(a23, [3]), shows: ["[3]", "[2, 3]"] },
  ],
  transpose: [
    { build: () => ops.transpose(a23, [0, 2, 1]), shows: ["0, 2, 1", "[2, 3]"] },
    { build: () => ops.transpose(a23, [0, 0]), shows: ["0, 0", "[2, 3]"] },
  ],
  concat: [
    { build: () => ops.concat([a23, a34], 0), shows: ["axis 0", "[2, 3]", "[3, 4]"] },
    { build: () => ops.concat([a23, a3], 0), shows: ["[2, 3]", "[3]"] },
    { build: () => ops.concat([a23, a23], 2), shows: ["axis 2", "[2, 3]"] },
    { build: () => ops.concat([a23, a23], -1), shows: ["axis -1", "[2, 3]"] },
    { build: () => ops.concat([ids, of([2])], 0), shows: ["[2] int64", "[2] float32"] },
    { build: () => ops.concat([], 0), shows: ["at least one"] },
  ],
  slice: [
    { build: () => ops.slice(a23, 1, 1, 4), shows: ["1..4", "[2, 3]"] },
    { build: () => ops.slice(a23, 1, 2, 2), shows: ["2..2", "[2, 3]"] },
    { build: () => ops.slice(a23, 2, 0, 1), shows: ["axis 2", "[2, 3]"] },
    { build: () => ops.slice(a23, 0, 0.5, 1.5), shows: ["0.5..1.5", "[2, 3]"] },
  ],
  matmul: [
    { build: () => ops.matmul(a23, of([2, 3])), shows: ["[2, 3] float32 and [2, 3] float32"] },
    { build: () => ops.matmul(a23, a34, { transposeB: true }), shows: ["second transposed", "[2, 3]", "[3, 4]"] },
    { build: () => ops.matmul(of([2, 2, 3]), of([3, 3, 4])), shows: ["[2, 2, 3]", "[3, 3, 4]"] },
    { build: () => ops.matmul(of([2, 2, 3]), a34), shows: ["[2, 2, 3]", "[3, 4]"] },
    { build: () => ops.matmul(a3, a34), shows: ["[3]", "[3, 4]"] },
    { build: () => ops.matmul(of([2, 2], "int64"), of([2, 2])), shows: ["[2, 2] int64", "[2, 2] float32"] },
  ],
  oneHot: [
    { build: () => ops.oneHot(a3, 4), shows: ["[3] float32"] },
    { build: () => ops.oneHot(ids, 0), shows: ["a depth, 0", "[2] int64"] },
  ],
  scatterRows: [
    { build: () => ops.scatterRows(a3, ids, 4), shows: ["[3]", "[2]"] },
    { build: () => ops.scatterRows(a34, ids, 4), shows: ["[3, 4]", "[2] int64"] },
    { build: () => ops.scatterRows(a34, a3, 4), shows: ["[3, 4]", "[3] float32"] },
  ],
  embed: [
    { build: () => ops.embed(a3, ids), shows: ["[3]", "[2]"] },
    { build: () => ops.embed(a34, a3), shows: ["[3, 4]", "[3] float32"] },
    { build: () => ops.embed(a34, of([2, 2], "int64")), shows: ["[3, 4]", "[2, 2] int64"] },
  ],
  softmax: [
    { build: () => ops.softmax(of([])), shows: ["[] float32"] },
    { build: () => ops.softmax(ids), shows: ["[2] int64"] },
  ],
  rmsNorm: [
    { build: () => ops.rmsNorm(a23, of([2]), 1e-5), shows: ["[2, 3]", "[2]"] },
    { build: () => ops.rmsNorm(a3, a3, 1e-5), shows: ["[3]"] },
  ],
  rope: [
    { build: () => ops.rope(a23, ids, of([9, 2]), of([9, 2])), shows: ["[2, 3]", "[2] int64", "[9, 2]"] },
    { build: () => ops.rope(of([3, 4]), ids, of([9, 2]), of([9, 2])), shows: ["[3, 4]", "[2] int64"] },
    { build: () => ops.rope(of([2, 4]), ids, of([9, 2]), of([8, 2])), shows: ["[9, 2]", "[8, 2]"] },
    { build: () => ops.rope(of([2, 4]), of([2]), of([9, 2]), of([9, 2])), shows: ["[2, 4]", "[2] float32"] },
  ],
  attention: [
    {
      op: "attend",
      build: () => ops.attention(of([2, 4, 8]), of([2, 3, 6]), of([2, 3, 6]), of([2, 4, 1, 3]), 1),
      shows: ["[2, 4, 8]", "[2, 3, 6]", "[2, 4, 1, 3]"],
    },
    {
      op: "attend",
      build: () => ops.attention(of([2, 4, 8]), of([2, 3, 8]), of([2, 3, 8]), of([2, 3, 1, 3]), 1),
      shows: ["[2, 4, 8]", "[2, 3, 1, 3]"],
    },
    {
      op: "attend",
      build: () => ops.attention(of([4, 8]), of([3, 8]), of([3, 8]), of([3, 1, 3]), 1),
      shows: ["[4, 8]", "[3, 8]"],
    },
  ],
  logProb: [
    { build: () => ops.logProb(a23, of([3], "int64")), shows: ["[2, 3]", "[3] int64"] },
    { build: () => ops.logProb(a3, ids), shows: ["[3]", "[2] int64"] },
    { build: () => ops.logProb(a23, of([2])), shows: ["[2, 3]", "[2] float32"] },
  ],
  entropy: [{ build: () => ops.entropy(a3), shows: ["[3] float32"] }],
} satisfies Record<keyof typeof ops, readonly Refusal[]>;

describe("shape errors", () => {
  for (const [name, calls] of Object.entries<readonly Refusal[]>(refusals)) {
    for (const [i, { build, op = name, shows }] of calls.entries()) {
      test(`${name} ${i}`, () => {
        assert.throws(build, (error: unknown) => {
          assert.ok(error instanceof MullError);
          assert.equal(error.code, "shape");
          assert.ok(error.message.startsWith(`${op}: expected `), error.message);
          for (const part of shows) assert.ok(error.message.includes(part), `${error.message} shows ${part}`);
          return true;
        });
      });
    }
  }
});

describe("shapes", () => {
  const cases: readonly [string, Tensor, Shape, DType][] = [
    ["add broadcasts as NumPy does", ops.add(of([4, 1, 3]), of([2, 1])), [4, 2, 3], "float32"],
    ["lessOrEqual is bool", ops.lessOrEqual(a23, a3), [2, 3], "bool"],
    ["reduceSum drops its axes", ops.reduceSum(of([2, 3, 4]), [0, 2]), [3], "float32"],
    ["or keeps them as 1", ops.reduceSum(of([2, 3, 4]), [0, 2], true), [1, 3, 1], "float32"],
    ["reduceSum takes all axes by default", ops.reduceSum(a23), [], "float32"],
    ["layout keeps the type", ops.slice(ops.concat([ids, ids], 0), 0, 1, 4), [3], "int64"],
    ["transpose permutes", ops.transpose(of([2, 3, 4]), [2, 0, 1]), [4, 2, 3], "float32"],
    [
      "matmul of transposed operands",
      ops.matmul(of([5, 3, 2]), of([5, 4, 3]), { transposeA: true, transposeB: true }),
      [5, 2, 4],
      "float32",
    ],
    ["oneHot adds an axis", ops.oneHot(ids, 7), [2, 7], "float32"],
    ["scatterRows fills a table", ops.scatterRows(of([2, 4]), ids, 7), [7, 4], "float32"],
    ["embed picks rows", ops.embed(a34, ids), [2, 4], "float32"],
    [
      "attention has its queries' shape",
      ops.attention(of([2, 6, 8]), of([2, 3, 8]), of([2, 3, 8]), of([2, 3, 1, 3]), 1),
      [2, 6, 8],
      "float32",
    ],
    ["logProb is one number a row", ops.logProb(a23, ids), [2], "float32"],
    ["entropy is one number a row", ops.entropy(a23), [2], "float32"],
  ];
  for (const [name, tensor, shape, dtype] of cases) {
    test(name, () => assert.deepEqual([tensor.shape, tensor.dtype], [shape, dtype]));
  }

  test("what changes nothing makes no node", () => {
    assert.equal(ops.reshape(a23, [2, 3]), a23);
    assert.equal(ops.expand(a23, [2, 3]), a23);
    assert.equal(ops.slice(a23, 1, 0, 3), a23);
    assert.equal(ops.concat([a23], 0), a23);
  });
});
