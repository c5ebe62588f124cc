/**
 * Strategies on one figure: accuracy against what a problem cost, on a log axis, FLOPs where the model counts them and tokens
 * where it does not. What a verifier chose stands apart from what was chosen without it.
 */

import * as Plot from "@observablehq/plot";
import type { Interval } from "../../measure/bootstrap.ts";
import { accuracyAxis, type ChartOptions, logAxis, logDomain, logTicks, nameRows } from "../report/charts/axes.ts";
import { intervalText, percent, powerOfTen, significant } from "../report/format.ts";
import { LIGHT, type Palette } from "../report/palette.ts";
import { PANELS_TOP, panelsSvg } from "../report/panels.ts";
import { type Drawing, draw } from "../report/plot.ts";

const MARGIN = { marginLeft: 46, marginRight: 170, marginTop: 34, marginBottom: 52 };
const WIDTH = 1280;
const HEIGHT = 620;

/** What a strategy reached for what it spent, on a problem, on average. */
export type FigurePoint = {
  readonly strategy: string;
  /** Of the curve. */
  readonly name: string;
  readonly accuracy: number;
  /** 95%. */
  readonly ci: Interval;
  readonly tokens: number;
  /** 0 where nobody counted. */
  readonly flops: number;
};

type Look = { readonly color: keyof Palette; readonly symbol: Plot.SymbolType; readonly dash: string };

/** Families by colour, members by mark and dash. */
const LOOKS: Readonly<Record<string, Look>> = {
  single: { color: "control", symbol: "circle", dash: "none" },
  forced: { color: "control", symbol: "square", dash: "2 4" },
  revision: { color: "control", symbol: "diamond", dash: "7 4" },
  majority: { color: "base", symbol: "triangle", dash: "none" },
  "adaptive-majority": { color: "base", symbol: "circle", dash: "2 4" },
  "best-of-n": { color: "base", symbol: "square", dash: "7 4" },
  "pass@n": { color: "base", symbol: "square", dash: "7 4" },
  weighted: { color: "final", symbol: "circle", dash: "2 4" },
  "beam-search": { color: "final", symbol: "circle", dash: "none" },
  dvts: { color: "final", symbol: "triangle", dash: "7 4" },
  mcts: { color: "final", symbol: "square", dash: "2 4" },
  "ab-mcts-a": { color: "good", symbol: "circle", dash: "none" },
  "ab-mcts-m": { color: "good", symbol: "diamond", dash: "7 4" },
};

function lookOf(strategy: string): Look {
  return LOOKS[strategy] ?? { color: "muted", symbol: "circle", dash: "none" };
}

type Cost = {
  readonly of: (point: FigurePoint) => number;
  readonly label: string;
  readonly tick: (x: number) => string;
};

function costOf(points: readonly FigurePoint[]): Cost {
  return points.every(({ flops }) => flops > 0)
    ? { of: ({ flops }) => flops, label: "FLOPs a problem, log scale", tick: powerOfTen }
    : { of: ({ tokens }) => tokens, label: "tokens a problem, log scale", tick: (x) => significant(x) };
}

/** One panel. @param all what the axis has to hold: the points of the panels beside it too */
export function strategyPanel(
  points: readonly FigurePoint[],
  all: readonly FigurePoint[],
  { palette, width, height }: ChartOptions,
): Drawing {
  const cost = costOf(all);
  const domain = logDomain(all.map(cost.of));
  const shown = points.filter((point) => cost.of(point) > 0);
  const curves = [...Map.groupBy(shown, ({ name }) => name).values()];
  const ends = curves.map((curve) => curve.at(-1) as FigurePoint);
  const rows = nameRows(
    ends.map(({ accuracy }) => accuracy),
    height - MARGIN.marginTop - MARGIN.marginBottom,
  );
  const ticks = logTicks(...domain);
  const marks: Plot.Markish[] = [
    ...accuracyAxis(palette, "problems solved"),
    ...logAxis(palette, ticks, cost.label, cost.tick),
    ...curves.flatMap((curve) => curveMarks(curve, cost, palette)),
    ...ends.flatMap((end, i) => labelMarks(end, rows[i] ?? 0, cost.of(end), domain[1], palette)),
  ];
  const told = ends.map(({ name, accuracy }) => `${name} ${percent(accuracy)}`);
  return draw(
    { width, height, ...MARGIN, style: { fontSize: "13px" }, x: { type: "log", domain }, y: { domain: [0, 1] }, marks },
    `Accuracy against the cost of a problem, at the greatest budget: ${told.join("; ") || "nothing"}.`,
  );
}

export type FigureParts = {
  readonly title: string;
  readonly unverified: readonly FigurePoint[];
  /** Chosen by a verifier. */
  readonly verified: readonly FigurePoint[];
  readonly caption: string;
};

/** Both panels as an SVG document. */
export function strategyFigure({ title, unverified, verified, caption }: FigureParts): string {
  const size = { palette: LIGHT, width: 620, height: 480 };
  const all = [...unverified, ...verified];
  const left = strategyPanel(unverified, all, size);
  const right = strategyPanel(verified, all, size);
  const panels = [
    { drawing: left, x: 22, y: PANELS_TOP, heading: "Chosen without a verifier" },
    { drawing: right, x: 642, y: PANELS_TOP, heading: "Chosen by the verifier" },
  ];
  return panelsSvg({ width: WIDTH, height: HEIGHT, title, panels, caption: [caption] });
}

function curveMarks(points: readonly FigurePoint[], cost: Cost, palette: Palette): Plot.Markish[] {
  const { color: role, symbol, dash } = lookOf((points[0] as FigurePoint).strategy);
  const color = palette[role];
  const own = { x: cost.of, stroke: color };
  return [
    Plot.ruleX(points, { ...own, y1: (p) => p.ci[0], y2: (p) => p.ci[1], strokeOpacity: 0.35, strokeWidth: 1.5 }),
    Plot.line(points, { ...own, y: "accuracy", strokeWidth: 2, strokeDasharray: dash }),
    Plot.dot(points, {
      ...own,
      y: "accuracy",
      r: 3.5,
      symbol,
      fill: palette.surface,
      strokeWidth: 1.75,
      title: (p: FigurePoint) =>
        `${p.name}, ${significant(p.tokens)} tokens a problem: ${percent(p.accuracy)} (${intervalText(p.ci)})`,
    }),
  ];
}

function labelMarks(end: FigurePoint, row: number, x: number, right: number, palette: Palette): Plot.Markish[] {
  const { color: role, symbol } = lookOf(end.strategy);
  const color = palette[role];
  const at = [{ x: right, y: row }];
  const place = { x: "x", y: "y" };
  return [
    Plot.link([end], {
      x1: () => x,
      y1: "accuracy",
      x2: () => right,
      y2: () => row,
      stroke: color,
      strokeOpacity: 0.4,
      strokeWidth: 0.75,
    }),
    Plot.dot(at, { ...place, dx: 10, r: 3.5, symbol, fill: palette.surface, stroke: color, strokeWidth: 1.75 }),
    Plot.text(at, { ...place, dx: 20, text: () => end.name, fill: color, textAnchor: "start", fontWeight: 700 }),
  ];
}
