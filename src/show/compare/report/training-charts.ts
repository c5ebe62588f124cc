/** Figures over the course of training, a line each: what steps or points told, with intervals where there are any. */

import * as Plot from "@observablehq/plot";
import type { Interval } from "../../../measure/bootstrap.ts";
import {
  bottomLabel,
  type ChartOptions,
  emptyChart,
  logTicks,
  nameRows,
  niceCeiling,
} from "../../report/charts/axes.ts";
import { powerOfTen, powerOfTenPlain } from "../../report/format.ts";
import type { Palette } from "../../report/palette.ts";
import { type Drawing, draw } from "../../report/plot.ts";
import { endLabel } from "./end-label.ts";
import type { Look } from "./looks.ts";

const MARGIN = { marginLeft: 56, marginTop: 34, marginBottom: 52 };
/** Of a bold letter at the end of a line, and what stands before and behind the words, CSS pixels. */
const LETTER = 7.4;
const BESIDE = 30;

export type TrainingPoint = { readonly flops: number; readonly value: number; readonly ci?: Interval | null };

export type TrainingLine = {
  readonly title: string;
  readonly look: Look;
  readonly points: readonly TrainingPoint[];
  /** The same of each seed, drawn thin. */
  readonly seeds?: readonly (readonly TrainingPoint[])[];
};

export type TrainingAxes = {
  /** What is measured, above the chart. */
  readonly above: string;
  /** Of the vertical axis: its ends, or what fits the lines, from 0 on. */
  readonly domain?: readonly [number, number];
  readonly format: (value: number) => string;
  /** Of the compute. On a log scale what cost nothing, the base, stands at the left edge. */
  readonly scale: "linear" | "log";
  /** Shades what lies between the first two lines. */
  readonly shade?: boolean;
};

/** Lines that hold no points are left out. */
export function trainingChart(lines: readonly TrainingLine[], axes: TrainingAxes, options: ChartOptions): Drawing {
  const { palette, width, height } = options;
  const drawn = lines.filter(({ points }) => points.length > 0);
  const costs = drawn.flatMap(({ points }) => points.map(({ flops }) => flops)).filter((flops) => flops > 0);
  if (costs.length === 0) return emptyChart(options, axes.above);
  const x = abscissa(costs, axes.scale);
  const [low, high] = axes.domain ?? rangeOf(drawn);
  const ends = drawn.map(({ points }) => points.at(-1) as TrainingPoint);
  const rows = nameRows(
    ends.map(({ value }) => value),
    height - MARGIN.marginTop - MARGIN.marginBottom,
    [low, high],
  );
  const marks: Plot.Markish[] = [
    ...axisMarks(x, [low, high], axes, palette),
    ...(axes.shade === true ? shadeMarks(drawn, x.place) : []),
    ...drawn.flatMap((line) => lineMarks(line, x.place, axes.format, palette)),
    ...drawn.flatMap((line, i) => {
      const last = line.points.slice(-1).map((point) => [x.place(point), point.value] as const);
      return endLabel(line, last, { right: x.domain[1], row: rows[i] ?? 0 }, palette);
    }),
  ];
  const told = drawn.map(({ title, points }) => {
    const [first, last] = [points[0], points.at(-1)] as [TrainingPoint, TrainingPoint];
    return `${title} ${axes.format(first.value)} to ${axes.format(last.value)}`;
  });
  return draw(
    {
      width,
      height,
      ...MARGIN,
      marginRight: BESIDE + LETTER * Math.max(...drawn.map(({ title }) => title.length)),
      style: { fontSize: "13px" },
      x: { type: axes.scale, domain: x.domain },
      y: { domain: [low, high] },
      marks,
    },
    `${axes.above}, from the beginning of training to its end: ${told.join("; ")}.`,
  );
}

type Abscissa = {
  readonly domain: [number, number];
  readonly ticks: readonly number[];
  readonly label: string;
  readonly place: (point: TrainingPoint) => number;
};

function abscissa(costs: readonly number[], scale: TrainingAxes["scale"]): Abscissa {
  const most = Math.max(...costs);
  if (scale === "linear") {
    const every = niceCeiling(most / 5);
    const ticks = Array.from({ length: Math.floor(most / every) + 1 }, (_, i) => i * every);
    return { domain: [0, 1.02 * most], ticks, label: "train-time compute, FLOPs", place: ({ flops }) => flops };
  }
  const edge = Math.min(...costs) / 2;
  const domain: [number, number] = [edge / 1.1, most * 1.1];
  const label = "train-time compute, FLOPs, log scale (left edge: the base)";
  return { domain, ticks: logTicks(...domain), label, place: ({ flops }) => Math.max(flops, edge) };
}

/** From 0, or below it where a line goes there, to a round number above all lines. */
function rangeOf(lines: readonly TrainingLine[]): readonly [number, number] {
  const values = lines.flatMap(({ points, seeds = [] }) =>
    [...points, ...seeds.flat()].flatMap(({ value, ci }) => [value, ...(ci ?? [])]),
  );
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  return [least < 0 ? -niceCeiling(-least) : 0, most > 0 || least === 0 ? niceCeiling(most) : 0];
}

function axisMarks(
  { ticks, label }: Abscissa,
  [low, high]: readonly [number, number],
  { above, format }: TrainingAxes,
  palette: Palette,
): Plot.Markish[] {
  const every = niceCeiling((high - low) / 5);
  const from = Math.ceil(low / every - 1e-9);
  const rows = Array.from({ length: Math.floor(high / every + 1e-9) - from + 1 }, (_, i) => (from + i) * every);
  return [
    Plot.gridY(rows, { stroke: palette.grid, strokeOpacity: 1 }),
    Plot.axisY(rows, { text: format, tickSize: 0, tickPadding: 8, color: palette.muted, label: null }),
    Plot.gridX(ticks, { stroke: palette.grid, strokeOpacity: 1 }),
    Plot.axisX(ticks, { text: powerOfTen, tickSize: 0, tickPadding: 9, color: palette.muted, label: null }),
    bottomLabel(palette, label),
    Plot.text([above], {
      frameAnchor: "top-left",
      dy: -12,
      lineAnchor: "bottom",
      textAnchor: "start",
      fill: palette.muted,
    }),
    ...(low < 0 ? [Plot.ruleY([0], { stroke: palette.muted, strokeWidth: 1 })] : []),
  ];
}

function shadeMarks([upper, lower]: readonly TrainingLine[], place: Abscissa["place"]): Plot.Markish[] {
  if (upper === undefined || lower === undefined) return [];
  const band = upper.points.map((point, i) => ({ x: place(point), y2: point.value, y1: lower.points[i]?.value }));
  return [Plot.areaY(band, { x: "x", y1: "y1", y2: "y2", fill: upper.look.color, fillOpacity: 0.12 })];
}

function lineMarks(
  { title, look, points, seeds = [] }: TrainingLine,
  x: Abscissa["place"],
  format: TrainingAxes["format"],
  palette: Palette,
): Plot.Markish[] {
  const own = { x, y: "value", stroke: look.color };
  const thin = seeds.length > 1 ? seeds : [];
  const certain = points.filter(({ ci }) => ci !== undefined && ci !== null);
  return [
    ...thin.map((seed) => Plot.line(seed, { ...own, strokeWidth: 0.75, strokeOpacity: 0.45 })),
    Plot.ruleX(certain, {
      x,
      y1: ({ ci }: TrainingPoint) => ci?.[0],
      y2: ({ ci }: TrainingPoint) => ci?.[1],
      stroke: look.color,
      strokeOpacity: 0.4,
    }),
    Plot.line(points, { ...own, strokeWidth: 2.25, strokeDasharray: look.dash }),
    Plot.dot(points, {
      ...own,
      r: 3.5,
      symbol: look.symbol,
      fill: palette.surface,
      strokeWidth: 1.75,
      title: ({ flops, value }: TrainingPoint) => `${title}, ${powerOfTenPlain(flops)} FLOPs: ${format(value)}`,
    }),
  ];
}
