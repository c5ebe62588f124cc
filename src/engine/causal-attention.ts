/** Attention over packed rows: block-diagonal and causal, computed in blocks of queries. */

import { attention, concat, constant, max, mul, reshape, scalar, slice, sub } from "./graph/ops.ts";
import type { Tensor } from "./graph/tensor.ts";

/** Rows and their width in tokens: the shape that a program is compiled for. */
export type BatchShape = { readonly batch: number; readonly time: number };

/** Positions of one block of queries; narrower blocks spare more of the masked half, wider ones make larger products. */
const QUERY_BLOCK = 64;

/** Where the blocks of queries begin and end: at most eight, so that long rows do not make the graph grow. */
function queryBlocks(time: number): { readonly from: number; readonly to: number }[] {
  const size = Math.max(QUERY_BLOCK, Math.ceil(time / 8));
  return Array.from({ length: Math.ceil(time / size) }, (_, i) => ({
    from: i * size,
    to: Math.min(time, (i + 1) * size),
  }));
}

/** What masks add to the score of a key that is not to be seen. */
export const HIDDEN = -1e9;

/**
 * [batch, to - from, 1, to]: 0 where query i may see key j, which is start(i) <= j <= i; a large negative number
 * elsewhere. Queries are `from` .. `to`, keys what they may see at most. starts [batch * time].
 */
export function blockCausalMask(starts: Tensor, { batch, time }: BatchShape, from = 0, to = time): Tensor {
  const indices = (first: number, end: number): Float32Array =>
    Float32Array.from({ length: end - first }, (_, i) => first + i);
  const key = constant(indices(0, to), [1, 1, 1, to]);
  const query = constant(indices(from, to), [1, to - from, 1, 1]);
  const start = reshape(slice(reshape(starts, [batch, time]), 1, from, to), [batch, to - from, 1, 1]);
  const outside = max(sub(start, key), sub(key, query)); // a whole number, <= 0 inside
  return mul(max(outside, scalar(0)), scalar(HIDDEN));
}

/** `causalAttention` for rows of one shape: their masks are built once and serve every layer. */
export type CausalAttention = (q: Tensor, k: Tensor, v: Tensor) => Tensor;

/**
 * Attention of each token to its own sequence up to itself. Each block of queries meets the keys up to its own end: what
 * the causal mask would hide is not computed. `starts` [batch * time] says where in its row each token's sequence begins.
 *
 * The result takes q [batch * kvHeads, time * group, headDim], a position's heads side by side, and k and v
 * [batch * kvHeads, time, headDim]; it gives what q has.
 */
export function causalAttention(starts: Tensor, shape: BatchShape, scale: number): CausalAttention {
  const blocks = queryBlocks(shape.time).map(({ from, to }) => ({
    from,
    to,
    mask: blockCausalMask(starts, shape, from, to),
  }));
  return (q, k, v) => {
    const group = (q.shape[1] as number) / shape.time;
    const visible = (t: Tensor, end: number): Tensor => slice(t, 1, 0, end);
    const outputs = blocks.map(({ from, to, mask }) =>
      attention(slice(q, 1, from * group, to * group), visible(k, to), visible(v, to), mask, scale),
    );
    return concat(outputs, 1);
  };
}
