/** Behaviours of base and trained model side by side, one chart for each unit they are counted in. */

import { fixed } from "../format.ts";
import type { Drawing } from "../plot.ts";
import type { Report } from "../schema.ts";
import { type ChartOptions, niceCeiling } from "./axes.ts";
import { dumbbellChart } from "./dumbbell.ts";

/** A rate as people read it: two decimals, one from 10 on. */
export function behaviourRate(rate: number): string {
  return rate === 0 ? "0" : fixed(rate, rate < 10 ? 2 : 1);
}

/** What a behaviour is counted against where the report does not say. */
export const DEFAULT_UNIT = "per chain";

/** One chart for each unit, such as "per 100 operations", in the order in which the units first occur. */
export function behaviourCharts(report: Report, options: Omit<ChartOptions, "height">): Drawing[] {
  const units = Map.groupBy(Object.entries(report.behaviours), ([, change]) => change.unit ?? DEFAULT_UNIT);
  return [...units].map(([unit, changes]) => {
    const rows = changes.map(([name, { base, final, baseCi, finalCi, kind }]) => {
      const note = `${behaviourRate(base)} to ${behaviourRate(final)}, ${kind}`;
      return { name, base, final, baseCi, finalCi, note };
    });
    const most = Math.max(...rows.flatMap((row) => [row.base, row.final, row.baseCi?.[1] ?? 0, row.finalCi?.[1] ?? 0]));
    const words = {
      title: `Behaviours, times ${unit}`,
      unit: `times ${unit}`,
      format: behaviourRate,
      tickFormat: String,
    };
    return dumbbellChart(rows, { ...options, ...words, domain: [0, niceCeiling(most)], noteWidth: 190 });
  });
}
