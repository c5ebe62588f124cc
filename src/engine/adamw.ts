/**
 * AdamW (Loshchilov & Hutter 2019) as one graph over the flat parameter vector, or over a part of it: clipping by the
 * global norm, linear warm-up, cosine decay and the update itself.
 */

import { add, constant, cos, div, exp, input, min, mul, reduceSum, scalar, slice, sqrt, sub } from "./graph/ops.ts";
import type { Tensor } from "./graph/tensor.ts";
import { emit, type Program } from "./onnx/emit.ts";
import { parameterLayout, type TransformerConfig } from "./transformer.ts";

export type AdamWOptions = {
  /** Peak learning rate. */
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Largest global gradient norm; larger gradients are scaled down to it. */
  readonly clipNorm: number;
  /** Steps over which the rate rises from 0. */
  readonly warmupSteps: number;
  /** The rate reaches `finalRatio` of its peak at this step, on a cosine. */
  readonly totalSteps: number;
  /** 1 keeps the rate constant after the warm-up. */
  readonly finalRatio: number;
};

/** Elements `from` .. `to` of the flat parameter vector. */
export type Part = { readonly from: number; readonly to: number };

/**
 * The share of the rate's fall that lies behind step `step`, counted from 1, where it falls by steps.
 *
 * @example
 * decayProgress(55, { warmupSteps: 10, totalSteps: 100 }); // 0.5
 */
export function decayProgress(step: number, o: Pick<AdamWOptions, "warmupSteps" | "totalSteps">): number {
  const span = Math.max(1, o.totalSteps - o.warmupSteps);
  return Math.min(1, Math.max(0, (step - o.warmupSteps) / span));
}

/**
 * The update of one part of the weights; threads take a part each. Every part works out the norm of the whole gradient
 * by the same sum, so all agree on it, and the result does not depend on how the vector is cut.
 *
 * Inputs: parameters, mean, variance, each [to - from], gradient [parameters], step [] counted from 1, and progress [], the
 * share of the decay that is behind (`decayProgress`, or of a budget that is not counted in steps).
 * Outputs: newParameters, newMean, newVariance, each [to - from], gradientNorm [], learningRate [].
 */
export function adamwProgram(config: TransformerConfig, o: AdamWOptions, part?: Part): Program {
  const layout = parameterLayout(config);
  const size = layout.reduce((n, p) => n + p.size, 0);
  const { from, to } = part ?? { from: 0, to: size };
  const decays = new Float32Array(size);
  for (const p of layout) if (p.decay) decays.fill(o.weightDecay, p.offset, p.offset + p.size);

  const vector = (name: string): Tensor => input(name, [to - from]);
  const [parameters, mean, variance] = [vector("parameters"), vector("mean"), vector("variance")] as const;
  const gradient = input("gradient", [size]);
  const step = input("step", []);
  const progress = input("progress", []);

  const squares = mul(gradient, gradient);
  const norm = sqrt(reduceSum(squares));
  const clip = min(scalar(1), div(scalar(o.clipNorm), add(norm, scalar(1e-6))));

  const warmup = min(scalar(1), div(step, scalar(Math.max(1, o.warmupSteps))));
  const cosine = mul(scalar(0.5), add(scalar(1), cos(mul(progress, scalar(Math.PI)))));
  const decay = add(scalar(o.finalRatio), mul(scalar(1 - o.finalRatio), cosine));
  const rate = mul(scalar(o.learningRate), mul(warmup, decay));

  // Scalars are multiplied with each other first: a pass over the vectors is what costs.
  const share = (beta: number): Tensor => scalar(1 - beta);
  const newMean = add(mul(mean, scalar(o.beta1)), mul(slice(gradient, 0, from, to), mul(share(o.beta1), clip)));
  const clippedShare = mul(share(o.beta2), mul(clip, clip));
  const newVariance = add(mul(variance, scalar(o.beta2)), mul(slice(squares, 0, from, to), clippedShare));
  const correction = (beta: number): Tensor => sub(scalar(1), exp(mul(step, scalar(Math.log(beta))))); // 1 - beta^step
  const deviation = add(mul(sqrt(newVariance), div(scalar(1), sqrt(correction(o.beta2)))), scalar(o.epsilon));
  const update = mul(div(newMean, deviation), div(rate, correction(o.beta1)));
  const kept = sub(scalar(1), mul(constant(decays.slice(from, to), [to - from]), rate));
  const newParameters = sub(o.weightDecay === 0 ? parameters : mul(parameters, kept), update);
  return emit({ newParameters, newMean, newVariance, gradientNorm: norm, learningRate: rate });
}
