/** A curve a contender, of accuracy against compute or length: seeds are thin, means thick. */

import * as Plot from "@observablehq/plot";
import {
  accuracyAxis,
  type ChartOptions,
  emptyChart,
  logAxis,
  logDomain,
  logTicks,
  nameRows,
} from "../../report/charts/axes.ts";
import { percent } from "../../report/format.ts";
import type { Palette } from "../../report/palette.ts";
import { type Drawing, draw } from "../../report/plot.ts";
import { endLabel } from "./end-label.ts";
import type { Look } from "./looks.ts";

export const MARGIN = { marginLeft: 46, marginRight: 190, marginTop: 34, marginBottom: 52 };

/** `spent` is FLOPs or tokens. */
export type AccuracyPoint = { readonly spent: number; readonly accuracy: number };

export type AccuracyCurve = {
  readonly title: string;
  readonly look: Look;
  readonly mean: readonly AccuracyPoint[];
  readonly seeds: readonly (readonly AccuracyPoint[])[];
};

export type AccuracyAxes = {
  /** What is measured, above the chart. */
  readonly above: string;
  readonly below: string;
  /** Of the horizontal axis. */
  readonly tick: (spent: number) => string;
  /** An amount as a tool tip tells it. */
  readonly amount: (spent: number) => string;
};

/** Curves without points are left out; the horizontal axis is logarithmic. */
export function accuracyPanel(all: readonly AccuracyCurve[], axes: AccuracyAxes, options: ChartOptions): Drawing {
  const { palette, width, height } = options;
  const { above, below, tick } = axes;
  const curves = all.filter(({ mean }) => mean.length > 0);
  const costs = curves.flatMap(({ mean }) => mean.map(({ spent }) => spent));
  if (costs.length === 0) return emptyChart(options, above);
  const domain = logDomain(costs);
  const ends = curves.map(({ mean }) => mean.at(-1) as AccuracyPoint);
  const rows = nameRows(
    ends.map(({ accuracy }) => accuracy),
    height - MARGIN.marginTop - MARGIN.marginBottom,
  );
  const marks: Plot.Markish[] = [
    ...accuracyAxis(palette, above),
    ...logAxis(palette, logTicks(...domain), below, tick),
    ...curves.flatMap((curve) => curveMarks(curve, axes, palette)),
    ...curves.flatMap((curve, i) => {
      const { spent, accuracy } = curve.mean.at(-1) as AccuracyPoint;
      return endLabel(curve, [[spent, accuracy]], { right: domain[1], row: rows[i] ?? 0 }, palette);
    }),
  ];
  const told = curves.map(({ title }, i) => `${title} ${percent((ends[i] as AccuracyPoint).accuracy)}`);
  return draw(
    { width, height, ...MARGIN, style: { fontSize: "13px" }, x: { type: "log", domain }, y: { domain: [0, 1] }, marks },
    `${above}, at the right end: ${told.join("; ")}.`,
  );
}

function curveMarks(
  { title, look, mean, seeds }: AccuracyCurve,
  { amount }: AccuracyAxes,
  palette: Palette,
): Plot.Markish[] {
  const own = { x: "spent", y: "accuracy", stroke: look.color };
  const thin = seeds.length > 1 ? seeds : [];
  return [
    ...thin.map((points) => Plot.line(points, { ...own, strokeWidth: 0.75, strokeOpacity: 0.45 })),
    Plot.line(mean, { ...own, strokeWidth: 2.25, strokeDasharray: look.dash }),
    Plot.dot(mean, {
      ...own,
      r: 3.5,
      symbol: look.symbol,
      fill: palette.surface,
      strokeWidth: 1.75,
      title: (p: AccuracyPoint) => `${title}, ${amount(p.spent)}: ${percent(p.accuracy)}`,
    }),
  ];
}

/** Point by point over seeds, as far as all have them. */
export function meanOf(curves: readonly (readonly AccuracyPoint[])[]): AccuracyPoint[] {
  const length = Math.min(...curves.map((curve) => curve.length));
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return Array.from({ length }, (_, i) => ({
    spent: mean(curves.map((curve) => curve[i]?.spent ?? 0)),
    accuracy: mean(curves.map((curve) => curve[i]?.accuracy ?? 0)),
  }));
}
