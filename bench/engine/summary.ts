/**
 * From what the sides said in each round to figures: medians of tokens/s over rounds, and the median over rounds of
 * Mull's rate over a peer's in the same round, so that what slows a whole round down cancels out.
 */

import { MullError } from "../../src/core/errors.ts";
import type { Measurement, SideResult } from "./side-result.ts";
import { SIDES, type Side } from "./sides.ts";

export type Round = Readonly<Partial<Record<Side, SideResult>>>;

/** Median, least and greatest over rounds. */
export type Spread = { readonly median: number; readonly min: number; readonly max: number };

export type TaskSummary = {
  readonly task: string;
  /** Tokens/s of each side that did the task. */
  readonly rates: Readonly<Partial<Record<Side, Spread>>>;
  /** Mull's tokens/s over each peer's. */
  readonly ratios: Readonly<Partial<Record<Side, Spread>>>;
  readonly notes: Readonly<Partial<Record<Side, string>>>;
};

export type GemmShare = {
  readonly task: string;
  /** Exact matmul FLOPs of Mull's training, GFLOP/s. */
  readonly gflops: number;
  /** The same over each library's rate of a 1024^3 product. */
  readonly shares: Readonly<Record<string, number>>;
};

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)];
  const high = sorted[Math.ceil(middle)];
  if (low === undefined || high === undefined) throw new MullError("input", "bench: a median of nothing");
  return { median: (low + high) / 2, min: sorted[0] as number, max: sorted.at(-1) as number };
}

export function summarise(rounds: readonly Round[], tasks: readonly string[]): TaskSummary[] {
  return tasks.map((task) => {
    const rates: Partial<Record<Side, Spread>> = {};
    const ratios: Partial<Record<Side, Spread>> = {};
    const notes: Partial<Record<Side, string>> = {};
    for (const side of SIDES) {
      const done = rounds.flatMap((round) => measured(round[side], task));
      if (done.length === 0) continue;
      rates[side] = spreadOf(done.map(rateOf));
      const note = done.at(-1)?.note;
      if (note !== undefined) notes[side] = note;
      const pairs = rounds.flatMap((round) => {
        const [own] = measured(round.mull, task);
        const [peer] = measured(round[side], task);
        return own === undefined || peer === undefined ? [] : [rateOf(own) / rateOf(peer)];
      });
      if (side !== "mull" && pairs.length > 0) ratios[side] = spreadOf(pairs);
    }
    return { task, rates, ratios, notes };
  });
}

/** The best rate of each library over all rounds, GFLOP/s. */
export function gemmRates(rounds: readonly Round[]): Record<string, number> {
  const best: Record<string, number> = {};
  for (const result of rounds.flatMap((round) => Object.values(round))) {
    for (const [library, rate] of Object.entries(result.gemm)) best[library] = Math.max(best[library] ?? 0, rate);
  }
  return best;
}

/** @param flops matmul FLOPs of a token, by task */
export function gemmShares(
  summaries: readonly TaskSummary[],
  flops: Readonly<Record<string, number>>,
  gemm: Readonly<Record<string, number>>,
): GemmShare[] {
  return summaries.flatMap(({ task, rates }) => {
    const perToken = flops[task];
    if (perToken === undefined || rates.mull === undefined) return [];
    const gflops = (rates.mull.median * perToken) / 1e9;
    const shares = Object.fromEntries(Object.entries(gemm).map(([library, rate]) => [library, gflops / rate]));
    return [{ task, gflops, shares }];
  });
}

/** How far apart two sides' checks may be: a loss relative to itself, a mean log-probability of other draws absolutely. */
const LOSS_TOLERANCE = 1e-3;
const DRAWN_TOLERANCE = 0.05; // nats

/** Where sides did not compute the same: their losses, or how probable what they drew was, differ. */
export function disagreements(rounds: readonly Round[], tasks: readonly string[]): string[] {
  return tasks.flatMap((task) => {
    const checks = rounds.flatMap((round) =>
      SIDES.flatMap((side) => measured(round[side], task).map(({ check }) => ({ side, check }))),
    );
    const values = checks.map(({ check }) => check);
    const apart = Math.max(...values) - Math.min(...values);
    const tolerance = task.startsWith("sample") ? DRAWN_TOLERANCE : LOSS_TOLERANCE * Math.abs(values[0] ?? 0);
    if (apart <= tolerance || checks.length === 0) return [];
    return [`${task}: ${checks.map(({ side, check }) => `${side} ${check.toFixed(4)}`).join(", ")}`];
  });
}

function measured(result: SideResult | undefined, task: string): Measurement[] {
  return result?.measurements.filter((m) => m.task === task) ?? [];
}

function rateOf({ tokens, seconds }: Measurement): number {
  return tokens / seconds;
}
