/** Behaviours of base and trained model side by side, one chart for each unit they are counted in. */

import { fixed } from "../format.ts";
import type { Drawing } from "../plot.ts";
import type { Report } from "../schema.ts";
import { type ChartOptions, niceCeiling } from "./axes.ts";
import { dumbbellChart } from "./dumbbell.ts";

type Unit = "100 operations" | "chain";

const UNITS: readonly { readonly per: Unit; readonly label: string }[] = [
  { per: "100 operations", label: "times per 100 operations" },
  { per: "chain", label: "times per chain" },
];

/** A rate as people read it: two decimals, one from 10 on. */
export function behaviourRate(rate: number): string {
  return rate === 0 ? "0" : fixed(rate, rate < 10 ? 2 : 1);
}

/** At most two charts: rates per 100 operations, and rates per chain. A unit that nothing is counted in has none. */
export function behaviourCharts(report: Report, options: Omit<ChartOptions, "height">): Drawing[] {
  return UNITS.flatMap(({ per, label }) => {
    const rows = Object.entries(report.behaviours)
      .filter(([, change]) => (change.per ?? "chain") === per)
      .map(([name, { base, final, kind }]) => ({
        name,
        base,
        final,
        note: `${behaviourRate(base)} to ${behaviourRate(final)}, ${kind}`,
      }));
    if (rows.length === 0) return [];
    const domain = [0, niceCeiling(Math.max(...rows.flatMap((row) => [row.base, row.final])))] as const;
    const words = { title: `Behaviours, ${label}`, unit: label, format: behaviourRate, tickFormat: String };
    return [dumbbellChart(rows, { ...options, ...words, domain, noteWidth: 190 })];
  });
}
