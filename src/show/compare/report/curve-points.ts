/**
 * Points of the train-time curve by the share of the budget at which they were due, so that a mean over seeds is one of the same
 * moments: a step may pass two shares at once, and then a curve has a point fewer.
 */

import type { CellResult } from "../cells/cell-result.ts";
import type { CellPoint } from "../cells/cell-state.ts";
import { COMPARE_PRESETS, type ComparePreset } from "../presets.ts";

type Told = { readonly budgetFlops: number; readonly shares?: readonly number[]; readonly preset: string };

export type Budget = Pick<ComparePreset, "budgetFlops" | "points">;

/** The budget of a comparison, by its compare.json. Of one that keeps no shares they are its preset's. */
export function budgetOf({ budgetFlops, shares, preset }: Told): Budget {
  const presets: Readonly<Partial<Record<string, ComparePreset>>> = COMPARE_PRESETS;
  return { budgetFlops, points: shares ?? presets[preset]?.points ?? [1] };
}

/** The points of all cells at each share of which every cell has one, [shares][cells]; before training first. */
export function pointsByShare(cells: readonly Pick<CellResult, "points">[], budget: Budget): CellPoint[][] {
  return [0, ...budget.points].flatMap((share) => {
    const at = cells.flatMap(({ points }) => points.find((point) => shareOf(point, budget) === share) ?? []);
    return at.length === cells.length ? [at] : [];
  });
}

/** The largest share of the budget that was spent, of those at which a point is due; 0 before training. */
function shareOf({ flops }: CellPoint, { budgetFlops, points }: Budget): number {
  return points.findLast((share) => flops / budgetFlops >= share) ?? 0;
}
