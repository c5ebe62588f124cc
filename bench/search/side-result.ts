/** What the process of a side says, a line of JSON at a time, in answer to the lines it is sent (bench/side-process.ts). */

import { z } from "zod";

/** Said once, at the beginning. */
export const aboutSchema = z.object({ versions: z.record(z.string(), z.string()) });

/** Said after a turn. */
export const measurementSchema = z.object({
  task: z.string(),
  /** Completions of `best-of-16`, nodes of `ab-mcts`, tokens of `mcts`. */
  amount: z.int().positive(),
  seconds: z.number().positive(),
  /** What all sides must agree on: questions that were answered right, nodes of a search, tokens of a turn. */
  check: z.number(),
  /** Nodes that were expanded, where tokens are counted. */
  nodes: z.int().positive().optional(),
  note: z.string().optional(),
});

/** What the scripted server says of itself, and of what it answered in a turn. */
export const serverSchema = z.object({ url: z.string() });
export const servedSchema = z.object({ completions: z.int(), requests: z.int() });

export type About = z.infer<typeof aboutSchema>;
export type Measurement = z.infer<typeof measurementSchema>;
export type Served = z.infer<typeof servedSchema>;
