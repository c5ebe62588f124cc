/**
 * The graph: a tensor is a node, and a node knows the operator that makes it, its inputs and its shape.
 *
 * The set of operators is closed (`OpAttributes`). Each has a shape rule (its constructor in `ops.ts`), a gradient
 * rule (`gradients.ts`) and an emission rule (`../onnx/emit.ts`); the two tables are exhaustive at compile time, so an
 * operator without a rule is a type error. There is no graph object: what the outputs reach is the graph.
 */

import { MullError } from "../../core/errors.ts";

export type DType = "float32" | "int64" | "bool";
export type Shape = readonly number[];

/** Every operator and its attributes. */
export type OpAttributes = {
  input: { readonly name: string };
  constant: { readonly data: Float32Array | BigInt64Array };
  // elementwise, with broadcasting
  add: None;
  sub: None;
  mul: None;
  div: None;
  min: None;
  max: None;
  lessOrEqual: None;
  where: None;
  // elementwise
  neg: None;
  exp: None;
  log: None;
  sqrt: None;
  cos: None;
  sigmoid: None;
  silu: None;
  /** Identity forward, no gradient backward. */
  stopGradient: None;
  // reductions and layout
  reduceSum: { readonly axes: readonly number[]; readonly keepDims: boolean };
  reshape: None;
  /** Broadcasts to the node's shape. */
  expand: None;
  transpose: { readonly permutation: readonly number[] };
  concat: { readonly axis: number };
  slice: { readonly axis: number; readonly start: number; readonly end: number };
  // linear algebra
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean; readonly alpha: number };
  oneHot: { readonly depth: number };
  embed: None;
  scatterRows: { readonly rows: number };
  // what a transformer needs, each with a gradient derived by hand
  softmax: None;
  rmsNorm: { readonly epsilon: number };
  rope: { readonly inverse: boolean };
  attend: { readonly scale: number };
  logProb: None;
  entropy: None;
};
type None = Readonly<Record<never, never>>;
export type OpName = keyof OpAttributes;

export type Tensor<O extends OpName = OpName> = {
  readonly id: number;
  readonly op: O;
  readonly inputs: readonly Tensor[];
  readonly attributes: OpAttributes[O];
  readonly shape: Shape;
  readonly dtype: DType;
};

let nextId = 0;

/** A node. Only `ops.ts` calls this, after its shape rule has passed. */
export function makeNode<O extends OpName>(
  op: O,
  inputs: readonly Tensor[],
  attributes: OpAttributes[O],
  shape: Shape,
  dtype: DType = "float32",
): Tensor {
  return { id: nextId++, op, inputs, attributes, shape, dtype };
}

export function isOp<O extends OpName>(tensor: Tensor, op: O): tensor is Tensor<O> {
  return tensor.op === op;
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((n, d) => n * d, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Names the operator and shows every shape that came. */
export function shapeError(op: OpName, expected: string, inputs: readonly Tensor[]): MullError {
  const came = inputs.map((t) => `${showShape(t.shape)} ${t.dtype}`).join(" and ");
  return new MullError("shape", `${op}: expected ${expected}, got ${came}`);
}

/** Nodes that `outputs` reach, each after its inputs. */
export function topologicalOrder(outputs: readonly Tensor[]): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  const stack: { node: Tensor; next: number }[] = [];
  for (const output of outputs) {
    if (seen.has(output)) continue;
    seen.add(output);
    stack.push({ node: output, next: 0 });
    while (stack.length > 0) {
      const top = stack.at(-1) as { node: Tensor; next: number };
      const child = top.node.inputs[top.next++];
      if (child === undefined) {
        order.push(top.node);
        stack.pop();
      } else if (!seen.has(child)) {
        seen.add(child);
        stack.push({ node: child, next: 0 });
      }
    }
  }
  return order;
}
