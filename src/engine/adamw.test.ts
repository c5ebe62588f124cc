/** The update graph against the paper's algorithm, written here a second time, in double precision. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Rng } from "../core/rng.ts";
import { type AdamWOptions, adamwProgram, decayProgress } from "./adamw.ts";
import { Session } from "./onnx/session.ts";
import { parameterLayout, randomParameters, type TransformerConfig } from "./transformer.ts";

const CONFIG: TransformerConfig = {
  vocabSize: 5,
  layers: 1,
  width: 4,
  heads: 2,
  kvHeads: 1,
  headDim: 2,
  ffnWidth: 6,
  maxPositions: 8,
  ropeTheta: 10000,
  normEpsilon: 1e-5,
};

const OPTIONS: AdamWOptions = {
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clipNorm: 1,
  warmupSteps: 3,
  totalSteps: 10,
  finalRatio: 0.1,
};

type State = { parameters: Float64Array; mean: Float64Array; variance: Float64Array };

/** Loshchilov & Hutter 2019, algorithm 2, with the gradient clipped by its global norm before. */
function reference(s: State, gradient: Float32Array, decays: (i: number) => boolean, t: number, o: AdamWOptions) {
  const norm = Math.hypot(...gradient);
  const scale = norm > o.clipNorm ? o.clipNorm / norm : 1;
  let rate = o.learningRate;
  if (t < o.warmupSteps) rate *= t / o.warmupSteps;
  else {
    const progress = Math.min(1, (t - o.warmupSteps) / Math.max(1, o.totalSteps - o.warmupSteps));
    rate *= o.finalRatio + (1 - o.finalRatio) * 0.5 * (1 + Math.cos(Math.PI * progress));
  }
  for (let i = 0; i < gradient.length; i++) {
    const g = scale * (gradient[i] as number);
    const mean = o.beta1 * (s.mean[i] as number) + (1 - o.beta1) * g;
    const variance = o.beta2 * (s.variance[i] as number) + (1 - o.beta2) * g * g;
    const meanHat = mean / (1 - o.beta1 ** t);
    const varianceHat = variance / (1 - o.beta2 ** t);
    const decay = decays(i) ? o.weightDecay * (s.parameters[i] as number) : 0;
    s.mean[i] = mean;
    s.variance[i] = variance;
    s.parameters[i] = (s.parameters[i] as number) - rate * (meanHat / (Math.sqrt(varianceHat) + o.epsilon) + decay);
  }
  return { norm, rate };
}

/** Twelve steps of the graph and of the reference side by side, with gradients of very different sizes. */
async function compare(o: AdamWOptions): Promise<{ rates: number[]; clipped: number }> {
  const rng = new Rng(3);
  const layout = parameterLayout(CONFIG);
  const decays = (i: number): boolean => layout.some((p) => p.decay && i >= p.offset && i < p.offset + p.size);
  const session = await Session.create(adamwProgram(CONFIG, o));
  let parameters = randomParameters(CONFIG, rng, 0.5);
  const size = parameters.length;
  let [mean, variance] = [new Float32Array(size), new Float32Array(size)];
  const state = {
    parameters: Float64Array.from(parameters),
    mean: new Float64Array(size),
    variance: new Float64Array(size),
  };
  const rates: number[] = [];
  let clipped = 0;
  for (let t = 1; t <= 12; t++) {
    const gradient = Float32Array.from({ length: size }, () => rng.normal() * 10 ** ((t % 4) - 3));
    const [step, progress] = [new Float32Array([t]), new Float32Array([decayProgress(t, o)])];
    const outputs = await session.run({ parameters, mean, variance, gradient, step, progress });
    const { norm, rate } = reference(state, gradient, decays, t, o);
    if (norm > o.clipNorm) clipped++;
    near(outputs["gradientNorm"], [norm], 1e-6, `norm at step ${t}`);
    near(outputs["learningRate"], [rate], 1e-6, `rate at step ${t}`);
    near(outputs["newMean"], state.mean, 1e-6, `mean at step ${t}`);
    near(outputs["newVariance"], state.variance, 1e-6, `variance at step ${t}`);
    near(outputs["newParameters"], state.parameters, 1e-6, `parameters after step ${t}`);
    parameters = outputs["newParameters"] as Float32Array<ArrayBuffer>;
    mean = outputs["newMean"] as Float32Array<ArrayBuffer>;
    variance = outputs["newVariance"] as Float32Array<ArrayBuffer>;
    rates.push(rate);
  }
  await session.release();
  return { rates, clipped };
}

function near(actual: Float32Array | undefined, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual?.length, expected.length, what);
  actual?.forEach((v, i) => {
    const e = expected[i] as number;
    assert.ok(Math.abs(v - e) <= tolerance * (1 + Math.abs(e)), `${what}, ${i}: expected ${e}, got ${v}`);
  });
}

describe("AdamW", () => {
  test("equals the algorithm in double precision through warm-up, cosine, its end, and clipping", async () => {
    const { rates, clipped } = await compare(OPTIONS);
    assert.ok(clipped > 0 && clipped < 12, `${clipped} of 12 gradients were clipped`);
    const third = 0.01 / 3;
    for (const [i, rate] of [third, 2 * third, 0.01].entries()) {
      assert.ok(Math.abs((rates[i] as number) - rate) < 1e-12);
    }
    assert.deepEqual(
      rates.slice(9).map((r) => r.toFixed(9)),
      new Array(3).fill("0.001000000"),
    ); // the floor, also past the end
  });

  test("a constant rate after no warm-up, no decay, no clipping", async () => {
    const constant = { ...OPTIONS, warmupSteps: 0, finalRatio: 1, weightDecay: 0, clipNorm: 1e9, beta2: 0.999 };
    const { rates, clipped } = await compare(constant);
    assert.equal(clipped, 0);
    assert.deepEqual(new Set(rates), new Set([0.01]));
  });

  test("one step by hand: every weight moves by the rate against its gradient's sign, norms do not decay", async () => {
    // At t = 1 both moments are unbiased to g and g^2, so the update is sign(g) + decay.
    const o = { ...OPTIONS, warmupSteps: 0, finalRatio: 1, clipNorm: 1e9, weightDecay: 0.5 };
    const session = await Session.create(adamwProgram(CONFIG, o));
    const layout = parameterLayout(CONFIG);
    const size = layout.reduce((n, p) => n + p.size, 0);
    const parameters = new Float32Array(size).fill(2);
    const gradient = Float32Array.from({ length: size }, (_, i) => (i % 2 === 0 ? 1 : -1));
    const [mean, variance] = [new Float32Array(size), new Float32Array(size)];
    const [step, progress] = [new Float32Array([1]), new Float32Array([0])];
    const { newParameters } = await session.run({ parameters, mean, variance, gradient, step, progress });
    await session.release();
    for (const p of layout) {
      const decay = p.name.includes("norm") ? 0 : 0.5 * 2;
      const expected = Array.from(
        { length: p.size },
        (_, i) => 2 - 0.01 * (gradient[p.offset + i] as number) - 0.01 * decay,
      );
      near(newParameters?.subarray(p.offset, p.offset + p.size), expected, 1e-6, p.name);
    }
  });
});
