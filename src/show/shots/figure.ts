/** Accuracy against shots, both on log axes, beside the best guess; and answers at once beside answers worked out. */

import * as Plot from "@observablehq/plot";
import {
  accuracyAxis,
  type ChartOptions,
  flopAxis,
  logAxis,
  logDomain,
  logTicks,
  nameRows,
} from "../report/charts/axes.ts";
import { dumbbellChart } from "../report/charts/dumbbell.ts";
import { intervalText, percent, significant } from "../report/format.ts";
import { LIGHT, type Palette } from "../report/palette.ts";
import { PANELS_TOP, panelsSvg } from "../report/panels.ts";
import { type Drawing, draw } from "../report/plot.ts";
import type { ShotsPoint, ShotsResult } from "./shots-result.ts";
import { headline, name } from "./story.ts";

const MARGIN = { marginLeft: 52, marginRight: 96, marginTop: 34, marginBottom: 52 };
const WIDTH = 1280;

/** The least accuracy that is drawn: that of a blind guess among eight is .125. */
const FLOOR = 0.1;
const TICKS = [0.1, 0.2, 0.4, 0.6, 0.8, 1];

/** Both axes are logarithmic: what is a power of the number of shots is a straight line. */
export function shotsPanel({ shots }: ShotsResult, { palette, width, height }: ChartOptions): Drawing {
  const ticks = shots.map((point) => point.shots);
  const [lo, hi] = [Math.min(1, ...ticks), Math.max(2, ...ticks)];
  const last = shots.at(-1);
  const at = (y: (point: ShotsPoint) => number) => ({
    x: "shots",
    y: (point: ShotsPoint) => Math.max(FLOOR, y(point)),
  });
  const accuracy = at((point) => point.accuracy);
  const marks: Plot.Markish[] = [
    Plot.gridY(TICKS, { stroke: palette.grid, strokeOpacity: 1 }),
    Plot.axisY(TICKS, {
      text: (v: number) => percent(v, 0),
      tickSize: 0,
      tickPadding: 8,
      color: palette.muted,
      label: null,
    }),
    Plot.text(["questions answered right, log scale"], {
      frameAnchor: "top-left",
      dy: -12,
      lineAnchor: "bottom",
      textAnchor: "start",
      fill: palette.muted,
    }),
    ...logAxis(palette, ticks, "examples in the prompt, log scale", String),
    Plot.line(shots, { ...at((point) => point.best), stroke: palette.muted, strokeWidth: 2, strokeDasharray: "7 4" }),
    Plot.ruleX(shots, {
      x: "shots",
      y1: (point: ShotsPoint) => Math.max(FLOOR, point.ci[0]),
      y2: (point: ShotsPoint) => point.ci[1],
      stroke: palette.final,
      strokeOpacity: 0.4,
      strokeWidth: 2,
    }),
    Plot.line(shots, { ...accuracy, stroke: palette.final, strokeWidth: 2.5 }),
    Plot.dot(shots, {
      ...accuracy,
      r: 4,
      fill: palette.surface,
      stroke: palette.final,
      strokeWidth: 1.75,
      title: (point: ShotsPoint) =>
        `${point.shots}: ${percent(point.accuracy)} (${intervalText(point.ci)}); best guess ${percent(point.best)}`,
    }),
    ...(last === undefined ? [] : endMarks(last, hi, palette)),
  ];
  const told = shots.map((point) => `${point.shots} ${percent(point.accuracy)} of ${percent(point.best)}`);
  return draw(
    {
      width,
      height,
      ...MARGIN,
      style: { fontSize: "13px" },
      x: { type: "log", domain: [lo / 1.1, hi * 1.1] },
      y: { type: "log", domain: [FLOOR, 1] },
      marks,
    },
    `Accuracy by number of examples, the model's and the best guess's: ${told.join("; ") || "nothing"}.`,
  );
}

function endMarks(last: ShotsPoint, x: number, palette: Palette): Plot.Markish[] {
  const apart = last.best / Math.max(FLOOR, last.accuracy) < 1.12;
  const mark = (text: string, y: number, dy: number, fill: string): Plot.Markish =>
    Plot.text([{ x, y }], { x: "x", y: "y", dx: 14, dy, text: () => text, fill, textAnchor: "start", fontWeight: 700 });
  return [
    mark("best guess", last.best, apart ? -8 : 0, palette.muted),
    mark("model", Math.max(FLOOR, last.accuracy), apart ? 10 : 0, palette.final),
  ];
}

/** What compute buys: more examples in the prompt, or more answers to one with fewer. */
export function votesPanel({ shots, votes }: ShotsResult, { palette, width, height }: ChartOptions): Drawing {
  const rows = shots.map(({ shots: n, ...point }) => ({ ...point, note: `${n} examples, one answer` }));
  const curves = [
    { title: "more examples", color: palette.final, symbol: "circle" as const, dash: "none", rows },
    ...[...Map.groupBy(votes, (point) => point.shots)].map(([examples, own], i) => ({
      title: `votes, ${examples} examples`,
      color: palette.base,
      symbol: (["triangle", "square"] as const)[i % 2] as "triangle" | "square",
      dash: i === 0 ? "7 4" : "2 4",
      rows: own.map(({ n, ...point }) => ({ ...point, note: `${examples} examples, the majority of ${n} answers` })),
    })),
  ];
  const costs = curves.flatMap(({ rows: own }) => own.map(({ flops }) => flops));
  const domain = logDomain(costs);
  const ends = curves.map(({ rows: own }) => own.at(-1)?.accuracy ?? 0);
  const places = nameRows(ends, height - MARGIN.marginTop - MARGIN.marginBottom);
  const marks: Plot.Markish[] = [
    ...accuracyAxis(palette, "questions answered right"),
    ...flopAxis(palette, logTicks(...domain), "FLOPs a question, log scale"),
    ...curves.flatMap(({ title, color, symbol, dash, rows: own }, i) => [
      Plot.ruleX(own, { x: "flops", y1: (p) => p.ci[0], y2: (p) => p.ci[1], stroke: color, strokeOpacity: 0.35 }),
      Plot.line(own, { x: "flops", y: "accuracy", stroke: color, strokeWidth: 2, strokeDasharray: dash }),
      Plot.dot(own, {
        ...{ x: "flops", y: "accuracy", r: 3.5, symbol, fill: palette.surface, stroke: color, strokeWidth: 1.75 },
        title: (point: (typeof own)[number]) => `${point.note}: ${percent(point.accuracy)} (${intervalText(point.ci)})`,
      }),
      Plot.text(own.slice(-1), {
        ...{ x: "flops", y: () => places[i] ?? 0, dx: 12, text: () => title },
        ...{ fill: color, textAnchor: "start", fontWeight: 700 },
      }),
    ]),
  ];
  const told = curves.map(({ title, rows: own }) => `${title} ${percent(own.at(-1)?.accuracy ?? null, 0)}`);
  return draw(
    {
      ...{ width, height, ...MARGIN, marginRight: 140, style: { fontSize: "13px" } },
      ...{ x: { type: "log", domain }, y: { domain: [0, 1] }, marks },
    },
    `Accuracy by FLOPs a question, at the most: ${told.join("; ")}.`,
  );
}

/** A row a model and difficulty. */
export function thoughtPanel({ thought }: ShotsResult, { palette, width }: Omit<ChartOptions, "height">): Drawing {
  const rows = thought.map(({ task, model, difficulty, unit, direct, steps }) => ({
    name: `${name(task)}, ${difficulty} ${unit}${model === task ? "" : `, ${model}`}`,
    base: direct.accuracy,
    final: steps.accuracy,
    baseCi: direct.ci,
    finalCi: steps.ci,
    note: `${significant(direct.tokens)} and ${significant(steps.tokens)} tokens`,
  }));
  return dumbbellChart(rows, {
    palette,
    width,
    title: "Answers at once, and answers worked out",
    heads: ["at once", "worked out"],
    unit: "problems solved by one chain",
    domain: [0, 1],
    format: (value) => percent(value, 0),
    noteWidth: 140,
  });
}

export function shotsFigure(result: ShotsResult): string {
  const size = { palette: LIGHT, width: 600, height: 420 };
  const examples = shotsPanel(result, size);
  const votes = votesPanel(result, size);
  const thought = thoughtPanel(result, { palette: LIGHT, width: 1200 });
  const caption = `${result.problems} held-out problems a point, seed ${result.seed}; bars are 95% intervals over problems.`;
  const below = PANELS_TOP + examples.height + 40;
  const panels = [
    { drawing: examples, x: 22, y: PANELS_TOP, heading: "Read from examples" },
    { drawing: votes, x: 642, y: PANELS_TOP, heading: "The same compute: more examples, or more answers" },
    { drawing: thought, x: 22, y: below, heading: "Answered at once, and worked out" },
  ];
  const height = below + thought.height + 48;
  return panelsSvg({ width: WIDTH, height, title: headline(result), panels, caption: [caption] });
}
