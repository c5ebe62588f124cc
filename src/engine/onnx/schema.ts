/**
 * The part of the ONNX file format that Mull writes, as protobuf messages (field numbers from onnx.proto3, IR version 10).
 */

import protobuf from "protobufjs";

const root = protobuf.Root.fromJSON({
  nested: {
    onnx: {
      nested: {
        Attribute: {
          fields: {
            name: { type: "string", id: 1 },
            f: { type: "float", id: 2 },
            i: { type: "int64", id: 3 },
            s: { type: "bytes", id: 4 },
            ints: { rule: "repeated", type: "int64", id: 8 },
            type: { type: "int32", id: 20 },
          },
        },
        Node: {
          fields: {
            input: { rule: "repeated", type: "string", id: 1 },
            output: { rule: "repeated", type: "string", id: 2 },
            name: { type: "string", id: 3 },
            opType: { type: "string", id: 4 },
            attribute: { rule: "repeated", type: "Attribute", id: 5 },
            domain: { type: "string", id: 7 },
          },
        },
        Tensor: {
          fields: {
            dims: { rule: "repeated", type: "int64", id: 1 },
            dataType: { type: "int32", id: 2 },
            name: { type: "string", id: 8 },
            rawData: { type: "bytes", id: 9 },
          },
        },
        Dimension: { fields: { dimValue: { type: "int64", id: 1 } } },
        TensorShape: { fields: { dim: { rule: "repeated", type: "Dimension", id: 1 } } },
        TensorType: { fields: { elemType: { type: "int32", id: 1 }, shape: { type: "TensorShape", id: 2 } } },
        Type: { fields: { tensorType: { type: "TensorType", id: 1 } } },
        ValueInfo: { fields: { name: { type: "string", id: 1 }, type: { type: "Type", id: 2 } } },
        Graph: {
          fields: {
            node: { rule: "repeated", type: "Node", id: 1 },
            name: { type: "string", id: 2 },
            initializer: { rule: "repeated", type: "Tensor", id: 5 },
            input: { rule: "repeated", type: "ValueInfo", id: 11 },
            output: { rule: "repeated", type: "ValueInfo", id: 12 },
          },
        },
        OperatorSet: { fields: { domain: { type: "string", id: 1 }, version: { type: "int64", id: 2 } } },
        Model: {
          fields: {
            irVersion: { type: "int64", id: 1 },
            producerName: { type: "string", id: 2 },
            graph: { type: "Graph", id: 7 },
            opsetImport: { rule: "repeated", type: "OperatorSet", id: 8 },
          },
        },
      },
    },
  },
});

/** TensorProto.DataType */
export const ELEMENT_TYPE = { float32: 1, int64: 7, bool: 9 } as const;

export type OnnxAttribute =
  | { readonly name: string; readonly f: number }
  | { readonly name: string; readonly i: number }
  | { readonly name: string; readonly s: Uint8Array }
  | { readonly name: string; readonly ints: readonly number[] };

export type OnnxNode = {
  readonly opType: string;
  readonly domain: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly OnnxAttribute[];
};

export type OnnxTensor = {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly rawData: Uint8Array;
};

export type OnnxValue = { readonly name: string; readonly elemType: number; readonly shape: readonly number[] };

/** AttributeProto.AttributeType: FLOAT 1, INT 2, INTS 7. */
function attributeType(attribute: OnnxAttribute): number {
  return "f" in attribute ? 1 : "i" in attribute ? 2 : "s" in attribute ? 3 : 7;
}

function valueInfo(value: OnnxValue): object {
  const dim = value.shape.map((dimValue) => ({ dimValue }));
  return { name: value.name, type: { tensorType: { elemType: value.elemType, shape: { dim } } } };
}

export function encodeModel(graph: {
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}): Uint8Array {
  const Model = root.lookupType("onnx.Model");
  const message = Model.fromObject({
    irVersion: 10,
    producerName: "mull",
    opsetImport: [
      { domain: "", version: 20 },
      { domain: "com.microsoft", version: 1 },
    ],
    graph: {
      name: "mull",
      node: graph.nodes.map((n, i) => ({
        ...n,
        name: `${n.opType}_${i}`,
        attribute: n.attribute.map((a) => ({ ...a, type: attributeType(a) })),
      })),
      initializer: graph.initializers,
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
    },
  });
  return Model.encode(message).finish();
}
