/**
 * FLOPs of a decoder-only transformer, counted exactly for its matrix products (a multiply and an add are two):
 * 2 per weight and token in the forward pass, plus attention against every earlier position. Norms, softmax and
 * activations, under 2% here, are left out, as is customary (Kaplan et al. 2020, appendix; "6ND").
 */

export type TransformerShape = {
  readonly vocabSize: number;
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly ffnWidth: number;
};

/** Weights that take part in a matrix product, the tied output projection included. */
export function matmulWeights(s: TransformerShape): number {
  const attention = s.width * s.headDim * (2 * s.heads + 2 * s.kvHeads);
  return s.layers * (attention + 3 * s.width * s.ffnWidth) + s.vocabSize * s.width;
}

/** FLOPs of one token generated at `position` (0-based: it attends to position + 1 tokens). */
export function decodeFlops(s: TransformerShape, position: number): number {
  return 2 * matmulWeights(s) + 4 * s.layers * s.heads * s.headDim * (position + 1);
}

/** FLOPs of a forward pass over positions `from` .. `to` - 1 of one sequence. */
export function forwardFlops(s: TransformerShape, from: number, to: number): number {
  const attended = (to * (to + 1) - from * (from + 1)) / 2;
  return 2 * matmulWeights(s) * (to - from) + 4 * s.layers * s.heads * s.headDim * attended;
}

/** FLOPs of a forward and a backward pass over one sequence of `length` tokens: three times the forward pass. */
export function trainFlops(s: TransformerShape, length: number): number {
  return 3 * forwardFlops(s, 0, length);
}
