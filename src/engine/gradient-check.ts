/**
 * Checking gradients: what `gradients` derives against what a session measures.
 *
 * The output is contracted with fixed random weights, in double precision and outside the graph, so that one backward
 * pass is compared at once in every element. Each coordinate, or a random direction of many, is then moved and the
 * slope measured with the five-point stencil, whose error is O(h^4): in float32 its step can be large, which keeps
 * rounding small (both near 1e-5 where values are near 1).
 */

import { MullError } from "../core/errors.ts";
import type { Rng } from "../core/rng.ts";
import { gradients } from "./graph/gradients.ts";
import { constant, mul, reduceSum } from "./graph/ops.ts";
import { isOp, type Tensor } from "./graph/tensor.ts";
import { emit } from "./onnx/emit.ts";
import { type Feed, Session } from "./onnx/session.ts";

export type GradientCheckOptions = {
  /** Draws the contraction and the directions. */
  readonly rng: Rng;
  /** Distance moved. Default 1/32. */
  readonly step?: number;
  /** Without it every coordinate is moved alone; with it, this many random unit directions of each input instead. */
  readonly directions?: number;
};

/** The worst disagreement: |measured - derived| / (1 + |derived|). */
export type GradientCheck = {
  readonly error: number;
  /** Name of the input it was found in. */
  readonly input: string;
  readonly measured: number;
  readonly derived: number;
  /** Slopes compared. */
  readonly compared: number;
};

/**
 * Compares the gradient of `output` with respect to each of `inputs` (input nodes) to finite differences.
 *
 * @param feeds values of every input node that `output` reaches; they are moved in place and put back
 * @throws MullError `engine` when one of `inputs` is no input node or has no float32 feed
 * @example
 * import { Rng } from "../core/rng.ts";
 * import { exp, input } from "./graph/ops.ts";
 * const x = input("x", [3]);
 * const check = await checkGradient(exp(x), [x], { x: new Float32Array([0, 0.5, -1]) }, { rng: new Rng(1) });
 * check.error < 1e-4; // true
 */
export async function checkGradient(
  output: Tensor,
  inputs: readonly Tensor[],
  feeds: Readonly<Record<string, Feed>>,
  options: GradientCheckOptions,
): Promise<GradientCheck> {
  const { rng, step = 1 / 32, directions } = options;
  const moved = inputs.map((x) => {
    const name = isOp(x, "input") ? x.attributes.name : undefined;
    const values = name === undefined ? undefined : feeds[name];
    if (name === undefined || !(values instanceof Float32Array)) {
      throw new MullError(
        "engine",
        `checkGradient: expected an input node with a float32 feed, got ${x.op} ${name ?? ""}`,
      );
    }
    return { name, values };
  });
  const contraction = Float32Array.from({ length: output.shape.reduce((n, d) => n * d, 1) }, () => rng.normal());

  const loss = reduceSum(mul(output, constant(contraction, output.shape)));
  const derivedSession = await Session.create(
    emit(Object.fromEntries(gradients(loss, inputs).map((g, i) => [`gradient.${i}`, g]))),
  );
  const derived = await derivedSession.run(feeds);
  await derivedSession.release();

  const session = await Session.create(emit({ output }));
  const evaluate = async (): Promise<number> => {
    const { output: values } = (await session.run(feeds)) as { output: Float32Array };
    return values.reduce((sum, v, i) => sum + v * (contraction[i] as number), 0);
  };
  let worst: GradientCheck = { error: -1, input: "", measured: 0, derived: 0, compared: 0 };
  let compared = 0;
  for (const [i, { name, values }] of moved.entries()) {
    const gradient = derived[`gradient.${i}`] as Float32Array;
    for (const direction of directionsOf(values.length, directions, rng)) {
      const measured = await slope(evaluate, values, direction, step);
      const expected = direction.reduce((sum, d, k) => sum + d * (gradient[k] as number), 0);
      const error = Math.abs(measured - expected) / (1 + Math.abs(expected));
      compared++;
      // Not "error > worst": NaN is the worst of all.
      if (!(error <= worst.error)) worst = { error, input: name, measured, derived: expected, compared };
    }
  }
  await session.release();
  return { ...worst, compared };
}

/** Unit vectors: every coordinate's, or `count` random ones. */
function* directionsOf(size: number, count: number | undefined, rng: Rng): Generator<Float64Array> {
  for (let k = 0; k < (count ?? size); k++) {
    const direction = new Float64Array(size);
    if (count === undefined) direction[k] = 1;
    else {
      for (let i = 0; i < size; i++) direction[i] = rng.normal();
      const length = Math.hypot(...direction);
      for (let i = 0; i < size; i++) direction[i] = (direction[i] as number) / length;
    }
    yield direction;
  }
}

/** The slope along `direction`: (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12 h. */
async function slope(
  evaluate: () => Promise<number>,
  values: Float32Array,
  direction: Float64Array,
  step: number,
): Promise<number> {
  const origin = values.slice();
  const at = async (distance: number): Promise<number> => {
    for (let i = 0; i < values.length; i++) values[i] = (origin[i] as number) + distance * (direction[i] as number);
    return evaluate();
  };
  const near = (await at(step)) - (await at(-step));
  const far = (await at(2 * step)) - (await at(-2 * step));
  values.set(origin);
  return (8 * near - far) / (12 * step);
}
