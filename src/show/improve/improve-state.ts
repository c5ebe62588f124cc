/** What a run of `mull improve` saves beside its weights: a point for every model that was measured, and what each generation made. */

import { z } from "zod";

const count = z.number().int().nonnegative();
const share = z.number().min(0).max(1);
const interval = z.tuple([share, share]);
const amount = z.number().nonnegative();

const measuredSchema = z.object({ accuracy: share, ci: interval, n: count, byProblem: z.array(share), tokens: amount });

/** A model on the held-out problems of one difficulty. */
export const difficultySchema = z.object({
  difficulty: count,
  /** One chain of the policy. */
  policy: measuredSchema,
  /** The search, on the first of the problems. */
  search: measuredSchema.nullable(),
});

/** What a generation did: from search to the model that came of it. */
export const generationSchema = z.object({
  generation: count,
  /** The hardest difficulty that was asked, and that of the next generation. */
  frontier: count,
  next: count,
  flops: amount,
  seconds: amount,
  /** On the problems of the generation, before it learnt from them. */
  asked: z.array(z.object({ difficulty: count, problems: count, policy: share, search: share, kept: count })),
  diversity: z.object({
    distinctChains: share.nullable(),
    answersPerProblem: amount.nullable(),
    entropy: amount.nullable(),
  }),
  /** Chains that were learnt, and the mean of their tokens. */
  kept: count,
  keptTokens: amount,
  /** Chains that the search wrote. */
  chains: count,
  /** Tokens a problem. */
  policyTokens: amount,
  searchTokens: amount,
  kl: z.number(),
  /** SHA-256 of the weights that wrote the chains. */
  model: z.string(),
  warnings: z.array(z.string()),
});

/** A model that was measured: the base (generation 0), or what a generation left. */
export const pointSchema = z.object({
  generation: count,
  /** Train-time FLOPs so far. */
  flops: amount,
  parameters: count,
  model: z.string(),
  difficulties: z.array(difficultySchema),
});

export type Measured = z.infer<typeof measuredSchema>;
export type DifficultyPoint = z.infer<typeof difficultySchema>;
export type GenerationRecord = z.infer<typeof generationSchema>;
export type ImprovePoint = z.infer<typeof pointSchema>;

export const improveStateSchema = z.object({
  generations: z.array(generationSchema),
  points: z.array(pointSchema),
  seconds: amount,
  done: z.boolean(),
});

export type ImproveState = z.infer<typeof improveStateSchema>;

export const FRESH_IMPROVE: ImproveState = { generations: [], points: [], seconds: 0, done: false };
