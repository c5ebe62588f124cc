/** How the scores of a chain's steps, by a process reward model, become the chain's (at least one step). */
export const AGGREGATIONS = {
  last: (scores: readonly number[]) => scores.at(-1) as number,
  min: (scores: readonly number[]) => scores.reduce((least, score) => Math.min(least, score)),
  product: (scores: readonly number[]) => scores.reduce((product, score) => product * score, 1),
  mean: (scores: readonly number[]) => scores.reduce((sum, score) => sum + score, 0) / scores.length,
} as const satisfies Record<string, (scores: readonly number[]) => number>;

export type Aggregation = keyof typeof AGGREGATIONS;
