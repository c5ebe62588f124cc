/**
 * What is known of a comparison, per method: its curve on each seed and their mean. Pure.
 *
 * Seeds are measured after different amounts of computing, so the mean is taken of straight lines between a seed's points, at every
 * amount that every measured seed has reached. A seed that has only its first point yet would cut the others back to it, and waits.
 */

import type { EventOf } from "../server/events.ts";

export type Comparing = {
  plan: EventOf<"compare-plan"> | null;
  cells: EventOf<"compare-cell">[];
  points: EventOf<"compare-point">[];
};

export type CurvePoint = {
  /** Of the training so far. */
  readonly flops: number;
  /** What is drawn against them: a share of problems solved, or how often it does something. */
  readonly value: number;
};

export type MethodCurve = {
  readonly name: string;
  readonly title: string;
  readonly hypothesis: string;
  readonly seeds: readonly (readonly EventOf<"compare-point">[])[];
  /** Problems solved at the first try. */
  readonly mean: readonly CurvePoint[];
  /** Of its training on all seeds of the plan, 0 to 1. */
  readonly share: number;
  readonly status: EventOf<"compare-cell">["status"];
};

/** The methods of the plan in its order; none before the plan is known. */
export function methodCurves(state: Comparing): MethodCurve[] {
  const plan = state.plan;
  if (plan === null) return [];
  return plan.methods.map((method) => {
    const cells = state.cells.filter((cell) => cell.method === method.name);
    const seeds = plan.seeds
      .map((seed) =>
        state.points
          .filter((point) => point.method === method.name && point.seed === seed)
          .toSorted((a, b) => a.flops - b.flops),
      )
      .filter((points) => points.length > 0);
    const share = cells.reduce((sum, cell) => sum + (cell.status === "done" ? 1 : cell.share), 0);
    return {
      ...method,
      seeds,
      mean: meanCurve(seeds.map((points) => points.map(solved))),
      share: share / plan.seeds.length,
      status: together(cells, plan.seeds.length),
    };
  });
}

/** A point of the curve of problems solved at the first try. */
export function solved({ flops, passAt1 }: Pick<EventOf<"compare-point">, "flops" | "passAt1">): CurvePoint {
  return { flops, value: passAt1 };
}

/**
 * The mean of curves, each in the order of its FLOPs.
 *
 * @example
 * meanCurve([[{ flops: 0, value: 0 }], [{ flops: 0, value: 1 }]]); // [{ flops: 0, value: 0.5 }]
 */
export function meanCurve(seeds: readonly (readonly CurvePoint[])[]): CurvePoint[] {
  if (seeds.length === 0) return [];
  const begun = seeds.filter((points) => points.length > 1);
  if (begun.length > 0 && begun.length < seeds.length) return meanCurve(begun);
  const reached = Math.min(...seeds.map((points) => points.at(-1)?.flops ?? 0));
  const grid = [...new Set(seeds.flatMap((points) => points.map(({ flops }) => flops)))];
  return grid
    .filter((flops) => flops <= reached)
    .toSorted((a, b) => a - b)
    .map((flops) => ({ flops, value: seeds.reduce((sum, points) => sum + at(points, flops), 0) / seeds.length }));
}

function at(points: readonly CurvePoint[], flops: number): number {
  const next = points.find((point) => point.flops >= flops);
  const before = points.findLast((point) => point.flops <= flops);
  if (next === undefined || before === undefined) return (next ?? before)?.value ?? 0;
  const span = next.flops - before.flops;
  return span === 0 ? next.value : before.value + ((flops - before.flops) / span) * (next.value - before.value);
}

function together(cells: readonly EventOf<"compare-cell">[], seeds: number): MethodCurve["status"] {
  if (cells.some((cell) => cell.status === "running")) return "running";
  if (cells.some((cell) => cell.status === "failed")) return "failed";
  return cells.filter((cell) => cell.status === "done").length === seeds ? "done" : "waiting";
}
