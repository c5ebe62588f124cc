/** What a run of `mull reproduce` saves beside its weights, so that it goes on where it stopped. */

import { z } from "zod";
import type { BehaviourTally } from "../../measure/behaviours.ts";
import { BEHAVIOUR_NAMES } from "../../measure/behaviours.ts";
import type { ProblemChains } from "../../measure/chains.ts";
import type { Gate } from "../pretrain/gate.ts";

export type JudgedChain = {
  readonly text: string;
  readonly verdict: "correct" | "wrong" | "unscored";
  readonly reason: string;
  readonly tokens: number;
};

/** One finished measurement. */
export type Measurement = {
  readonly problems: readonly ProblemChains[];
  /** Of the chains whose behaviours are compared; of the others none. */
  readonly tallies: readonly BehaviourTally[];
  readonly gate: Gate;
  /** The first chain of the first problems. */
  readonly shown: readonly { readonly problem: string; readonly chain: JudgedChain }[];
};

export type RunState = {
  /** Learning steps done. */
  readonly step: number;
  /** Train-time FLOPs so far. */
  readonly flops: number;
  readonly wallSeconds: number;
  /** The base model's chains on a few problems, to show beside the trained model's. */
  readonly baseChains: readonly { readonly problem: string; readonly chain: JudgedChain }[];
  /** By name, in the order they were made. */
  readonly measured: Readonly<Record<string, Measurement>>;
};

const count = z.number().int().nonnegative();
const judgedChain = z.object({
  text: z.string(),
  verdict: z.enum(["correct", "wrong", "unscored"]),
  reason: z.string(),
  tokens: count,
});
const shown = z.array(z.object({ problem: z.string(), chain: judgedChain }));
const chainRecord = z.object({
  correct: z.boolean(),
  answer: z.string().nullable(),
  tokens: count,
  promptTokens: count,
  solvedAt: count.nullable(),
});
const problemChains = z.object({
  problem: z.object({ id: z.string(), tags: z.record(z.string(), z.string()).default({}) }),
  chains: z.array(chainRecord),
});
const tally = z.object({
  problem: z.string(),
  operations: count,
  counts: z.record(z.enum(BEHAVIOUR_NAMES), count),
});
const measurement = z.object({
  problems: z.array(problemChains),
  tallies: z.array(tally),
  gate: z.object({ format: z.number(), operations: z.number() }),
  shown,
});

export const runStateSchema: z.ZodType<RunState> = z.object({
  step: count,
  flops: z.number().nonnegative(),
  wallSeconds: z.number().nonnegative(),
  baseChains: shown,
  measured: z.record(z.string(), measurement),
});

export const FRESH_STATE: RunState = { step: 0, flops: 0, wallSeconds: 0, baseChains: [], measured: {} };
