/** Operators: each constructor is its shape rule, so a graph that does not fit is refused while it is built. */

import { type DType, makeNode, type Shape, sameShape, shapeError, sizeOf, type Tensor } from "./tensor.ts";

export function input(name: string, shape: Shape, dtype: DType = "float32"): Tensor {
  const node = makeNode("input", [], { name }, shape, dtype);
  if (!isShape(shape)) throw shapeError("input", "positive integer dimensions", [node]);
  return node;
}

export function constant(data: Float32Array | BigInt64Array, shape: Shape): Tensor {
  const node = makeNode("constant", [], { data }, shape, data instanceof Float32Array ? "float32" : "int64");
  if (!isShape(shape) || data.length !== sizeOf(shape)) {
    throw shapeError("constant", `a shape of ${data.length} elements`, [node]);
  }
  return node;
}

export function scalar(value: number): Tensor {
  return constant(new Float32Array([value]), []);
}

function isShape(shape: Shape): boolean {
  return shape.every((d) => Number.isInteger(d) && d > 0);
}

function areFloat32(...tensors: readonly Tensor[]): boolean {
  return tensors.every((t) => t.dtype === "float32");
}

// --- elementwise, with broadcasting as in NumPy ---

function broadcast(op: "add" | "sub" | "mul" | "div" | "min" | "max" | "lessOrEqual", a: Tensor, b: Tensor): Shape {
  const rank = Math.max(a.shape.length, b.shape.length);
  const shape: number[] = [];
  for (let i = 0; i < rank; i++) {
    const da = a.shape[a.shape.length - rank + i] ?? 1;
    const db = b.shape[b.shape.length - rank + i] ?? 1;
    if (da !== db && da !== 1 && db !== 1) throw shapeError(op, "shapes that broadcast", [a, b]);
    shape.push(Math.max(da, db));
  }
  if (!areFloat32(a, b)) throw shapeError(op, "float32 tensors", [a, b]);
  return shape;
}

export const add = (a: Tensor, b: Tensor): Tensor => makeNode("add", [a, b], {}, broadcast("add", a, b));
export const sub = (a: Tensor, b: Tensor): Tensor => makeNode("sub", [a, b], {}, broadcast("sub", a, b));
export const mul = (a: Tensor, b: Tensor): Tensor => makeNode("mul", [a, b], {}, broadcast("mul", a, b));
export const div = (a: Tensor, b: Tensor): Tensor => makeNode("div", [a, b], {}, broadcast("div", a, b));
export const min = (a: Tensor, b: Tensor): Tensor => makeNode("min", [a, b], {}, broadcast("min", a, b));
export const max = (a: Tensor, b: Tensor): Tensor => makeNode("max", [a, b], {}, broadcast("max", a, b));

/** 1 where a <= b; a boolean tensor for `where`. */
export function lessOrEqual(a: Tensor, b: Tensor): Tensor {
  return makeNode("lessOrEqual", [a, b], {}, broadcast("lessOrEqual", a, b), "bool");
}

/** `a` where the condition holds, else `b`; all of one shape. */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  const fits = sameShape(condition.shape, a.shape) && sameShape(a.shape, b.shape);
  if (!fits || condition.dtype !== "bool" || !areFloat32(a, b)) {
    throw shapeError("where", "a bool condition and two float32 tensors of its shape", [condition, a, b]);
  }
  return makeNode("where", [condition, a, b], {}, a.shape);
}

type Unary = "neg" | "exp" | "log" | "sqrt" | "cos" | "sigmoid" | "silu" | "stopGradient";
function unary(op: Unary, a: Tensor): Tensor {
  if (!areFloat32(a)) throw shapeError(op, "a float32 tensor", [a]);
  return makeNode(op, [a], {}, a.shape);
}

export const neg = (a: Tensor): Tensor => unary("neg", a);
export const exp = (a: Tensor): Tensor => unary("exp", a);
export const log = (a: Tensor): Tensor => unary("log", a);
export const sqrt = (a: Tensor): Tensor => unary("sqrt", a);
export const cos = (a: Tensor): Tensor => unary("cos", a);
export const sigmoid = (a: Tensor): Tensor => unary("sigmoid", a);
/** x * sigmoid(x). */
export const silu = (a: Tensor): Tensor => unary("silu", a);
export const stopGradient = (a: Tensor): Tensor => unary("stopGradient", a);

// --- reductions and layout ---

/** Sum over `axes`, all of them by default. */
export function reduceSum(a: Tensor, axes: readonly number[] = a.shape.map((_, i) => i), keepDims = false): Tensor {
  if (axes.some((axis) => axis < 0 || axis >= a.shape.length) || new Set(axes).size !== axes.length) {
    throw shapeError("reduceSum", `a tensor that has axes ${axes.join(", ")}`, [a]);
  }
  if (!areFloat32(a)) throw shapeError("reduceSum", "a float32 tensor", [a]);
  const shape = keepDims
    ? a.shape.map((d, i) => (axes.includes(i) ? 1 : d))
    : a.shape.filter((_, i) => !axes.includes(i));
  return makeNode("reduceSum", [a], { axes, keepDims }, shape);
}

export function reshape(a: Tensor, shape: Shape): Tensor {
  if (sameShape(a.shape, shape)) return a;
  if (!isShape(shape) || sizeOf(a.shape) !== sizeOf(shape)) {
    throw shapeError("reshape", `a tensor that fills [${shape.join(", ")}]`, [a]);
  }
  return makeNode("reshape", [a], {}, shape, a.dtype);
}

/** Broadcasts to `shape`. */
export function expand(a: Tensor, shape: Shape): Tensor {
  if (sameShape(a.shape, shape)) return a;
  const lead = shape.length - a.shape.length;
  if (lead < 0 || a.shape.some((d, i) => d !== 1 && d !== shape[lead + i])) {
    throw shapeError("expand", `a shape that broadcasts to [${shape.join(", ")}]`, [a]);
  }
  return makeNode("expand", [a], {}, shape, a.dtype);
}

export function transpose(a: Tensor, permutation: readonly number[]): Tensor {
  const sorted = permutation.toSorted((x, y) => x - y);
  if (sorted.length !== a.shape.length || sorted.some((axis, i) => axis !== i)) {
    throw shapeError("transpose", `a tensor whose axes are those of the permutation ${permutation.join(", ")}`, [a]);
  }
  const shape = permutation.map((axis) => a.shape[axis] as number);
  // Moving axes of size 1 only is a reshape, which costs nothing.
  const moved = permutation.filter((axis) => a.shape[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > (moved[i - 1] as number))) return reshape(a, shape);
  return makeNode("transpose", [a], { permutation }, shape, a.dtype);
}

export function concat(parts: readonly Tensor[], axis: number): Tensor {
  const first = parts[0];
  if (first === undefined) throw shapeError("concat", "at least one tensor", []);
  const fits = parts.every(
    (p) =>
      p.dtype === first.dtype &&
      p.shape.length === first.shape.length &&
      p.shape.every((d, i) => i === axis || d === first.shape[i]),
  );
  if (!fits || first.shape[axis] === undefined) throw shapeError("concat", `tensors equal outside axis ${axis}`, parts);
  if (parts.length === 1) return first;
  const total = parts.reduce((n, p) => n + (p.shape[axis] as number), 0);
  const shape = first.shape.map((d, i) => (i === axis ? total : d));
  return makeNode("concat", parts, { axis }, shape, first.dtype);
}

/** `a[start:end]` along one axis. */
export function slice(a: Tensor, axis: number, start: number, end: number): Tensor {
  const size = a.shape[axis];
  if (size === undefined || !Number.isInteger(start) || start < 0 || end > size || !isShape([end - start])) {
    throw shapeError("slice", `an axis ${axis} that holds ${start}..${end}`, [a]);
  }
  if (start === 0 && end === size) return a;
  const shape = a.shape.map((d, i) => (i === axis ? end - start : d));
  return makeNode("slice", [a], { axis, start, end }, shape, a.dtype);
}

// --- linear algebra ---

export type MatmulOptions = { readonly transposeA?: boolean; readonly transposeB?: boolean; readonly alpha?: number };

/** alpha * op(a) op(b) over the last two axes; leading axes, if any, must be equal. */
export function matmul(a: Tensor, b: Tensor, options: MatmulOptions = {}): Tensor {
  const { transposeA = false, transposeB = false, alpha = 1 } = options;
  const rank = a.shape.length;
  const batchA = a.shape.slice(0, -2);
  const [m, ka] = lastTwo(a, transposeA);
  const [kb, n] = lastTwo(b, transposeB);
  const fits = rank >= 2 && b.shape.length === rank && sameShape(batchA, b.shape.slice(0, -2)) && ka === kb;
  if (!fits || !areFloat32(a, b)) {
    const how = `${transposeA ? " (first transposed)" : ""}${transposeB ? " (second transposed)" : ""}`;
    throw shapeError("matmul", `[..., m, k] and [..., k, n]${how}`, [a, b]);
  }
  return makeNode("matmul", [a, b], { transposeA, transposeB, alpha }, [...batchA, m, n]);
}

function lastTwo(t: Tensor, transposed: boolean): readonly [number, number] {
  const rows = t.shape.at(-2) ?? 0;
  const columns = t.shape.at(-1) ?? 0;
  return transposed ? [columns, rows] : [rows, columns];
}

/** ids [...] -> [..., depth]. */
export function oneHot(ids: Tensor, depth: number): Tensor {
  if (ids.dtype !== "int64" || !isShape([depth])) throw shapeError("oneHot", `int64 ids and a depth, ${depth}`, [ids]);
  return makeNode("oneHot", [ids], { depth }, [...ids.shape, depth]);
}

/** Rows of a table [rows, width] by ids [n] -> [n, width]. */
export function embed(table: Tensor, ids: Tensor): Tensor {
  if (table.shape.length !== 2 || ids.shape.length !== 1 || ids.dtype !== "int64" || !areFloat32(table)) {
    throw shapeError("embed", "a table [rows, width] and int64 ids [n]", [table, ids]);
  }
  return makeNode("embed", [table, ids], {}, [ids.shape[0] as number, table.shape[1] as number]);
}

/** Sums rows [n, width] into the rows of a table [rows, width] that ids [n] name: the gradient of `embed`. */
export function scatterRows(parts: Tensor, ids: Tensor, rows: number): Tensor {
  const fits = parts.shape.length === 2 && sameShape(ids.shape, parts.shape.slice(0, 1)) && isShape([rows]);
  if (!fits || ids.dtype !== "int64" || !areFloat32(parts)) {
    throw shapeError("scatterRows", `rows [n, width] and int64 ids [n] for a table of ${rows}`, [parts, ids]);
  }
  return makeNode("scatterRows", [parts, ids], { rows }, [rows, parts.shape[1] as number]);
}

// --- what a transformer needs ---

/** Softmax over the last axis. */
export function softmax(a: Tensor): Tensor {
  if (a.shape.length === 0 || !areFloat32(a)) throw shapeError("softmax", "a float32 tensor with an axis", [a]);
  return makeNode("softmax", [a], {}, a.shape);
}

/** x / sqrt(mean(x^2) + epsilon) * weight over the last axis (Zhang & Sennrich 2019). x [n, width], weight [width]. */
export function rmsNorm(x: Tensor, weight: Tensor, epsilon: number): Tensor {
  if (x.shape.length !== 2 || !sameShape(weight.shape, x.shape.slice(1)) || !areFloat32(x, weight)) {
    throw shapeError("rmsNorm", "x [n, width] and weight [width]", [x, weight]);
  }
  return makeNode("rmsNorm", [x, weight], { epsilon }, x.shape);
}

/**
 * Rotary position embedding (Su et al. 2021), rotate-half as in Llama. x [n, heads * headDim], positions int64 [n],
 * tables cos and sin [maxPositions, headDim / 2].
 */
export function rope(x: Tensor, positions: Tensor, cosTable: Tensor, sinTable: Tensor, inverse = false): Tensor {
  const half = cosTable.shape[1] ?? 0;
  const fits =
    x.shape.length === 2 &&
    half > 0 &&
    (x.shape[1] as number) % (2 * half) === 0 &&
    positions.dtype === "int64" &&
    sameShape(positions.shape, [x.shape[0] as number]) &&
    cosTable.shape.length === 2 &&
    sameShape(cosTable.shape, sinTable.shape) &&
    areFloat32(x, cosTable, sinTable);
  if (!fits) {
    const expected = "x [n, heads * headDim], positions [n] and two tables [positions, headDim / 2]";
    throw shapeError("rope", expected, [x, positions, cosTable, sinTable]);
  }
  return makeNode("rope", [x, positions, cosTable, sinTable], { inverse }, x.shape);
}

/**
 * Attention of queries q [b, m, d] to keys and values [b, t, d] under an additive mask: softmax(scale q k^T + mask) v. The
 * probabilities are a node of their own, kept for the backward pass.
 *
 * `mask` is [b / n, positions, 1, t] with m = positions * heads: query rows lie head by head within a position, and each
 * n batch elements on end (the key/value heads of one row) share a mask.
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, scale: number): Tensor {
  const [b = 0, m = 0, d] = q.shape;
  const t = k.shape[1] as number;
  const [rows = 1, positions = 1] = mask.shape;
  const fits =
    q.shape.length === 3 &&
    sameShape(k.shape, v.shape) &&
    k.shape.length === 3 &&
    k.shape[0] === b &&
    k.shape[2] === d &&
    sameShape(mask.shape, [rows, positions, 1, t]) &&
    b % rows === 0 &&
    m % positions === 0 &&
    areFloat32(q, k, v, mask);
  if (!fits) {
    throw shapeError("attend", "q [b, m, d], k and v [b, t, d], mask [b / n, positions, 1, t]", [q, k, v, mask]);
  }
  const scores = reshape(matmul(q, k, { transposeB: true, alpha: scale }), [
    rows,
    b / rows,
    positions,
    m / positions,
    t,
  ]);
  const masked = add(scores, reshape(mask, [rows, 1, positions, 1, t]));
  const probabilities = reshape(softmax(masked), [b, m, t]);
  return makeNode("attend", [q, k, v, probabilities], { scale }, q.shape);
}

/** log softmax(logits)[id]: logits [n, vocab], ids [n] -> [n], nats. */
export function logProb(logits: Tensor, ids: Tensor): Tensor {
  const fits = logits.shape.length === 2 && sameShape(ids.shape, logits.shape.slice(0, 1));
  if (!fits || ids.dtype !== "int64" || !areFloat32(logits)) {
    throw shapeError("logProb", "logits [n, vocab] and int64 ids [n]", [logits, ids]);
  }
  return makeNode("logProb", [logits, ids], {}, ids.shape);
}

/** Entropy of softmax(logits): [n, vocab] -> [n], nats. */
export function entropy(logits: Tensor): Tensor {
  if (logits.shape.length !== 2 || !areFloat32(logits)) throw shapeError("entropy", "logits [n, vocab]", [logits]);
  return makeNode("entropy", [logits], {}, [logits.shape[0] as number]);
}
