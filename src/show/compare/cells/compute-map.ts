/**
 * Accuracy over train-time and test-time compute: the checkpoints of one cell, each asked for more and more test-time compute. Where
 * lines of equal accuracy are steep, test-time compute buys little there; where they are flat, training does.
 *
 * Test-time compute is spent in the cheapest way that is measured: a chain cut at some length, or a vote among whole chains.
 */

import { z } from "zod";
import { deriveSeed } from "../../../core/rng.ts";
import { Engine } from "../../../engine/engine.ts";
import { lengthCurve, sampleCurve } from "../../../measure/curves.ts";
import { EmbeddedModel } from "../../../model/embedded.ts";
import { countdownTokenizer } from "../../../tasks/countdown/vocabulary.ts";
import { heldOut } from "../../job/measuring.ts";
import { intervalsOf } from "../../reproduce/test-curves.ts";
import type { ComparePreset } from "../presets.ts";
import { readPoint } from "./cell.ts";
import { sampleModel } from "./measure-model.ts";

const amount = z.number().nonnegative();

export const mapPointSchema = z.object({
  trainFlops: amount,
  /** Mean of a problem. */
  testFlops: amount,
  accuracy: z.number().min(0).max(1),
  /** How test-time compute was spent. */
  how: z.string(),
});

export type MapPoint = z.infer<typeof mapPointSchema>;

export type MapOptions = {
  /** Of the cell. */
  readonly dir: string;
  /** Train-time FLOPs of its points, the base's 0 first. */
  readonly trainFlops: readonly number[];
  readonly preset: ComparePreset;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (share: number) => void;
};

/** Lengths at which single chains are cut, tokens. */
const LENGTHS = [32, 64, 128, 256, 512, 1024];

/** @throws the reason of `signal`; MullError `checkpoint` where the weights of a point are gone */
export async function measureMap(options: MapOptions): Promise<MapPoint[]> {
  const { trainFlops, preset, seed, signal, onProgress } = options;
  const problems = heldOut("heldout", preset.problems);
  const { samples, maxTokens } = preset.map;
  const points: MapPoint[] = [];
  for (const [index, flops] of trainFlops.entries()) {
    const { config, parameters } = await readPoint(options.dir, index);
    await using engine = new Engine(config, parameters);
    const model = new EmbeddedModel(engine, countdownTokenizer);
    const plan = { model, problems, plan: preset.map, seed: deriveSeed(seed, "map", index), signal };
    const { records } = await sampleModel(plan);
    const curves = { ...intervalsOf(seed), model: model.name, shape: config };
    const budgets = LENGTHS.filter((length) => length <= maxTokens);
    for (const point of lengthCurve(records, { ...curves, sampledTo: maxTokens, budgets })) {
      points.push(pointOf(flops, point, `one chain, ${point.maxTokens} tokens at most`));
    }
    const counts = Array.from({ length: Math.floor(Math.log2(samples)) }, (_, i) => 2 ** (i + 1));
    for (const point of sampleCurve(records, { ...curves, samples: counts, strategies: ["majority"] })) {
      points.push(pointOf(flops, point, `majority of ${point.n}`));
    }
    onProgress?.((index + 1) / trainFlops.length);
  }
  return points;
}

function pointOf(trainFlops: number, point: { flops: number; accuracy: number }, how: string): MapPoint {
  return { trainFlops, testFlops: point.flops, accuracy: point.accuracy, how };
}

/** A checkpoint's accuracy by test-time compute: never falling, as nobody is made to spend more. */
export type Frontier = { readonly trainFlops: number; readonly points: readonly MapPoint[] };

/** What is worth spending at each checkpoint: the points that are better than all that cost less. */
export function frontiers(points: readonly MapPoint[]): Frontier[] {
  return [...Map.groupBy(points, ({ trainFlops }) => trainFlops)].map(([trainFlops, own]) => {
    const rising = own.toSorted((a, b) => a.testFlops - b.testFlops || b.accuracy - a.accuracy);
    let best = -1;
    return {
      trainFlops,
      points: rising.filter(({ accuracy }) => {
        if (accuracy <= best) return false;
        best = accuracy;
        return true;
      }),
    };
  });
}

/**
 * What a checkpoint reaches with so much test-time compute a problem, linear in its logarithm between the points of its frontier; null
 * for less than the least that was measured.
 */
export function accuracyAt({ points }: Frontier, testFlops: number): number | null {
  const first = points[0];
  if (first === undefined || testFlops < first.testFlops) return null;
  for (const [i, from] of points.entries()) {
    const to = points[i + 1];
    if (to === undefined) return from.accuracy;
    if (testFlops > to.testFlops) continue;
    const along = Math.log(testFlops / from.testFlops) / Math.log(to.testFlops / from.testFlops);
    return from.accuracy + along * (to.accuracy - from.accuracy);
  }
  return null;
}

export type Spending = {
  readonly trainFlops: number;
  readonly testFlops: number;
  readonly accuracy: number;
  /** Accuracy gained by twice the training, and by twice the thinking; null at the map's edge. */
  readonly byTraining: number | null;
  readonly byThinking: number | null;
};

/** The map on a grid: every checkpoint with training, at test-time budgets a factor of 2 apart. */
export function spendingGrid(points: readonly MapPoint[]): Spending[] {
  const all = frontiers(points).filter(({ trainFlops }) => trainFlops > 0);
  const costs = points.map(({ testFlops }) => testFlops);
  const [least, most] = [Math.min(...costs), Math.max(...costs)];
  const budgets = Array.from({ length: Math.floor(Math.log2(most / least)) + 1 }, (_, i) => least * 2 ** i);
  return all.flatMap((frontier, i) =>
    budgets.flatMap((testFlops): Spending[] => {
      const accuracy = accuracyAt(frontier, testFlops);
      if (accuracy === null) return [];
      const next = all[i + 1];
      const trained = next === undefined ? null : accuracyAt(next, testFlops);
      const thought = 2 * testFlops > most * 1.001 ? null : accuracyAt(frontier, 2 * testFlops);
      const doublings = next === undefined ? 1 : Math.log2(next.trainFlops / frontier.trainFlops);
      return [
        {
          trainFlops: frontier.trainFlops,
          testFlops,
          accuracy,
          byTraining: trained === null ? null : (trained - accuracy) / doublings,
          byThinking: thought === null ? null : thought - accuracy,
        },
      ];
    }),
  );
}
