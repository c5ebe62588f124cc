/** Small multiples of what a training run tells about itself, one metric a chart, all over the same steps. */

import * as Plot from "@observablehq/plot";
import { percent, significant } from "../format.ts";
import { type Drawing, draw } from "../plot.ts";
import type { Report } from "../schema.ts";
import { bottomLabel, type ChartOptions, emptyChart, niceCeiling } from "./axes.ts";

type Row = Report["diagnostics"][number];
type Metric = {
  readonly key: Exclude<keyof Row, "step" | "flops">;
  readonly title: string;
  readonly unit: string;
  /** What it tells, for a reader without background. */
  readonly meaning: string;
  readonly share: boolean;
};

export const METRICS: readonly Metric[] = [
  {
    key: "reward",
    title: "Reward",
    unit: "share of chains right",
    meaning: "How many of the chains written for practice were right. It should rise.",
    share: true,
  },
  {
    key: "useful",
    title: "Useful groups",
    unit: "share of problems",
    meaning: "Problems answered both rightly and wrongly. Only these teach: there is something to compare.",
    share: true,
  },
  {
    key: "meanTokens",
    title: "Length of a chain",
    unit: "tokens, mean",
    meaning: "How long the model thinks before it ends. Length itself earns nothing.",
    share: false,
  },
  {
    key: "entropy",
    title: "Entropy",
    unit: "nats per token",
    meaning: "How undecided the model is. Near zero it tries nothing new, and learning stops.",
    share: false,
  },
  {
    key: "truncated",
    title: "Ran out of room",
    unit: "share of chains",
    meaning: "Chains cut off before they ended. Many of these mean that the limit is too short.",
    share: true,
  },
  {
    key: "kl",
    title: "Distance from the base",
    unit: "KL, nats per token",
    meaning: "How far training has moved the model from where it began.",
    share: false,
  },
  {
    key: "gradNorm",
    title: "Gradient norm",
    unit: "before clipping",
    meaning: "The size of each correction. Sudden peaks are a sign of unstable training.",
    share: false,
  },
  {
    key: "clipped",
    title: "Clipped tokens",
    unit: "share of tokens",
    meaning: "Tokens whose update was held back because the model had moved too far in one step.",
    share: true,
  },
];

/** One chart for each metric of METRICS, in that order; steps at which a metric could not be computed are left out. */
export function diagnosticsCharts(report: Report, options: ChartOptions): { metric: Metric; drawing: Drawing }[] {
  return METRICS.map((metric) => ({ metric, drawing: metricChart(report.diagnostics, metric, options) }));
}

function metricChart(rows: readonly Row[], metric: Metric, options: ChartOptions): Drawing {
  const { palette, width, height } = options;
  const known = thinned(
    rows.flatMap((row) => (row[metric.key] === null ? [] : [{ x: row.step, y: row[metric.key] as number }])),
  );
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last) return emptyChart(options, metric.title);
  const show = (v: number): string => (metric.share ? percent(v) : significant(v));
  const tick = (v: number): string => (metric.share ? `${Number((v * 100).toPrecision(3))}%` : String(v));
  const top = Math.max(...known.map((p) => p.y));
  const bottom = Math.min(0, ...known.map((p) => p.y));
  const domain = [bottom, metric.share ? Math.min(1, niceCeiling(top)) : niceCeiling(top)];
  const ends = first.x === last.x ? [last] : [first, last];
  return draw(
    {
      width,
      height,
      marginLeft: 44,
      marginRight: 12,
      marginTop: 20,
      marginBottom: 40,
      style: { fontSize: "11px" },
      x: { type: "linear", domain: [Math.min(first.x, last.x - 1), last.x] },
      y: { type: "linear", domain },
      marks: [
        Plot.gridY(domain, { stroke: palette.grid, strokeOpacity: 1 }),
        Plot.axisY(domain, { text: tick, tickSize: 0, tickPadding: 6, color: palette.muted, label: null }),
        Plot.axisX(
          ends.map((p) => p.x),
          { tickSize: 0, color: palette.muted, label: null },
        ),
        bottomLabel(palette, "step", 34),
        Plot.line(known, { x: "x", y: "y", stroke: palette.final, strokeWidth: 1.5 }),
        Plot.dot(ends, { x: "x", y: "y", r: 3, fill: palette.final }),
      ],
    },
    `${metric.title} (${metric.unit}): ${show(first.y)} at step ${first.x}, ${show(last.y)} at step ${last.x}.`,
  );
}

/** At most 240 points, evenly over the steps, the last one kept: a small chart shows no more. */
function thinned<T>(points: readonly T[]): T[] {
  const every = Math.ceil(points.length / 240);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}
