/** What one process of one side says when it has done its tasks: one line of JSON on its standard output. */

import { z } from "zod";

const rate = z.number().positive();

export const sideResultSchema = z.object({
  versions: z.record(z.string(), z.string()),
  measurements: z.array(
    z.object({
      task: z.string(),
      /** Tokens trained on, padding left out, or tokens sampled, prompts left out. */
      tokens: z.int().positive(),
      seconds: rate,
      /** A loss or mean log-probability that all sides must agree on. */
      check: z.number(),
      note: z.string().optional(),
    }),
  ),
  /** Tasks that could not be done, and why. */
  failures: z.array(z.object({ task: z.string(), reason: z.string() })),
  /** GFLOP/s of a square product, by library. */
  gemm: z.record(z.string(), rate),
});

export type SideResult = z.infer<typeof sideResultSchema>;
export type Measurement = SideResult["measurements"][number];

/** Instead of a result: a Python package that a side needs is not there. */
export const missingSchema = z.object({ missing: z.string() });
