/**
 * Reverse-mode differentiation: one gradient rule an operator, and the sweep that applies them.
 *
 * A rule gets the node and the gradient of the loss with respect to it, and returns one gradient for each input, or
 * null where none flows (ids, masks, positions, saved activations).
 */

import {
  add,
  concat,
  cos,
  div,
  entropy,
  expand,
  lessOrEqual,
  log,
  matmul,
  max,
  mul,
  neg,
  oneHot,
  reduceSum,
  reshape,
  rope,
  scalar,
  sigmoid,
  slice,
  softmax,
  sqrt,
  sub,
  transpose,
  where,
} from "./ops.ts";
import { type OpName, type Shape, sameShape, shapeError, sizeOf, type Tensor, topologicalOrder } from "./tensor.ts";

type GradientRule<O extends OpName> = (node: Tensor<O>, g: Tensor) => readonly (Tensor | null)[];

const in0 = (node: Tensor): Tensor => node.inputs[0] as Tensor;
const in1 = (node: Tensor): Tensor => node.inputs[1] as Tensor;

/** Sums a gradient down to the shape that was broadcast. */
function reduceTo(g: Tensor, shape: Shape): Tensor {
  if (sameShape(g.shape, shape)) return g;
  const lead = g.shape.length - shape.length;
  const axes = g.shape.flatMap((d, i) => (i < lead || (shape[i - lead] === 1 && d !== 1) ? [i] : []));
  return reshape(reduceSum(g, axes, true), shape);
}

/** Sends the gradient to the chosen side of min or max; the first on a tie. */
function chosen(node: Tensor, g: Tensor, firstChosen: Tensor): readonly Tensor[] {
  const zero = expand(scalar(0), g.shape);
  return [
    reduceTo(where(firstChosen, g, zero), in0(node).shape),
    reduceTo(where(firstChosen, zero, g), in1(node).shape),
  ];
}

const rules: { readonly [O in OpName]: GradientRule<O> } = {
  input: () => [],
  constant: () => [],
  add: (n, g) => n.inputs.map((x) => reduceTo(g, x.shape)),
  sub: (n, g) => [reduceTo(g, in0(n).shape), reduceTo(neg(g), in1(n).shape)],
  mul: (n, g) => [reduceTo(mul(g, in1(n)), in0(n).shape), reduceTo(mul(g, in0(n)), in1(n).shape)],
  div: (n, g) => {
    const ga = div(g, in1(n));
    return [reduceTo(ga, in0(n).shape), reduceTo(neg(mul(ga, n)), in1(n).shape)];
  },
  min: (n, g) => chosen(n, g, lessOrEqual(expand(in0(n), n.shape), expand(in1(n), n.shape))),
  max: (n, g) => chosen(n, g, lessOrEqual(expand(in1(n), n.shape), expand(in0(n), n.shape))),
  lessOrEqual: () => [null, null],
  where: (n, g) => {
    const zero = expand(scalar(0), g.shape);
    return [null, where(in0(n), g, zero), where(in0(n), zero, g)];
  },
  neg: (_, g) => [neg(g)],
  exp: (n, g) => [mul(g, n)],
  log: (n, g) => [div(g, in0(n))],
  sqrt: (n, g) => [div(mul(g, scalar(0.5)), n)],
  cos: (n, g) => [neg(mul(g, cos(sub(in0(n), scalar(Math.PI / 2)))))],
  sigmoid: (n, g) => [mul(g, mul(n, sub(scalar(1), n)))],
  // d/dx x s(x) = s (1 + x - x s)
  silu: (n, g) => {
    const s = sigmoid(in0(n));
    return [mul(g, add(s, mul(s, sub(in0(n), n))))];
  },
  stopGradient: () => [null],
  reduceSum: (n, g) => {
    const kept = in0(n).shape.map((d, i) => (n.attributes.axes.includes(i) ? 1 : d));
    return [expand(reshape(g, kept), in0(n).shape)];
  },
  reshape: (n, g) => [reshape(g, in0(n).shape)],
  expand: (n, g) => [reduceTo(g, in0(n).shape)],
  transpose: (n, g) => {
    const inverse: number[] = [];
    n.attributes.permutation.forEach((axis, i) => {
      inverse[axis] = i;
    });
    return [transpose(g, inverse)];
  },
  concat: (n, g) => {
    let start = 0;
    return n.inputs.map((part) => {
      const end = start + (part.shape[n.attributes.axis] as number);
      const piece = slice(g, n.attributes.axis, start, end);
      start = end;
      return piece;
    });
  },
  slice: (n, g) => {
    const { axis, start, end } = n.attributes;
    const shape = in0(n).shape;
    const pad = (size: number): Tensor[] =>
      size === 0
        ? []
        : [
            expand(
              scalar(0),
              shape.map((d, i) => (i === axis ? size : d)),
            ),
          ];
    return [concat([...pad(start), g, ...pad((shape[axis] as number) - end)], axis)];
  },
  // With C = alpha A B: dA = alpha G B^T and dB = alpha A^T G; a transposed operand swaps the roles.
  matmul: (n, g) => {
    const [a, b] = [in0(n), in1(n)];
    const { transposeA: ta, transposeB: tb, alpha } = n.attributes;
    const ga = ta
      ? matmul(b, g, { transposeA: tb, transposeB: true, alpha })
      : matmul(g, b, { transposeB: !tb, alpha });
    const gb = tb
      ? matmul(g, a, { transposeA: true, transposeB: ta, alpha })
      : matmul(a, g, { transposeA: !ta, alpha });
    return [ga, gb];
  },
  oneHot: () => [null],
  // The scatter-add of the embedding's gradient, as a product with the one-hot ids: deterministic, and fast for small vocabularies.
  embed: (n, g) => [matmul(oneHot(in1(n), in0(n).shape[0] as number), g, { transposeA: true }), null],
  softmax: (n, g) => {
    const last = n.shape.length - 1;
    return [mul(n, sub(g, reduceSum(mul(g, n), [last], true)))];
  },
  // With r = rsqrt(mean x^2 + eps), xn = x r, gw = g w: dx = r (gw - xn mean(gw xn)), dw = sum g xn.
  rmsNorm: (n, g) => {
    const [x, weight] = [in0(n), in1(n)];
    const inverseWidth = scalar(1 / (x.shape[1] as number));
    const meanSquare = mul(reduceSum(mul(x, x), [1], true), inverseWidth); // [n, 1]
    const r = div(scalar(1), sqrt(add(meanSquare, scalar(n.attributes.epsilon))));
    const normed = mul(x, r);
    const gw = mul(g, weight);
    const projection = mul(reduceSum(mul(gw, normed), [1], true), inverseWidth); // [n, 1]
    return [mul(r, sub(gw, mul(normed, projection))), reduceSum(mul(g, normed), [0])];
  },
  // A rotation: its gradient is the rotation back.
  rope: (n, g) => {
    const [, positions, cosTable, sinTable] = n.inputs as readonly [Tensor, Tensor, Tensor, Tensor];
    return [rope(g, positions, cosTable, sinTable, !n.attributes.inverse), null, null, null];
  },
  // dS = P (dP - D) with D = rowsum(dO O), which spares a pass over the probabilities (Dao et al. 2022).
  attend: (n, g) => {
    const [q, k, v, p] = n.inputs as readonly [Tensor, Tensor, Tensor, Tensor];
    const { scale } = n.attributes;
    const d = reduceSum(mul(g, n), [2], true); // [b, m, 1]
    const ds = mul(p, sub(matmul(g, v, { transposeB: true }), d)); // [b, m, t]
    const dq = matmul(ds, k, { alpha: scale });
    const dk = matmul(ds, q, { transposeA: true, alpha: scale });
    return [dq, dk, matmul(p, g, { transposeA: true }), null];
  },
  logProb: (n, g) => {
    const [logits, ids] = [in0(n), in1(n)];
    const vocab = logits.shape[1] as number;
    return [mul(reshape(g, [...g.shape, 1]), sub(oneHot(ids, vocab), softmax(logits))), null];
  },
  // dH/dz = -p (log p + H)
  entropy: (n, g) => {
    const logits = in0(n);
    const p = softmax(logits);
    const column = (t: Tensor): Tensor => reshape(t, [...t.shape, 1]);
    const logP = log(max(p, scalar(1e-30)));
    return [neg(mul(column(g), mul(p, add(logP, column(entropy(logits))))))];
  },
};

/**
 * Gradients of a scalar loss with respect to `parameters`, as new nodes of the same graph.
 *
 * @throws MullError `shape` when the loss is no scalar.
 * @example
 * import { input } from "./ops.ts";
 * const x = input("x", [3]);
 * const [dx] = gradients(reduceSum(mul(x, x)), [x]); // the node of 2 x
 * dx?.shape; // [3]
 */
export function gradients(loss: Tensor, parameters: readonly Tensor[]): Tensor[] {
  if (sizeOf(loss.shape) !== 1) throw shapeError(loss.op, "a scalar loss", [loss]);
  const order = topologicalOrder([loss]);
  const wanted = new Set<Tensor>(parameters);
  // Only nodes that a parameter reaches carry a gradient.
  const live = new Set<Tensor>();
  for (const node of order) if (wanted.has(node) || node.inputs.some((x) => live.has(x))) live.add(node);

  const gradient = new Map<Tensor, Tensor>([[loss, expand(scalar(1), loss.shape)]]);
  for (const node of order.toReversed()) {
    const g = gradient.get(node);
    if (g === undefined || !live.has(node)) continue;
    const rule = rules[node.op] as GradientRule<OpName>;
    rule(node, g).forEach((contribution, i) => {
      const x = node.inputs[i] as Tensor;
      if (contribution === null || !live.has(x)) return;
      const sum = gradient.get(x);
      gradient.set(x, sum === undefined ? contribution : add(sum, contribution));
    });
  }
  return parameters.map((p) => gradient.get(p) ?? expand(scalar(0), p.shape));
}
