/**
 * A Llama-shaped decoder: RMSNorm, rotary positions (rotate-half), SwiGLU, tied embeddings, grouped-query attention
 * down to one key/value head (multi-query, Shazeer 2019), no biases. The same weights serve the training graph (whole
 * sequences, packed) and the decode graph (one token a row against a cache).
 */

import { MullError } from "../core/errors.ts";
import type { TransformerShape } from "../core/flops.ts";
import { LIMITS } from "../core/limits.ts";
import type { Rng } from "../core/rng.ts";
import { type BatchShape, causalAttention } from "./causal-attention.ts";
import {
  add,
  concat,
  constant,
  embed,
  input,
  matmul,
  mul,
  reshape,
  rmsNorm,
  rope,
  scalar,
  silu,
  slice,
  softmax,
  transpose,
} from "./graph/ops.ts";
import type { Tensor } from "./graph/tensor.ts";

export type TransformerConfig = TransformerShape & {
  readonly maxPositions: number;
  readonly ropeTheta: number;
  readonly normEpsilon: number;
  /** A scalar read off each token's final hidden state: a reward model's score, or a value. Default: none. */
  readonly head?: ScalarHead;
};

/** `score.weight` [1, width], with `score.bias` [1] or without. */
export type ScalarHead = { readonly bias: boolean };

export type ParameterSpec = {
  /** The Hugging Face name. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Where it lies in the flat vector of all parameters. */
  readonly offset: number;
  readonly size: number;
  /** Weight decay applies to matrices, not to norms. */
  readonly decay: boolean;
};

const SIZES = ["vocabSize", "layers", "width", "heads", "kvHeads", "headDim", "ffnWidth", "maxPositions"] as const;

/** @throws MullError `shape` for a transformer that cannot be built */
export function checkConfig(c: TransformerConfig): void {
  const need = (holds: boolean, what: string): void => {
    if (!holds) throw new MullError("shape", `transformer: ${what}`);
  };
  for (const size of SIZES)
    need(Number.isSafeInteger(c[size]) && c[size] > 0, `${size} must be a positive integer, got ${c[size]}`);
  need(c.heads % c.kvHeads === 0, `${c.heads} heads cannot share ${c.kvHeads} key/value heads`);
  need(c.headDim % 2 === 0, `positions rotate pairs, so headDim must be even, got ${c.headDim}`);
  const most = LIMITS.contextTokens;
  need(c.maxPositions <= most, `maxPositions must be at most ${most}, got ${c.maxPositions}`);
  for (const value of ["ropeTheta", "normEpsilon"] as const) {
    need(c[value] > 0 && c[value] < Number.POSITIVE_INFINITY, `${value} must be positive, got ${c[value]}`);
  }
}

/** Every parameter in order, with its place in one flat Float32Array. Matrices are [out, in]. */
export function parameterLayout(c: TransformerConfig): ParameterSpec[] {
  checkConfig(c);
  const specs: ParameterSpec[] = [];
  let offset = 0;
  const push = (name: string, ...shape: number[]): void => {
    const size = shape.reduce((a, b) => a * b, 1);
    specs.push({ name, shape, offset, size, decay: shape.length > 1 });
    offset += size;
  };
  push("model.embed_tokens.weight", c.vocabSize, c.width);
  for (let layer = 0; layer < c.layers; layer++) {
    const at = `model.layers.${layer}`;
    push(`${at}.input_layernorm.weight`, c.width);
    push(`${at}.self_attn.q_proj.weight`, c.heads * c.headDim, c.width);
    push(`${at}.self_attn.k_proj.weight`, c.kvHeads * c.headDim, c.width);
    push(`${at}.self_attn.v_proj.weight`, c.kvHeads * c.headDim, c.width);
    push(`${at}.self_attn.o_proj.weight`, c.width, c.heads * c.headDim);
    push(`${at}.post_attention_layernorm.weight`, c.width);
    push(`${at}.mlp.gate_proj.weight`, c.ffnWidth, c.width);
    push(`${at}.mlp.up_proj.weight`, c.ffnWidth, c.width);
    push(`${at}.mlp.down_proj.weight`, c.width, c.ffnWidth);
  }
  push("model.norm.weight", c.width);
  if (c.head !== undefined) push("score.weight", 1, c.width); // behind all else: the trunk's weights stay where they are
  if (c.head?.bias === true) push("score.bias", 1);
  return specs;
}

export function parameterCount(c: TransformerConfig): number {
  return parameterLayout(c).reduce((n, p) => n + p.size, 0);
}

/** Standard deviation of an embedding's elements at first. */
const EMBEDDING_STD = 0.1;

/**
 * Weights to begin training with: matrices normal with variance 1 / fan-in, so that attention is awake from the first
 * step also where the model is narrow; the projections back into the residual stream zero, so that a token is itself
 * until a layer has something to say (as in nanochat); norms 1; a head zero, so that every score is 0.
 */
export function initialParameters(c: TransformerConfig, rng: Rng): Float32Array {
  const flat = new Float32Array(parameterCount(c));
  for (const p of parameterLayout(c)) {
    if (p.name.endsWith("o_proj.weight") || p.name.endsWith("down_proj.weight") || isHead(p)) continue;
    const fanIn = p.shape[1] ?? 1;
    const std = p.name === "model.embed_tokens.weight" ? EMBEDDING_STD : 1 / Math.sqrt(fanIn);
    for (let i = 0; i < p.size; i++) flat[p.offset + i] = p.decay ? std * rng.normal() : 1;
  }
  return flat;
}

/** Weights that are all at work, for tests: normal(0, deviation), residual projections by 1/sqrt(2 layers), norms 1. */
export function randomParameters(c: TransformerConfig, rng: Rng, deviation = 0.02): Float32Array {
  const flat = new Float32Array(parameterCount(c));
  for (const p of parameterLayout(c)) {
    const residual = p.name.endsWith("o_proj.weight") || p.name.endsWith("down_proj.weight");
    const std = residual ? deviation / Math.sqrt(2 * c.layers) : deviation;
    const norm = !p.decay && !isHead(p);
    for (let i = 0; i < p.size; i++) flat[p.offset + i] = norm ? 1 : std * rng.normal();
  }
  return flat;
}

function isHead({ name }: ParameterSpec): boolean {
  return name.startsWith("score.");
}

/** A model with a new head, which is zero, in place of the one it may have. */
export function withHead(
  { head: _, ...headless }: TransformerConfig,
  parameters: Float32Array,
  head: ScalarHead = { bias: true },
): { readonly config: TransformerConfig; readonly parameters: Float32Array } {
  const config = { ...headless, head };
  const flat = new Float32Array(parameterCount(config));
  flat.set(parameters.subarray(0, parameterCount(headless)));
  return { config, parameters: flat };
}

export type Parameters = ReadonlyMap<string, Tensor>;

/** One graph input a parameter, under its Hugging Face name. */
export function parameterInputs(c: TransformerConfig): Parameters {
  return new Map(parameterLayout(c).map((p) => [p.name, input(p.name, p.shape)]));
}

function weight(parameters: Parameters, name: string): Tensor {
  const tensor = parameters.get(name);
  if (tensor === undefined) throw new MullError("engine", `transformer: no parameter named ${name}`);
  return tensor;
}

/** cos and sin of position * theta^(-2i/headDim), each [maxPositions, headDim / 2]. */
function ropeTables(c: TransformerConfig): { readonly cos: Tensor; readonly sin: Tensor } {
  const half = c.headDim / 2;
  const cos = new Float32Array(c.maxPositions * half);
  const sin = new Float32Array(c.maxPositions * half);
  for (let position = 0; position < c.maxPositions; position++) {
    for (let i = 0; i < half; i++) {
      const angle = position * c.ropeTheta ** ((-2 * i) / c.headDim);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  return { cos: constant(cos, [c.maxPositions, half]), sin: constant(sin, [c.maxPositions, half]) };
}

/** How a layer's queries meet keys and values: the one thing in which training and decoding differ. */
type Attend = (layer: number, q: Tensor, k: Tensor, v: Tensor) => Tensor;

/** ids, positions int64 [n] -> final hidden states [n, width]. */
function trunk(c: TransformerConfig, parameters: Parameters, ids: Tensor, positions: Tensor, attend: Attend): Tensor {
  const { cos, sin } = ropeTables(c);
  let x = embed(weight(parameters, "model.embed_tokens.weight"), ids); // [n, width]
  for (let layer = 0; layer < c.layers; layer++) {
    const w = (name: string): Tensor => weight(parameters, `model.layers.${layer}.${name}.weight`);
    const linear = (rows: Tensor, name: string): Tensor => matmul(rows, w(name), { transposeB: true });

    const h = rmsNorm(x, w("input_layernorm"), c.normEpsilon);
    const q = rope(linear(h, "self_attn.q_proj"), positions, cos, sin); // [n, heads * headDim]
    const k = rope(linear(h, "self_attn.k_proj"), positions, cos, sin); // [n, kvHeads * headDim]
    const v = linear(h, "self_attn.v_proj");
    x = add(x, linear(attend(layer, q, k, v), "self_attn.o_proj"));

    const m = rmsNorm(x, w("post_attention_layernorm"), c.normEpsilon);
    x = add(x, linear(mul(silu(linear(m, "mlp.gate_proj")), linear(m, "mlp.up_proj")), "mlp.down_proj"));
  }
  return rmsNorm(x, weight(parameters, "model.norm.weight"), c.normEpsilon);
}

export function unembed(parameters: Parameters, hidden: Tensor): Tensor {
  return matmul(hidden, weight(parameters, "model.embed_tokens.weight"), { transposeB: true });
}

/** The head's score of each token: hidden [n, width] -> [n]. */
export function headScores(parameters: Parameters, hidden: Tensor): Tensor {
  const scores = matmul(hidden, weight(parameters, "score.weight"), { transposeB: true }); // [n, 1]
  const bias = parameters.get("score.bias");
  return reshape(bias === undefined ? scores : add(scores, bias), [hidden.shape[0] as number]);
}

/** `unembed` of `sequenceHidden`: [batch * time, vocab]. */
export function sequenceLogits(
  c: TransformerConfig,
  parameters: Parameters,
  ids: Tensor,
  positions: Tensor,
  starts: Tensor,
  shape: BatchShape,
): Tensor {
  return unembed(parameters, sequenceHidden(c, parameters, ids, positions, starts, shape));
}

/**
 * Final hidden states of whole sequences, packed: rows of `time` tokens, several sequences a row. Positions restart in each sequence,
 * and `starts` says where in its row each token's sequence begins, so that it sees its own sequence alone. ids, positions
 * int64, starts [batch * time] -> [batch * time, width].
 */
export function sequenceHidden(
  c: TransformerConfig,
  parameters: Parameters,
  ids: Tensor,
  positions: Tensor,
  starts: Tensor,
  { batch, time }: BatchShape,
): Tensor {
  const { heads, kvHeads, headDim } = c;
  const group = heads / kvHeads;
  const attend = causalAttention(starts, { batch, time }, 1 / Math.sqrt(headDim));
  return trunk(c, parameters, ids, positions, (_, q, k, v) => {
    // Heads that share a key head lie beside each other, so they become rows of one product.
    const split = (t: Tensor, perHead: number): Tensor =>
      reshape(transpose(reshape(t, [batch, time, kvHeads, perHead * headDim]), [0, 2, 1, 3]), [
        batch * kvHeads,
        time * perHead,
        headDim,
      ]);
    const out = attend(split(q, group), split(k, 1), split(v, 1)); // [batch * kvHeads, time * group, headDim]
    const together = transpose(reshape(out, [batch, kvHeads, time, group * headDim]), [0, 2, 1, 3]);
    return reshape(together, [batch * time, heads * headDim]);
  });
}

/** What one decode step returns beside the logits: the new key and value of each layer, [rows, kvHeads * headDim]. */
export type DecodeStep = {
  readonly logits: Tensor;
  readonly keys: readonly Tensor[];
  readonly values: readonly Tensor[];
};

/**
 * One token a row. The cache of each layer comes in as inputs [rows * kvHeads, time, headDim], read only; `mask`
 * [rows, 1, time] hides what a row has not written yet. Scores against the cache and against the new key meet in one
 * softmax. ids, positions int64 [rows] -> logits [rows, vocab].
 */
export function decodeStep(c: TransformerConfig, parameters: Parameters, rows: number, time: number): DecodeStep {
  const { heads, kvHeads, headDim } = c;
  const group = heads / kvHeads;
  const scale = 1 / Math.sqrt(headDim);
  const ids = input("ids", [rows], "int64");
  const positions = input("positions", [rows], "int64");
  const rowMask = input("mask", [rows, 1, time]);
  const mask =
    kvHeads === 1 ? rowMask : reshape(concat(new Array(kvHeads).fill(rowMask), 1), [rows * kvHeads, 1, time]);
  const keys: Tensor[] = [];
  const values: Tensor[] = [];
  const hidden = trunk(c, parameters, ids, positions, (layer, q, k, v) => {
    keys.push(k);
    values.push(v);
    const cacheShape = [rows * kvHeads, time, headDim];
    const pastKeys = input(`keys.${layer}`, cacheShape);
    const pastValues = input(`values.${layer}`, cacheShape);
    const query = reshape(mul(q, scalar(scale)), [rows * kvHeads, group, headDim]);
    const newKey = reshape(k, [rows * kvHeads, 1, headDim]);
    const newValue = reshape(v, [rows * kvHeads, 1, headDim]);
    // A product a query: one row against keys as they lie is computed without copying the keys together first.
    const scores = Array.from({ length: group }, (_, g) =>
      matmul(slice(query, 1, g, g + 1), pastKeys, { transposeB: true }),
    );
    const past = add(concat(scores, 1), mask); // [rows, group, time]
    const present = matmul(query, newKey, { transposeB: true }); // [rows, group, 1]
    const p = softmax(concat([past, present], 2)); // [rows, group, time + 1]
    const fromPast = matmul(slice(p, 2, 0, time), pastValues);
    const fromPresent = mul(slice(p, 2, time, time + 1), newValue);
    return reshape(add(fromPast, fromPresent), [rows, heads * headDim]);
  });
  return { logits: unembed(parameters, hidden), keys, values };
}
