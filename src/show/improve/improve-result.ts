/** What a loop came to: `report.json`, from which page and figure are drawn. */

import { z } from "zod";
import { Rng } from "../../core/rng.ts";
import { pairedDifference } from "../../measure/bootstrap.ts";
import type { ImproveOptions } from "./improve-options.ts";
import { generationSchema, type ImprovePoint, type ImproveState, pointSchema } from "./improve-state.ts";

const differenceSchema = z.object({ points: z.number(), ci: z.tuple([z.number(), z.number()]) });

/** The policy on the same held-out problems of one difficulty, later less earlier. */
export const gainSchema = z.object({
  difficulty: z.number(),
  /** Whether the base corpus has it. */
  inBase: z.boolean(),
  /** The first generation whose problems were of it; null where the loop never asked it. */
  askedFrom: z.number().nullable(),
  /** The last generation less the first. */
  overFirst: differenceSchema,
  /** The last generation less the base. */
  overBase: differenceSchema,
});

export const improveResultSchema = z.object({
  format: z.literal(1),
  kind: z.literal("improve"),
  task: z.string(),
  unit: z.string(),
  preset: z.string(),
  search: z.string(),
  distil: z.string(),
  seed: z.number(),
  budget: z.number(),
  maxTokens: z.number(),
  keep: z.number(),
  replay: z.number(),
  upTo: z.number(),
  moves: z.object({ by: z.enum(["search", "policy"]), threshold: z.number() }),
  generations: z.array(generationSchema),
  points: z.array(pointSchema),
  gains: z.array(gainSchema),
  /** Of the generations and of the measurements. */
  warnings: z.array(z.string()),
  seconds: z.number(),
  versions: z.record(z.string(), z.string()),
});

export type Difference = z.infer<typeof differenceSchema>;
export type Gain = z.infer<typeof gainSchema>;
export type ImproveResult = z.infer<typeof improveResultSchema>;

type ResultOptions = Pick<ImproveOptions, "task" | "preset" | "search" | "distil" | "seed" | "upTo">;

export function resultOf(
  { task, preset, search, distil, seed, upTo }: ResultOptions,
  { generations, points, seconds }: ImproveState,
  versions: Readonly<Record<string, string>>,
): ImproveResult {
  const rng = new Rng(seed).split("gains");
  const gains = task.difficulties.map((difficulty): Gain => {
    const asked = generations.find((each) => each.asked.some((own) => own.difficulty === difficulty));
    return {
      difficulty,
      inBase: task.inBase.includes(difficulty),
      askedFrom: asked?.generation ?? null,
      overFirst: difference(points[1], points.at(-1), difficulty, rng),
      overBase: difference(points[0], points.at(-1), difficulty, rng),
    };
  });
  const told = generations.flatMap(({ generation, warnings }) =>
    warnings.map((text) => `generation ${generation}: ${text}`),
  );
  return {
    format: 1,
    kind: "improve",
    task: task.name,
    unit: task.unit,
    preset: preset.name,
    search,
    distil,
    seed,
    budget: preset.budget,
    maxTokens: preset.maxTokens,
    keep: preset.keep,
    replay: preset.replay,
    upTo,
    moves: task.moves,
    generations,
    points,
    gains,
    warnings: [...told, ...lossesOf(points, task.difficulties, rng)],
    seconds,
    versions: { ...versions },
  };
}

/** Where a model is worse than the one before it by more than chance. */
function lossesOf(points: readonly ImprovePoint[], difficulties: readonly number[], rng: Rng): string[] {
  return points.slice(1).flatMap((point, i) =>
    difficulties.flatMap((difficulty) => {
      const { points: lost, ci } = difference(points[i], point, difficulty, rng);
      if (ci[1] >= 0) return [];
      return [
        `generation ${point.generation}: at difficulty ${difficulty} ${(-100 * lost).toFixed(1)} points were lost to the one before, more than chance`,
      ];
    }),
  );
}

/** Paired over the same problems. */
export function difference(
  earlier: ImprovePoint | undefined,
  later: ImprovePoint | undefined,
  difficulty: number,
  rng: Rng,
): Difference {
  const of = (point: ImprovePoint | undefined): readonly number[] =>
    point?.difficulties.find((each) => each.difficulty === difficulty)?.policy.byProblem ?? [];
  const [before, after] = [of(earlier), of(later)];
  if (before.length === 0 || before.length !== after.length) return { points: 0, ci: [0, 0] };
  const { mean, ci } = pairedDifference(before, after, { rng: rng.split(difficulty, later?.generation ?? 0) });
  return { points: mean, ci: [ci[0], ci[1]] };
}
