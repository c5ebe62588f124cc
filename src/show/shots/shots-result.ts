/** What `mull shots` comes to: `report.json`, from which page and figure are drawn. */

import { z } from "zod";
import type { TransformerShape } from "../../core/flops.ts";
import { Rng } from "../../core/rng.ts";
import { meanInterval, pairedDifference } from "../../measure/bootstrap.ts";
import { groupFlops } from "../../measure/chains.ts";
import { leastSquares } from "../../measure/least-squares.ts";
import { bestAccuracy } from "../../tasks/in-context/best.ts";
import type { Answered, Solved } from "./measure.ts";

const share = z.number().min(0).max(1);
const interval = z.tuple([share, share]);
const measuredSchema = z.object({ accuracy: share, ci: interval, tokens: z.number().nonnegative() });

export const shotsResultSchema = z.object({
  format: z.literal(1),
  kind: z.literal("shots"),
  seed: z.number(),
  /** Problems of every point: dictionaries, and puzzles or calculations of each difficulty. */
  problems: z.number(),
  model: z.string(),
  shots: z.array(
    z.object({
      shots: z.number(),
      accuracy: share,
      ci: interval,
      /** Of the best guess there is, over all problems that can be drawn. */
      best: share,
      /** Of a question: its prompt and one token. */
      flops: z.number().nonnegative(),
    }),
  ),
  /** The majority of n answers after so many examples. */
  votes: z.array(
    z.object({ shots: z.number(), n: z.number(), accuracy: share, ci: interval, flops: z.number().nonnegative() }),
  ),
  /** Slope of the straight line through both logarithms, of the model and of the best guess; null where there is none. */
  slope: z.number().nullable(),
  bestSlope: z.number().nullable(),
  thought: z.array(
    z.object({
      task: z.enum(["arithmetic", "countdown"]),
      model: z.string(),
      difficulty: z.number(),
      unit: z.string(),
      direct: measuredSchema,
      steps: measuredSchema,
      /** Worked out less at once, on the same problems. */
      gain: z.object({ points: z.number(), ci: z.tuple([z.number(), z.number()]) }),
    }),
  ),
  versions: z.record(z.string(), z.string()),
});

export type ShotsResult = z.infer<typeof shotsResultSchema>;
export type ShotsPoint = ShotsResult["shots"][number];
export type VotesPoint = ShotsResult["votes"][number];
export type Thought = ShotsResult["thought"][number];

/** A point of the curve, its interval over problems. */
export function shotsPoint(shape: TransformerShape, shots: number, answered: Answered): ShotsPoint {
  const { mean: accuracy, ci } = meanInterval(answered.shares, { rng: new Rng(1).split("shots", shots) });
  return { shots, accuracy, ci: [ci[0], ci[1]], best: bestAccuracy(shots), flops: flopsOf(shape, answered) };
}

export function votesPoint(shape: TransformerShape, shots: number, n: number, answered: Answered): VotesPoint {
  const { mean: accuracy, ci } = meanInterval(answered.shares, { rng: new Rng(1).split("votes", shots, n) });
  return { shots, n, accuracy, ci: [ci[0], ci[1]], flops: flopsOf(shape, answered) };
}

/** As of chains (measure/chains.ts): the prompt is read once for all answers, and each answer is a token more. */
function flopsOf(shape: TransformerShape, { promptTokens, tokens }: Answered): number {
  return groupFlops(
    shape,
    promptTokens,
    Array.from({ length: tokens }, () => 1),
  );
}

/** An answer at once beside one that is worked out, paired over problems. */
export function thoughtOf(
  what: Pick<Thought, "task" | "model" | "difficulty" | "unit">,
  { direct, steps }: { readonly direct: Solved; readonly steps: Solved },
): Thought {
  const rng = new Rng(1).split("thought", what.difficulty);
  const measured = ({ shares, tokens }: Solved): Thought["direct"] => {
    const { mean: accuracy, ci } = meanInterval(shares, { rng });
    return { accuracy, ci: [ci[0], ci[1]], tokens };
  };
  const { mean: points, ci } = pairedDifference(direct.shares, steps.shares, { rng });
  return { ...what, direct: measured(direct), steps: measured(steps), gain: { points, ci: [ci[0], ci[1]] } };
}

/**
 * The slope of log accuracy against log shots, by least squares; null where fewer than two points have a logarithm.
 *
 * @example
 * slopeOf([{ x: 1, y: 0.2 }, { x: 4, y: 0.4 }, { x: 16, y: 0.8 }]); // 0.5
 */
export function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): number | null {
  const logs = points.filter(({ x, y }) => x > 0 && y > 0).map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) }));
  return leastSquares(logs, 1)?.coefficients[1] ?? null;
}
