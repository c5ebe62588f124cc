/** Every operator's gradient against finite differences, in float32, through a real session. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { checkGradient } from "../gradient-check.ts";
import { emit } from "../onnx/emit.ts";
import { Session } from "../onnx/session.ts";
import { gradients } from "./gradients.ts";
import * as ops from "./ops.ts";
import { isOp, type OpName, type Shape, type Tensor, topologicalOrder } from "./tensor.ts";

/** Largest |measured - derived| / (1 + |derived|). */
const TOLERANCE = 1e-4;

type Case = {
  /** Shapes of the float32 inputs. */
  readonly shapes: readonly Shape[];
  readonly build: (...x: Tensor[]) => Tensor;
  /** Values of the inputs: standard normal unless told. */
  readonly values?: "positive" | "apart";
};

const ids = (values: readonly number[]): Tensor => ops.constant(BigInt64Array.from(values, BigInt), [values.length]);
const floats = (shape: Shape): Tensor =>
  ops.constant(
    Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => Math.sin(i + 1)),
    shape,
  );

const broadcasting = (op: (a: Tensor, b: Tensor) => Tensor): readonly Case[] => [
  {
    shapes: [
      [2, 3],
      [2, 3],
    ],
    build: (a, b) => op(a as Tensor, b as Tensor),
    values: "apart",
  },
  { shapes: [[2, 3], [3]], build: (a, b) => op(a as Tensor, b as Tensor), values: "apart" },
  {
    shapes: [
      [1, 3],
      [2, 1],
    ],
    build: (a, b) => op(a as Tensor, b as Tensor),
    values: "apart",
  },
  { shapes: [[], [2, 2]], build: (a, b) => op(a as Tensor, b as Tensor), values: "apart" },
  { shapes: [[4]], build: (a) => op(a as Tensor, a as Tensor), values: "apart" },
];
const unary = (op: (a: Tensor) => Tensor, values?: "positive"): readonly Case[] => [
  { shapes: [[3, 4]], build: (a) => op(a as Tensor), ...(values === undefined ? {} : { values }) },
];
const products = [false, true].flatMap((transposeA) =>
  [false, true].flatMap((transposeB): Case[] => {
    const a = (m: number, k: number): number[] => (transposeA ? [k, m] : [m, k]);
    const b = (k: number, n: number): number[] => (transposeB ? [n, k] : [k, n]);
    const options = { transposeA, transposeB, alpha: 0.7 };
    return [
      { shapes: [a(2, 3), b(3, 4)], build: (x, y) => ops.matmul(x as Tensor, y as Tensor, options) },
      {
        shapes: [
          [2, ...a(3, 2)],
          [2, ...b(2, 1)],
        ],
        build: (x, y) => ops.matmul(x as Tensor, y as Tensor, options),
      },
    ];
  }),
);
const causal = (b: number, positions: number, t: number): Tensor =>
  ops.constant(
    Float32Array.from({ length: b * positions * t }, (_, i) => (i % t <= Math.floor(i / t) % positions ? 0 : -1e9)),
    [b, positions, 1, t],
  );
const rotation = (inverse: boolean): Case => ({
  shapes: [[3, 8]], // two heads of four
  build: (x) => ops.rope(x as Tensor, ids([0, 4, 1]), floats([5, 2]), floats([5, 2]), inverse),
});

/** An operator without a case is a type error. */
const cases = {
  input: [{ shapes: [[3]], build: (a) => a as Tensor }],
  constant: [{ shapes: [[3]], build: (a) => ops.mul(a as Tensor, floats([3])) }],
  add: broadcasting(ops.add),
  sub: broadcasting(ops.sub),
  mul: broadcasting(ops.mul),
  div: broadcasting((a, b) => ops.div(a, ops.add(ops.mul(b, b), ops.scalar(1)))),
  min: broadcasting(ops.min),
  max: broadcasting(ops.max),
  lessOrEqual: [
    {
      shapes: [[4], [4]],
      build: (a, b) => ops.where(ops.lessOrEqual(a as Tensor, b as Tensor), ops.exp(a as Tensor), b as Tensor),
      values: "apart",
    },
  ],
  where: [
    {
      shapes: [[4], [4]],
      build: (a, b) =>
        ops.where(ops.lessOrEqual(floats([4]), ops.constant(new Float32Array(4), [4])), a as Tensor, b as Tensor),
    },
  ],
  neg: unary(ops.neg),
  exp: unary(ops.exp),
  log: unary(ops.log, "positive"),
  sqrt: unary(ops.sqrt, "positive"),
  cos: unary(ops.cos),
  sigmoid: unary(ops.sigmoid),
  silu: unary(ops.silu),
  // Finite differences see through it; its own test is below.
  stopGradient: [{ shapes: [[3]], build: (a) => ops.mul(a as Tensor, ops.stopGradient(floats([3]))) }],
  reduceSum: [
    { shapes: [[2, 3]], build: (a) => ops.reduceSum(a as Tensor) },
    { shapes: [[2, 3, 2]], build: (a) => ops.reduceSum(a as Tensor, [1]) },
    { shapes: [[2, 3, 2]], build: (a) => ops.reduceSum(a as Tensor, [2, 0], true) },
  ],
  reshape: [
    { shapes: [[2, 3]], build: (a) => ops.reshape(ops.exp(a as Tensor), [3, 2]) },
    { shapes: [[2, 1, 4]], build: (a) => ops.transpose(a as Tensor, [1, 0, 2]) }, // only an axis of 1 moves
  ],
  expand: [
    { shapes: [[1, 3]], build: (a) => ops.expand(a as Tensor, [2, 3]) },
    { shapes: [[]], build: (a) => ops.expand(a as Tensor, [2, 2]) },
    { shapes: [[2, 1]], build: (a) => ops.expand(a as Tensor, [3, 2, 2]) },
  ],
  transpose: [
    { shapes: [[2, 3]], build: (a) => ops.transpose(a as Tensor, [1, 0]) },
    { shapes: [[2, 3, 4]], build: (a) => ops.transpose(a as Tensor, [2, 0, 1]) },
  ],
  concat: [
    {
      shapes: [
        [2, 1],
        [2, 3],
        [2, 2],
      ],
      build: (...parts) => ops.concat(parts, 1),
    },
    {
      shapes: [
        [1, 2],
        [2, 2],
      ],
      build: (...parts) => ops.concat(parts, 0),
    },
    { shapes: [[2, 2]], build: (a) => ops.concat([a as Tensor, a as Tensor], 1) },
  ],
  slice: [
    { shapes: [[2, 5]], build: (a) => ops.slice(a as Tensor, 1, 1, 3) },
    { shapes: [[3, 2]], build: (a) => ops.slice(a as Tensor, 0, 0, 2) },
    { shapes: [[3, 2]], build: (a) => ops.slice(a as Tensor, 0, 1, 3) },
  ],
  matmul: products,
  oneHot: [{ shapes: [[3, 4]], build: (a) => ops.mul(a as Tensor, ops.oneHot(ids([3, 0, 2]), 4)) }],
  scatterRows: [{ shapes: [[4, 3]], build: (parts) => ops.scatterRows(parts as Tensor, ids([2, 0, 2, 3]), 5) }],
  embed: [{ shapes: [[4, 3]], build: (table) => ops.embed(table as Tensor, ids([2, 0, 2, 3])) }],
  softmax: [
    { shapes: [[3, 4]], build: (a) => ops.softmax(a as Tensor) },
    { shapes: [[2, 2, 3]], build: (a) => ops.softmax(a as Tensor) },
  ],
  rmsNorm: [{ shapes: [[3, 6], [6]], build: (x, w) => ops.rmsNorm(x as Tensor, w as Tensor, 1e-5) }],
  rope: [rotation(false), rotation(true)],
  attend: [
    // One head; several heads a position over a common key; a mask that leaves one key.
    {
      shapes: [
        [2, 3, 4],
        [2, 3, 4],
        [2, 3, 4],
      ],
      build: (q, k, v) => ops.attention(q as Tensor, k as Tensor, v as Tensor, causal(2, 3, 3), 0.5),
    },
    {
      shapes: [
        [1, 6, 2],
        [1, 3, 2],
        [1, 3, 2],
      ],
      build: (q, k, v) => ops.attention(q as Tensor, k as Tensor, v as Tensor, causal(1, 3, 3), 0.7),
    },
  ],
  logProb: [{ shapes: [[3, 5]], build: (a) => ops.logProb(a as Tensor, ids([4, 0, 4])) }],
  entropy: [{ shapes: [[3, 5]], build: (a) => ops.entropy(a as Tensor) }],
} satisfies Record<OpName, readonly Case[]>;

/** Values away from where an operator is not smooth, further than the stencil reaches. */
function draw(shapes: readonly Shape[], values: Case["values"], rng: Rng): Float32Array[] {
  return shapes.map((shape, which) =>
    Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => {
      if (values === "positive") return 0.5 + 2 * rng.next();
      // Multiples of 1/2, those of the second input shifted by 1/4: no two ever closer than 1/4.
      if (values === "apart") return (rng.int(8) - 4) / 2 + which / 4;
      return rng.normal();
    }),
  );
}

describe("gradients against finite differences", () => {
  for (const [op, variants] of Object.entries<readonly Case[]>(cases)) {
    for (const [variant, { shapes, build, values }] of variants.entries()) {
      test(`${op} ${variant}: ${shapes.map((s) => `[${s}]`).join(" ")}`, async () => {
        const rng = new Rng(17).split(op, variant);
        const inputs = shapes.map((shape, i) => ops.input(`x${i}`, shape));
        const output = build(...inputs);
        assert.ok(
          topologicalOrder([output]).some((t) => isOp(t, op as OpName)),
          `the case holds a ${op}`,
        );
        const feeds = Object.fromEntries(draw(shapes, values, rng).map((v, i) => [`x${i}`, v]));
        const check = await checkGradient(output, inputs, feeds, { rng });
        assert.ok(check.error <= TOLERANCE, JSON.stringify(check));
        assert.equal(
          check.compared,
          Object.values(feeds).reduce((n, v) => n + v.length, 0),
        );
      });
    }
  }
});

async function gradientsOf(
  loss: Tensor,
  inputs: readonly Tensor[],
  feeds: Record<string, Float32Array>,
): Promise<number[][]> {
  const session = await Session.create(emit(Object.fromEntries(gradients(loss, inputs).map((g, i) => [`g${i}`, g]))));
  const outputs = await session.run(feeds);
  await session.release();
  return inputs.map((_, i) => Array.from(outputs[`g${i}`] as Float32Array));
}

describe("gradients worked by hand", () => {
  const x = ops.input("x", [2]);
  const feeds = { x: new Float32Array([3, -2]) };

  test("nothing flows through stopGradient: d/dx x stop(x) is x, not 2x", async () => {
    const [dx] = await gradientsOf(ops.reduceSum(ops.mul(x, ops.stopGradient(x))), [x], feeds);
    assert.deepEqual(dx, [3, -2]);
  });

  test("a node used twice gathers both gradients: d/dx (x^2 + 3x) = 2x + 3", async () => {
    const [dx] = await gradientsOf(ops.reduceSum(ops.add(ops.mul(x, x), ops.mul(x, ops.scalar(3)))), [x], feeds);
    assert.deepEqual(dx, [9, -1]);
  });

  test("on a tie, min and max give all of it to the first", async () => {
    const y = ops.input("y", [2]);
    const tied = { x: new Float32Array([1, 2]), y: new Float32Array([1, 2]) };
    assert.deepEqual(await gradientsOf(ops.reduceSum(ops.min(x, y)), [x, y], tied), [
      [1, 1],
      [0, 0],
    ]);
    assert.deepEqual(await gradientsOf(ops.reduceSum(ops.max(x, y)), [x, y], tied), [
      [1, 1],
      [0, 0],
    ]);
  });

  test("what the loss does not depend on has gradient zero", async () => {
    const y = ops.input("y", [3]);
    assert.deepEqual(await gradientsOf(ops.reduceSum(x), [x, y], feeds), [
      [1, 1],
      [0, 0, 0],
    ]);
  });

  test("a loss of several elements is refused", () => {
    assert.throws(() => gradients(ops.exp(x), [x]), {
      name: "MullError",
      code: "shape",
      message: /exp: expected a scalar loss, got \[2\]/,
    });
  });
});

describe("the checker", () => {
  test("sees a gradient that is wrong", async () => {
    // x stop(x) measures as x^2, whose slope 2x is twice what is derived.
    const x = ops.input("x", [2]);
    const check = await checkGradient(
      ops.mul(x, ops.stopGradient(x)),
      [x],
      { x: new Float32Array([1, 2]) },
      { rng: new Rng(1) },
    );
    assert.ok(check.error > 0.1);
    assert.ok(Math.abs(check.measured - 2 * check.derived) < 1e-3);
  });

  test("takes NaN for the worst", async () => {
    const x = ops.input("x", [2]);
    const check = await checkGradient(ops.log(x), [x], { x: new Float32Array([-1, 1]) }, { rng: new Rng(1) });
    assert.ok(Number.isNaN(check.error));
  });
});
