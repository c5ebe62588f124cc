/** A finished cell, one contender on one seed, as compare.json holds it. */

import { z } from "zod";
import type { Contender } from "../contender.ts";
import type { Knobs } from "../knobs.ts";
import { type CellState, cellFinalSchema, cellPointSchema, cellStepSchema } from "./cell-state.ts";

const count = z.number().int().nonnegative();
const amount = z.number().nonnegative();

export const cellResultSchema = z.object({
  /** The contender's. */
  name: z.string(),
  title: z.string(),
  method: z.string(),
  knobs: z.record(z.string(), z.union([z.string(), z.number()])) as z.ZodType<Knobs>,
  seed: count,
  /** Train-time FLOPs spent, steps taken, and seconds of training. */
  flops: amount,
  step: count,
  seconds: amount,
  verifierCalls: count,
  /** Distinct training problems. */
  problems: count,
  points: z.array(cellPointSchema).min(1),
  steps: z.array(cellStepSchema),
  final: cellFinalSchema,
});

export type CellResult = z.infer<typeof cellResultSchema>;

/** Of a cell that is done; null of one that is not. Texts of chains stay in the cell's folder and the journal. */
export function cellResult(
  { name, title, method, knobs }: Contender,
  seed: number,
  state: CellState,
): CellResult | null {
  const { flops, step, seconds, verifierCalls, problems, points, steps, final } = state;
  if (final === null) return null;
  const told = points.map(({ shown: _, ...point }) => point);
  const own = { flops, step, seconds, verifierCalls, problems: problems.length, points: told, steps, final };
  return { name, title, method: method.name, knobs, seed, ...own };
}
