/** Operators with a gradient derived by hand, against the same function composed of elementary ones: value and gradient. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { emit } from "../onnx/emit.ts";
import { Session } from "../onnx/session.ts";
import { gradients } from "./gradients.ts";
import * as ops from "./ops.ts";
import { type Shape, sizeOf, type Tensor } from "./tensor.ts";

/** Largest difference relative to 1 + |value|: a few units in the last place of float32. */
const TOLERANCE = 2e-6;

const rng = new Rng(5);
const normal = (shape: Shape): Float32Array => Float32Array.from({ length: sizeOf(shape) }, () => rng.normal());
const ids = (...values: number[]): Tensor => ops.constant(BigInt64Array.from(values, BigInt), [values.length]);

/** softmax without its fused form; the largest score is of order 1, so nothing overflows. */
function composedSoftmax(a: Tensor): Tensor {
  const e = ops.exp(a);
  return ops.div(e, ops.reduceSum(e, [a.shape.length - 1], true));
}

/** [n, 2h] -> rotate-half by columns of cos and sin [n, h], for one head. */
function composedRotation(x: Tensor, cos: Tensor, sin: Tensor): Tensor {
  const half = (x.shape[1] as number) / 2;
  const [low, high] = [ops.slice(x, 1, 0, half), ops.slice(x, 1, half, 2 * half)];
  return ops.concat(
    [ops.sub(ops.mul(low, cos), ops.mul(high, sin)), ops.add(ops.mul(low, sin), ops.mul(high, cos))],
    1,
  );
}

const mask = ops.constant(new Float32Array([0, -1e9, -1e9, 0, 0, -1e9, 0, 0, 0]), [1, 3, 1, 3]);
const tables = [ops.constant(normal([7, 2]), [7, 2]), ops.constant(normal([7, 2]), [7, 2])] as const;
const positions = ids(6, 0, 3);

type Pair = {
  readonly name: string;
  readonly shapes: readonly Shape[];
  readonly fused: (...x: Tensor[]) => Tensor;
  readonly composed: (...x: Tensor[]) => Tensor;
};
const T = (x: Tensor | undefined): Tensor => x as Tensor;

const pairs: readonly Pair[] = [
  { name: "silu", shapes: [[3, 5]], fused: (x) => ops.silu(T(x)), composed: (x) => ops.mul(T(x), ops.sigmoid(T(x))) },
  { name: "softmax", shapes: [[3, 5]], fused: (x) => ops.softmax(T(x)), composed: (x) => composedSoftmax(T(x)) },
  {
    name: "rmsNorm",
    shapes: [[3, 8], [8]],
    fused: (x, w) => ops.rmsNorm(T(x), T(w), 1e-5),
    composed: (x, w) => {
      const meanSquare = ops.mul(ops.reduceSum(ops.mul(T(x), T(x)), [1], true), ops.scalar(1 / 8));
      return ops.mul(ops.div(T(x), ops.sqrt(ops.add(meanSquare, ops.scalar(1e-5)))), T(w));
    },
  },
  {
    name: "rope, two heads",
    shapes: [[3, 8]],
    fused: (x) => ops.rope(T(x), positions, ...tables),
    composed: (x) => {
      const [cos, sin] = tables.map((t) => ops.embed(t, positions)) as [Tensor, Tensor];
      const heads = [0, 4].map((at) => composedRotation(ops.slice(T(x), 1, at, at + 4), cos, sin));
      return ops.concat(heads, 1);
    },
  },
  {
    name: "attention, two heads a position",
    shapes: [
      [1, 6, 4],
      [1, 3, 4],
      [1, 3, 4],
    ],
    fused: (q, k, v) => ops.attention(T(q), T(k), T(v), mask, 0.5),
    composed: (q, k, v) => {
      const scores = ops.reshape(ops.mul(ops.matmul(T(q), T(k), { transposeB: true }), ops.scalar(0.5)), [1, 3, 2, 3]);
      return ops.matmul(ops.reshape(composedSoftmax(ops.add(scores, mask)), [1, 6, 3]), T(v));
    },
  },
  {
    name: "logProb",
    shapes: [[3, 5]],
    fused: (x) => ops.logProb(T(x), ids(4, 0, 2)),
    composed: (x) => ops.reduceSum(ops.mul(ops.log(composedSoftmax(T(x))), ops.oneHot(ids(4, 0, 2), 5)), [1]),
  },
  {
    name: "entropy",
    shapes: [[3, 5]],
    fused: (x) => ops.entropy(T(x)),
    composed: (x) => {
      const p = composedSoftmax(T(x));
      return ops.neg(ops.reduceSum(ops.mul(p, ops.log(p)), [1]));
    },
  },
  {
    name: "embed",
    shapes: [[4, 3]],
    fused: (table) => ops.embed(T(table), ids(3, 1, 3)),
    composed: (table) => ops.matmul(ops.oneHot(ids(3, 1, 3), 4), T(table)),
  },
];

describe("fused operators equal composed ones", () => {
  for (const { name, shapes, fused, composed } of pairs) {
    test(name, async () => {
      const inputs = shapes.map((shape, i) => ops.input(`x${i}`, shape));
      const feeds = Object.fromEntries(shapes.map((shape, i) => [`x${i}`, normal(shape)]));
      const weights = normal(fused(...inputs).shape);
      const results: Record<string, Float32Array>[] = [];
      for (const build of [fused, composed]) {
        const value = build(...inputs);
        const loss = ops.reduceSum(ops.mul(value, ops.constant(weights, value.shape)));
        const slopes = Object.fromEntries(gradients(loss, inputs).map((g, i) => [`gradient of input ${i}`, g]));
        const session = await Session.create(emit({ value, ...slopes }));
        results.push(await session.run(feeds));
        await session.release();
      }
      const [one, other] = results as [Record<string, Float32Array>, Record<string, Float32Array>];
      for (const [what, values] of Object.entries(one)) {
        values.forEach((v, i) => {
          const w = (other[what] as Float32Array)[i] as number;
          assert.ok(Math.abs(v - w) <= TOLERANCE * (1 + Math.abs(v)), `${what}, element ${i}: ${v} and ${w}`);
        });
      }
    });
  }
});
