/** Emission: one rule an operator, from the graph to an ONNX model that ONNX Runtime runs. */

import { MullError } from "../../core/errors.ts";
import { isOp, type OpName, type Tensor, topologicalOrder } from "../graph/tensor.ts";
import { ELEMENT_TYPE, encodeModel, type OnnxAttribute, type OnnxNode, type OnnxTensor } from "./schema.ts";

/** A compiled graph: bytes for a session, and what it expects and returns. */
export type Program = {
  readonly model: Uint8Array;
  readonly inputs: readonly { readonly name: string; readonly shape: readonly number[]; readonly dtype: string }[];
  readonly outputs: readonly { readonly name: string; readonly shape: readonly number[] }[];
};

class Emitter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  readonly #names = new Map<Tensor, string>();
  readonly #shared = new Map<string, string>();
  #count = 0;

  nameOf(tensor: Tensor): string {
    const name = this.#names.get(tensor);
    if (name === undefined) throw new MullError("engine", `${tensor.op}: used before it was emitted`);
    return name;
  }

  bind(tensor: Tensor, name: string): void {
    this.#names.set(tensor, name);
  }

  /** Adds a node with one output and returns that output's name. The sign keeps it apart from names given outside. */
  node(opType: string, input: readonly string[], attribute: readonly OnnxAttribute[] = [], domain = ""): string {
    const output = `%t${this.#count++}`;
    this.nodes.push({ opType, domain, input, output: [output], attribute });
    return output;
  }

  initializer(data: Float32Array | BigInt64Array, dims: readonly number[]): string {
    const name = `%c${this.#count++}`;
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const dataType = data instanceof Float32Array ? ELEMENT_TYPE.float32 : ELEMENT_TYPE.int64;
    this.initializers.push({ name, dims, dataType, rawData });
    return name;
  }

  /** A list of integers (axes, shapes) as an initializer, each distinct list once. */
  ints(values: readonly number[], dims: readonly number[] = [values.length]): string {
    const key = `${dims.length}:${values.join(",")}`;
    let name = this.#shared.get(key);
    if (name === undefined) {
      name = this.initializer(BigInt64Array.from(values, BigInt), dims);
      this.#shared.set(key, name);
    }
    return name;
  }
}

type EmissionRule<O extends OpName> = (e: Emitter, node: Tensor<O>, x: readonly string[]) => string;

const direct =
  (opType: string): EmissionRule<OpName> =>
  (e, _, x) =>
    e.node(opType, x);

const MICROSOFT = "com.microsoft";

const rules: { readonly [O in OpName]: EmissionRule<O> } = {
  input: (_, node) => node.attributes.name,
  constant: (e, node) => e.initializer(node.attributes.data, node.shape),
  add: direct("Add"),
  sub: direct("Sub"),
  mul: direct("Mul"),
  div: direct("Div"),
  min: direct("Min"),
  max: direct("Max"),
  lessOrEqual: direct("LessOrEqual"),
  where: direct("Where"),
  neg: direct("Neg"),
  exp: direct("Exp"),
  log: direct("Log"),
  sqrt: direct("Sqrt"),
  cos: direct("Cos"),
  sigmoid: direct("Sigmoid"),
  silu: (e, _, x) => e.node("QuickGelu", x, [{ name: "alpha", f: 1 }], MICROSOFT),
  stopGradient: direct("Identity"),
  reduceSum: (e, { attributes }, x) =>
    e.node("ReduceSum", [...x, e.ints(attributes.axes)], [{ name: "keepdims", i: attributes.keepDims ? 1 : 0 }]),
  reshape: (e, node, x) => e.node("Reshape", [...x, e.ints(node.shape)]),
  expand: (e, node, x) => e.node("Expand", [...x, e.ints(node.shape)]),
  transpose: (e, { attributes }, x) => e.node("Transpose", x, [{ name: "perm", ints: attributes.permutation }]),
  concat: (e, { attributes }, x) => e.node("Concat", x, [{ name: "axis", i: attributes.axis }]),
  slice: (e, { attributes: { axis, start, end } }, x) =>
    e.node("Slice", [...x, e.ints([start]), e.ints([end]), e.ints([axis])]),
  matmul: (e, { attributes: { transposeA, transposeB, alpha } }, x) =>
    e.node(
      "FusedMatMul",
      x,
      [
        { name: "transA", i: transposeA ? 1 : 0 },
        { name: "transB", i: transposeB ? 1 : 0 },
        { name: "alpha", f: alpha },
      ],
      MICROSOFT,
    ),
  oneHot: (e, { attributes }, x) =>
    e.node("OneHot", [...x, e.ints([attributes.depth], []), e.initializer(new Float32Array([0, 1]), [2])]),
  embed: (e, _, x) => e.node("Gather", x, [{ name: "axis", i: 0 }]),
  scatterRows: (e, node, [parts, ids]) => {
    const rows = node.inputs[1]?.shape[0] as number;
    const zero = e.node("Expand", [e.initializer(new Float32Array([0]), []), e.ints(node.shape)]);
    const column = e.node("Reshape", [ids as string, e.ints([rows, 1])]);
    return e.node(
      "ScatterND",
      [zero, column, parts as string],
      [{ name: "reduction", s: new TextEncoder().encode("add") }],
    );
  },
  softmax: (e, _, x) => e.node("Softmax", x, [{ name: "axis", i: -1 }]),
  rmsNorm: (e, { attributes }, x) =>
    e.node("SimplifiedLayerNormalization", x, [
      { name: "axis", i: -1 },
      { name: "epsilon", f: attributes.epsilon },
    ]),
  rope: (e, node, [x, positions, cosTable, sinTable]) => {
    const [rows, width] = node.shape as readonly [number, number];
    const one = e.node("Reshape", [x as string, e.ints([rows, 1, width])]);
    const ids = e.node("Reshape", [positions as string, e.ints([rows, 1])]);
    const sin = node.attributes.inverse ? e.node("Neg", [sinTable as string]) : (sinTable as string);
    const rotated = e.node("RotaryEmbedding", [one, ids, cosTable as string, sin], [], MICROSOFT);
    return e.node("Reshape", [rotated, e.ints([rows, width])]);
  },
  attend: (e, _, x) => e.node("MatMul", [x[3] as string, x[2] as string]),
  logProb: (e, node, [logits, ids]) => {
    const rows = node.shape[0] as number;
    const all = e.node("LogSoftmax", [logits as string], [{ name: "axis", i: -1 }]);
    const column = e.node("Reshape", [ids as string, e.ints([rows, 1])]);
    const picked = e.node("GatherElements", [all, column], [{ name: "axis", i: 1 }]);
    return e.node("Reshape", [picked, e.ints([rows])]);
  },
  entropy: (e, _, x) => {
    const logP = e.node("LogSoftmax", x, [{ name: "axis", i: -1 }]);
    const terms = e.node("Mul", [e.node("Exp", [logP]), logP]);
    return e.node("Neg", [e.node("ReduceSum", [terms, e.ints([1])], [{ name: "keepdims", i: 0 }])]);
  },
};

/** Compiles what `outputs` reach. Every input node becomes an input of the model, in order of first use. */
export function emit(outputs: Readonly<Record<string, Tensor>>): Program {
  const emitter = new Emitter();
  const order = topologicalOrder(Object.values(outputs));
  const inputs = order.filter((t) => isOp(t, "input"));
  const names = [...inputs.map((t) => t.attributes.name), ...Object.keys(outputs)];
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new MullError("engine", `emit: two inputs or outputs are named ${twice}`);
  for (const tensor of order) {
    const rule = rules[tensor.op] as EmissionRule<OpName>;
    emitter.bind(
      tensor,
      rule(
        emitter,
        tensor,
        tensor.inputs.map((t) => emitter.nameOf(t)),
      ),
    );
  }
  const renamed = Object.entries(outputs).map(([name, tensor]) => {
    emitter.nodes.push({
      opType: "Identity",
      domain: "",
      input: [emitter.nameOf(tensor)],
      output: [name],
      attribute: [],
    });
    return { name, shape: tensor.shape, elemType: ELEMENT_TYPE[tensor.dtype] };
  });
  const described = inputs.map((t) => ({
    name: t.attributes.name,
    shape: t.shape,
    dtype: t.dtype,
    elemType: ELEMENT_TYPE[t.dtype],
  }));
  const model = encodeModel({
    nodes: emitter.nodes,
    initializers: emitter.initializers,
    inputs: described,
    outputs: renamed,
  });
  return {
    model,
    inputs: described.map(({ name, shape, dtype }) => ({ name, shape, dtype })),
    outputs: renamed.map(({ name, shape }) => ({ name, shape })),
  };
}
