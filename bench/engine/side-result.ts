/** What the process of a side says, a line of JSON at a time, in answer to the lines it is sent (bench/side-process.ts). */

import { z } from "zod";

const rate = z.number().positive();

/** Said once, at the beginning. */
export const aboutSchema = z.object({
  versions: z.record(z.string(), z.string()),
  /** GFLOP/s of a square product, by library. */
  gemm: z.record(z.string(), rate),
});

/** Said after a turn. */
export const measurementSchema = z.object({
  task: z.string(),
  /** Tokens trained on, padding left out, or tokens sampled, prompts left out. */
  tokens: z.int().positive(),
  seconds: rate,
  /** A loss or mean log-probability that all sides must agree on. */
  check: z.number(),
  note: z.string().optional(),
});

export type About = z.infer<typeof aboutSchema>;
export type Measurement = z.infer<typeof measurementSchema>;

/** What one side did in one round. */
export type SideResult = About & { readonly measurements: readonly Measurement[] };
