/**
 * Reverse-mode differentiation: one gradient rule an operator, and the sweep that applies them.
 *
 * A rule gets the node and the gradient of the loss with respect to it, and returns one gradient for each input, or
 * null where none flows (ids, masks, positions, saved activations).
 */

import {
  add,
  concat,
  constant,
  cos,
  div,
  embed,
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
  scatterRows,
  sigmoid,
  slice,
  softmax,
  sqrt,
  sub,
  transpose,
  where,
} from "./ops.ts";
import {
  isOp,
  type OpName,
  type Shape,
  sameShape,
  shapeError,
  sizeOf,
  type Tensor,
  topologicalOrder,
} from "./tensor.ts";

type GradientRule<O extends OpName> = (node: Tensor<O>, g: Tensor) => readonly (Tensor | null)[];

/** The gradient of a tensor's part `start` .. `end` along an axis. */
type Part = { readonly axis: number; readonly start: number; readonly end: number; readonly g: Tensor };

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

const rules: { readonly [O in Exclude<OpName, "slice">]: GradientRule<O> } = {
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
  embed: (n, g) => [scatterRows(g, in1(n), in0(n).shape[0] as number), null],
  scatterRows: (n, g) => [embed(g, in1(n)), null],
  softmax: (n, g) => {
    const last = n.shape.length - 1;
    return [mul(n, sub(g, reduceSum(mul(g, n), [last], true)))];
  },
  // With r = rsqrt(mean x^2 + eps): dw = sum g r x, and dx = g r w - x r^2 rowsum(g r x w) / width. What is summed is
  // summed by products, so that few passes are made over [n, width].
  rmsNorm: (n, g) => {
    const [x, weight] = [in0(n), in1(n)];
    const width = x.shape[1] as number;
    const ones = constant(new Float32Array(width).fill(1 / width), [width, 1]);
    const meanSquare = matmul(mul(x, x), ones); // [n, 1]
    const r = div(scalar(1), sqrt(add(meanSquare, scalar(n.attributes.epsilon))));
    const gr = mul(g, r);
    const grx = mul(gr, x);
    const projection = mul(matmul(grx, reshape(weight, [width, 1])), mul(mul(r, r), scalar(1 / width))); // [n, 1]
    return [sub(mul(gr, weight), mul(x, projection)), reduceSum(grx, [0])];
  },
  // A rotation: its gradient is the rotation back.
  rope: (n, g) => {
    const [, positions, cosTable, sinTable] = n.inputs as readonly [Tensor, Tensor, Tensor, Tensor];
    return [rope(g, positions, cosTable, sinTable, !n.attributes.inverse), null, null, null];
  },
  // dS = P (dP - D) with D = rowsum(dO O) (Dao et al. 2022). D is subtracted within the product, as one more column of
  // dO against a column of -1 beside V: each pass over [m, t] that is spared counts.
  attend: (n, g) => {
    const [q, k, v, p] = n.inputs as readonly [Tensor, Tensor, Tensor, Tensor];
    const { scale } = n.attributes;
    const d = reduceSum(mul(g, n), [2], true); // [b, m, 1]
    const minusOne = expand(scalar(-1), [...v.shape.slice(0, 2), 1]);
    const ds = mul(p, matmul(concat([g, d], 2), concat([v, minusOne], 2), { transposeB: true })); // [b, m, t]
    const dq = matmul(ds, k, { alpha: scale });
    // The narrow operand is the one that is transposed: a wide one costs a third of the product's speed.
    const transposed = (narrow: Tensor, wide: Tensor, alpha: number): Tensor =>
      transpose(matmul(narrow, wide, { transposeA: true, alpha }), [0, 2, 1]);
    return [dq, transposed(q, ds, scale), transposed(g, p, 1), null];
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
 * The gradient of a tensor of this shape from those of its parts: parts that lie apart are joined at once, others are added
 * where they overlap, so that no part is filled up to the whole only to be added to it.
 */
function assemble(parts: readonly Part[], shape: Shape): Tensor {
  const axes = [...new Set(parts.map(({ axis }) => axis))];
  const wholes = axes.map((axis) => {
    const along = parts.filter((part) => part.axis === axis).sort((a, b) => a.start - b.start || a.end - b.end);
    const size = shape[axis] as number;
    const apart = along.every((part, i) => i === 0 || part.start >= (along[i - 1] as Part).end);
    if (apart) return joined(along, 0, size, shape);
    const sum = along.reduce((a, b) => {
      const [start, end] = [Math.min(a.start, b.start), Math.max(a.end, b.end)];
      return { axis, start, end, g: add(joined([a], start, end, shape), joined([b], start, end, shape)) };
    });
    return joined([sum], 0, size, shape);
  });
  return wholes.reduce((a, b) => add(a, b));
}

/** Parts along one axis, in order, from `start` to `end`; zero where there is none. */
function joined(parts: readonly Part[], start: number, end: number, shape: Shape): Tensor {
  const axis = (parts[0] as Part).axis;
  const pieces: Tensor[] = [];
  let at = start;
  const fill = (to: number): void => {
    const gap = shape.map((d, i) => (i === axis ? to - at : d));
    if (to > at) pieces.push(expand(scalar(0), gap));
    at = to;
  };
  for (const part of parts) {
    fill(part.start);
    pieces.push(part.g);
    at = part.end;
  }
  fill(end);
  return concat(pieces, axis);
}

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

  const sums = new Map<Tensor, Tensor>([[loss, expand(scalar(1), loss.shape)]]);
  const parts = new Map<Tensor, Part[]>();
  const addTo = (x: Tensor, g: Tensor): void => {
    const sum = sums.get(x);
    sums.set(x, sum === undefined ? g : add(sum, g));
  };
  for (const node of order.toReversed()) {
    if (!live.has(node)) continue;
    const sliced = parts.get(node);
    if (sliced !== undefined) addTo(node, assemble(sliced, node.shape));
    const g = sums.get(node);
    if (g === undefined) continue;
    if (isOp(node, "slice")) {
      const x = in0(node);
      parts.set(x, [...(parts.get(x) ?? []), { ...node.attributes, g }]);
      continue;
    }
    const rule = rules[node.op as Exclude<OpName, "slice">] as GradientRule<OpName>;
    rule(node, g).forEach((contribution, i) => {
      const x = node.inputs[i] as Tensor;
      if (contribution !== null && live.has(x)) addTo(x, contribution);
    });
  }
  return parameters.map((p) => sums.get(p) ?? expand(scalar(0), p.shape));
}
