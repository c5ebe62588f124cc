/** From what the sides said in each round to figures: tokens/s, shares of the rate of plain products, and what does not agree. */

import { measured, type Summary, summariseTurns } from "../rounds.ts";
import type { SideResult } from "./side-result.ts";
import { SIDES, type Side } from "./sides.ts";

export type Round = Readonly<Partial<Record<Side, SideResult>>>;

/** Rates are tokens/s. */
export type TaskSummary = Summary<Side>;

export type GemmShare = {
  readonly task: string;
  /** Exact matmul FLOPs of Mull's training, GFLOP/s. */
  readonly gflops: number;
  /** The same over each library's rate of a 1024^3 product. */
  readonly shares: Readonly<Record<string, number>>;
};

export function summarise(rounds: readonly Round[], tasks: readonly string[]): TaskSummary[] {
  return summariseTurns(rounds, tasks, SIDES, ({ tokens }) => tokens);
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
