/**
 * AdamW (Loshchilov & Hutter 2019) as one graph over the flat parameter vector: clipping by the global norm, linear
 * warm-up, cosine decay and the update itself.
 */

import { add, constant, cos, div, exp, input, max, min, mul, reduceSum, scalar, sqrt, sub } from "./graph/ops.ts";
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

/**
 * Inputs: parameters, mean, variance, gradient, each [parameters], and step [] counted from 1.
 * Outputs: newParameters, newMean, newVariance, gradientNorm [], learningRate [].
 */
export function adamwProgram(config: TransformerConfig, o: AdamWOptions): Program {
  const layout = parameterLayout(config);
  const size = layout.reduce((n, p) => n + p.size, 0);
  const decays = new Float32Array(size);
  for (const p of layout) if (p.decay) decays.fill(o.weightDecay, p.offset, p.offset + p.size);

  const vector = (name: string): Tensor => input(name, [size]);
  const [parameters, mean, variance] = [vector("parameters"), vector("mean"), vector("variance")] as const;
  const raw = vector("gradient");
  const step = input("step", []);

  const norm = sqrt(reduceSum(mul(raw, raw)));
  const gradient = mul(raw, min(scalar(1), div(scalar(o.clipNorm), add(norm, scalar(1e-6)))));

  const warmup = min(scalar(1), div(step, scalar(Math.max(1, o.warmupSteps))));
  const span = Math.max(1, o.totalSteps - o.warmupSteps);
  const progress = min(scalar(1), max(scalar(0), div(sub(step, scalar(o.warmupSteps)), scalar(span))));
  const cosine = mul(scalar(0.5), add(scalar(1), cos(mul(progress, scalar(Math.PI)))));
  const decay = add(scalar(o.finalRatio), mul(scalar(1 - o.finalRatio), cosine));
  const rate = mul(scalar(o.learningRate), mul(warmup, decay));

  const newMean = add(mul(mean, scalar(o.beta1)), mul(gradient, scalar(1 - o.beta1)));
  const newVariance = add(mul(variance, scalar(o.beta2)), mul(mul(gradient, gradient), scalar(1 - o.beta2)));
  const correction = (beta: number): Tensor => sub(scalar(1), exp(mul(step, scalar(Math.log(beta))))); // 1 - beta^step
  const meanHat = div(newMean, correction(o.beta1));
  const deviation = add(sqrt(div(newVariance, correction(o.beta2))), scalar(o.epsilon));
  const update = add(div(meanHat, deviation), mul(parameters, constant(decays, [size])));
  const newParameters = sub(parameters, mul(rate, update));
  return emit({ newParameters, newMean, newVariance, gradientNorm: norm, learningRate: rate });
}
