/** What a cell, one method on one seed, saves beside its weights, and what it comes to. */

import { z } from "zod";
import { BEHAVIOUR_NAMES } from "../../../measure/behaviours.ts";
import { CORRECTIONS } from "../../../measure/recovery.ts";

const count = z.number().int().nonnegative();
const share = z.number().min(0).max(1);
const interval = z.tuple([share, share]);
const amount = z.number().nonnegative();
/** Occurrences of a behaviour. */
const rates = z.object({ perChain: amount, per100Operations: amount });
/** What became of chains whose first complete attempt missed (measure/recovery.ts): counts of each problem, in their order. */
const recovery = z.object({
  attempted: z.array(count),
  missed: z.array(count),
  recovered: z.array(count),
  tokens: z.array(count),
});
/** Operations of each problem's chains, in the order of problems, and how often these did what corrects. */
const corrections = z.object({
  operations: z.array(count),
  counts: z.record(z.enum(CORRECTIONS), z.array(count)),
});

/** A point of the train-time curve. */
export const cellPointSchema = z.object({
  step: count,
  /** Train-time FLOPs spent. */
  flops: amount,
  passAt1: share,
  ci: interval,
  byN: z.record(z.string(), z.object({ passAt1: share, ci: interval })),
  /** Of each problem, in their order: the share of its chains that are right. */
  byProblem: z.array(share),
  /** Mean tokens of a chain. */
  tokens: amount,
  /** Calls of the exact verifier in training so far. */
  verifierCalls: count,
  /** Distinct training problems drawn so far: asked, searched or solved. */
  problems: count,
  /** Seconds of training so far, measuring left out. */
  seconds: amount,
  /** Of the chains measured here; absent from points made before it was kept. */
  behaviours: z.record(z.enum(BEHAVIOUR_NAMES), rates).optional(),
  /** Absent from points made before it was kept. */
  recovery: recovery.optional(),
  /** The first chain of the first few problems, the same ones at every point. */
  shown: z
    .array(
      z.object({
        problem: z.string(),
        text: z.string(),
        verdict: z.enum(["correct", "wrong", "unscored"]),
        reason: z.string(),
        tokens: count,
        /** Where the method has a process reward model: what that says after each step, and what the solver says. */
        steps: z.array(z.object({ text: z.string(), score: share, solvable: z.boolean().nullable() })).optional(),
      }),
    )
    .optional(),
});

/** A training step, as far as diagnostics need it. */
export const cellStepSchema = z.object({
  step: count,
  flops: amount,
  reward: z.number(),
  useful: share,
  entropy: z.number().nullable(),
  kl: z.number(),
  meanTokens: amount,
  /** What a rule tells beyond: the search's accuracy, a proxy's reward. */
  told: z.record(z.string(), z.number()),
});

const samplePoint = z.object({
  strategy: z.enum(["pass@n", "majority"]),
  n: count,
  flops: amount,
  accuracy: share,
  ci: interval,
});
const lengthPoint = z.object({ maxTokens: count, tokens: amount, flops: amount, accuracy: share, ci: interval });

/** The finished model, measured. */
export const cellFinalSchema = z.object({
  passAt1: share,
  ci: interval,
  byN: z.record(z.string(), z.object({ passAt1: share, ci: interval })),
  /** Of each problem: the share of its chains that are right, and whether any is. */
  byProblem: z.array(share),
  /** pass@n for the most chains that were sampled. */
  passAtN: z.object({ n: count, accuracy: share, ci: interval }),
  tokens: amount,
  samples: z.array(samplePoint),
  lengths: z.array(lengthPoint),
  behaviours: z.record(z.enum(BEHAVIOUR_NAMES), rates),
  /** Absent, as `corrections`, from what was measured before it was kept. */
  recovery: recovery.optional(),
  corrections: corrections.optional(),
});

export type CellPoint = z.infer<typeof cellPointSchema>;
export type CellStep = z.infer<typeof cellStepSchema>;
export type CellFinal = z.infer<typeof cellFinalSchema>;
export type CellCorrections = z.infer<typeof corrections>;
export type CellRecovery = z.infer<typeof recovery>;

export const cellStateSchema = z.object({
  step: count,
  flops: amount,
  seconds: amount,
  verifierCalls: count,
  /** Ids of the training problems asked so far. */
  problems: z.array(z.string()),
  points: z.array(cellPointSchema),
  steps: z.array(cellStepSchema),
  /** The method's own. */
  method: z.unknown(),
  final: cellFinalSchema.nullable(),
});

export type CellState = z.infer<typeof cellStateSchema>;

export const FRESH_CELL: CellState = {
  step: 0,
  flops: 0,
  seconds: 0,
  verifierCalls: 0,
  problems: [],
  points: [],
  steps: [],
  method: null,
  final: null,
};
