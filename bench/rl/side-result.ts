/** What the process of a side says, a line of JSON at a time, in answer to the lines it is sent (bench/side-process.ts). */

import { z } from "zod";

const seconds = z.number().nonnegative();

/** Said once, at the beginning. */
export const aboutSchema = z.object({ versions: z.record(z.string(), z.string()) });

/** Said after a turn: one whole step. */
export const measurementSchema = z.object({
  task: z.string(),
  seconds: z.number().positive(),
  /** Chains sampled, verified and handed to the update. */
  rollouts: z.int().positive(),
  /** Of those chains, prompts left out. */
  tokens: z.int().positive(),
  /** Share of them that is right. */
  reward: z.number(),
  /** Seconds of the step by part; they add up to it. */
  parts: z.object({ sample: seconds, verify: seconds, train: seconds }),
  note: z.string().optional(),
});

export type About = z.infer<typeof aboutSchema>;
export type Measurement = z.infer<typeof measurementSchema>;
