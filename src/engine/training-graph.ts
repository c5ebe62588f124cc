/** The training graph of a micro-batch: forward, loss, and the gradient of every parameter as one flat vector. */

import { MullError } from "../core/errors.ts";
import type { BatchShape } from "./causal-attention.ts";
import { gradients } from "./graph/gradients.ts";
import { concat, entropy, input, logProb, reshape } from "./graph/ops.ts";
import { sizeOf, type Tensor } from "./graph/tensor.ts";
import { emit, type Program } from "./onnx/emit.ts";
import { headScores, parameterInputs, sequenceHidden, type TransformerConfig, unembed } from "./transformer.ts";

/** What a loss sees of the policy, token by token, each [n]. Sums over tokens, so that micro-batches add up. */
export type TokenTensors = {
  /** Log-probability of the token that was taken, nats. */
  readonly logprob: Tensor;
  readonly entropy: Tensor;
  /** What the head reads off the token before, on which the prediction rests; there where the transformer has a head. */
  readonly score?: Tensor;
  /** The loss's own per-token inputs. */
  readonly field: (name: string) => Tensor;
};

export type Loss = {
  readonly name: string;
  readonly fields: readonly string[];
  /** Builds the scalar loss. */
  readonly build: (tokens: TokenTensors) => Tensor;
};

function forward(config: TransformerConfig, shape: BatchShape, fields: readonly string[]) {
  const n = shape.batch * shape.time;
  const parameters = parameterInputs(config);
  const ids = input("ids", [n], "int64");
  const positions = input("positions", [n], "int64");
  const targets = input("targets", [n], "int64");
  const inputs = new Map(fields.map((name) => [name, input(name, [n])]));
  const hidden = sequenceHidden(config, parameters, ids, positions, input("starts", [n]), shape);
  const logits = unembed(parameters, hidden);
  const score = config.head === undefined ? {} : { score: headScores(parameters, hidden) };
  const field = (name: string): Tensor => inputs.get(name) as Tensor;
  return { parameters, tokens: { logprob: logProb(logits, targets), entropy: entropy(logits), field, ...score } };
}

/** Outputs: loss [], gradient [parameters], logprob [n], entropy [n]. */
export function gradientProgram(config: TransformerConfig, shape: BatchShape, loss: Loss): Program {
  const { parameters, tokens } = forward(config, shape, loss.fields);
  const scalarLoss = loss.build(tokens);
  const flat = gradients(scalarLoss, [...parameters.values()]).map((g) => reshape(g, [sizeOf(g.shape)]));
  return emit({ loss: scalarLoss, gradient: concat(flat, 0), logprob: tokens.logprob, entropy: tokens.entropy });
}

/** Output: score [n]. */
export function headProgram(config: TransformerConfig, shape: BatchShape): Program {
  const { tokens } = forward(config, shape, []);
  return emit({ score: scoreOf(tokens) });
}

/**
 * The head's scores, for a loss that needs them.
 *
 * @throws MullError `usage` where the transformer has no head
 */
export function scoreOf({ score }: Pick<TokenTensors, "score">): Tensor {
  if (score !== undefined) return score;
  throw new MullError("usage", "this transformer has no head to score with", { hint: "give it one with `withHead`" });
}

/** Outputs: logprob [n], entropy [n]. */
export function scoreProgram(config: TransformerConfig, shape: BatchShape): Program {
  const { tokens } = forward(config, shape, []);
  return emit({ logprob: tokens.logprob, entropy: tokens.entropy });
}
