/**
 * The loop on one figure: accuracy by generation, a line a difficulty, the search thin beside the policy and the generation in which the
 * frontier reached it marked; and what tells of a collapse, by generation.
 */

import * as Plot from "@observablehq/plot";
import { accuracyAxis, bottomLabel, type ChartOptions, nameRows } from "../report/charts/axes.ts";
import { intervalText, percent } from "../report/format.ts";
import { LIGHT, type Palette } from "../report/palette.ts";
import { PANELS_TOP, panelsSvg } from "../report/panels.ts";
import { type Drawing, draw } from "../report/plot.ts";
import type { ImproveResult } from "./improve-result.ts";
import type { DifficultyPoint } from "./improve-state.ts";
import { headline } from "./story.ts";

const MARGIN = { marginLeft: 46, marginRight: 136, marginTop: 34, marginBottom: 52 };
const WIDTH = 1280;
const HEIGHT = 600;

type Look = { readonly color: keyof Palette; readonly symbol: Plot.SymbolType };
const LOOKS: readonly Look[] = [
  { color: "base", symbol: "circle" },
  { color: "good", symbol: "triangle" },
  { color: "final", symbol: "square" },
  { color: "control", symbol: "diamond" },
  { color: "bad", symbol: "circle" },
  { color: "muted", symbol: "triangle" },
  { color: "base", symbol: "square" },
  { color: "good", symbol: "diamond" },
];

type Row = { readonly generation: number; readonly point: DifficultyPoint };

/** Accuracy on held-out problems by generation. */
export function accuracyPanel(result: ImproveResult, { palette, width, height }: ChartOptions): Drawing {
  const { points, gains, unit } = result;
  const last = Math.max(1, points.at(-1)?.generation ?? 1);
  const lines = gains.map(({ difficulty }, i) => ({
    difficulty,
    look: LOOKS[i % LOOKS.length] as Look,
    rows: points.flatMap(({ generation, difficulties }): Row[] => {
      const point = difficulties.find((each) => each.difficulty === difficulty);
      return point === undefined ? [] : [{ generation, point }];
    }),
  }));
  const ends = lines.map(({ rows }) => rows.at(-1)?.point.policy.accuracy ?? 0);
  const places = nameRows(ends, height - MARGIN.marginTop - MARGIN.marginBottom);
  const marks: Plot.Markish[] = [
    ...accuracyAxis(palette, "held-out problems solved"),
    ...generationAxis(palette, last),
    ...lines.flatMap(({ rows, look }) => searchMarks(rows, palette[look.color])),
    ...lines.flatMap(({ rows, look }) => policyMarks(rows, look, palette)),
    ...gains.flatMap(({ difficulty, askedFrom }, i) => {
      const rows = lines[i]?.rows.filter(({ generation }) => generation === askedFrom) ?? [];
      return difficulty === gains[0]?.difficulty ? [] : frontierMarks(rows, difficulty, palette);
    }),
    ...lines.flatMap(({ difficulty, look }, i) =>
      endMarks(`${difficulty} ${unit}`, places[i] ?? 0, last, look, palette),
    ),
  ];
  const told = lines.map(({ difficulty, rows }) => {
    const [first, end] = [rows[0]?.point.policy.accuracy ?? null, rows.at(-1)?.point.policy.accuracy ?? null];
    return `${difficulty} ${unit} ${percent(first)} to ${percent(end)}`;
  });
  return draw(
    { width, height, ...MARGIN, style: { fontSize: "13px" }, x: { domain: [0, last] }, y: { domain: [0, 1] }, marks },
    `Accuracy by generation: ${told.join("; ")}.`,
  );
}

function generationAxis(palette: Palette, last: number): Plot.Markish[] {
  const every = Math.ceil(last / 12);
  const ticks = Array.from({ length: Math.floor(last / every) + 1 }, (_, i) => i * every);
  return [
    Plot.axisX(ticks, {
      tickFormat: (g: number) => (g === 0 ? "base" : String(g)),
      tickSize: 0,
      tickPadding: 9,
      color: palette.muted,
      label: null,
    }),
    bottomLabel(palette, "generation"),
  ];
}

function policyMarks(rows: readonly Row[], { color, symbol }: Look, palette: Palette): Plot.Markish[] {
  const stroke = palette[color];
  const y = ({ point }: Row): number => point.policy.accuracy;
  return [
    Plot.ruleX(rows, {
      x: "generation",
      y1: ({ point }: Row) => point.policy.ci[0],
      y2: ({ point }: Row) => point.policy.ci[1],
      stroke,
      strokeOpacity: 0.35,
      strokeWidth: 1.5,
    }),
    Plot.line(rows, { x: "generation", y, stroke, strokeWidth: 2.5 }),
    Plot.dot(rows, {
      x: "generation",
      y,
      r: 4,
      symbol,
      fill: palette.surface,
      stroke,
      strokeWidth: 1.75,
      title: ({ generation, point: { difficulty, policy } }: Row) =>
        `generation ${generation}, difficulty ${difficulty}: ${percent(policy.accuracy)} (${intervalText(policy.ci)})`,
    }),
  ];
}

function searchMarks(rows: readonly Row[], stroke: string): Plot.Markish[] {
  const searched = rows.filter(({ point }) => point.search !== null);
  const y = ({ point }: Row): number => point.search?.accuracy ?? 0;
  return [Plot.line(searched, { x: "generation", y, stroke, strokeWidth: 1.25, strokeDasharray: "3 4" })];
}

/** A ring where the loop began to ask a difficulty. */
function frontierMarks(rows: readonly Row[], difficulty: number, palette: Palette): Plot.Markish[] {
  const y = ({ point }: Row): number => point.policy.accuracy;
  return [
    Plot.dot(rows, { x: "generation", y, r: 9, stroke: palette.ink, strokeWidth: 1.25 }),
    Plot.text(rows, {
      x: "generation",
      y,
      dy: -16,
      text: () => `${difficulty} from here`,
      fill: palette.muted,
      fontSize: 11,
    }),
  ];
}

function endMarks(text: string, y: number, x: number, { color, symbol }: Look, palette: Palette): Plot.Markish[] {
  const at = [{ x, y }];
  const own = { x: "x", y: "y" };
  return [
    Plot.dot(at, { ...own, dx: 14, r: 4, symbol, fill: palette.surface, stroke: palette[color], strokeWidth: 1.75 }),
    Plot.text(at, { ...own, dx: 24, text: () => text, fill: palette[color], textAnchor: "start", fontWeight: 700 }),
  ];
}

type Watched = { readonly name: string; readonly color: keyof Palette; readonly of: (i: number) => number | null };

/** Diversity, entropy and kept chains, each as a share of what it was in the first generation. */
export function collapsePanel({ generations }: ImproveResult, { palette, width, height }: ChartOptions): Drawing {
  const watched: readonly Watched[] = [
    { name: "entropy", color: "base", of: (i) => generations[i]?.diversity.entropy ?? null },
    { name: "distinct chains", color: "good", of: (i) => generations[i]?.diversity.distinctChains ?? null },
    { name: "answers a problem", color: "final", of: (i) => generations[i]?.diversity.answersPerProblem ?? null },
    { name: "chains kept", color: "control", of: (i) => generations[i]?.kept ?? null },
  ];
  const lines = watched.map(({ name, color, of }) => {
    const first = of(0) ?? 0;
    const rows = generations.flatMap(({ generation }, i) => {
      const value = of(i);
      return value === null || first === 0 ? [] : [{ generation, value: value / first }];
    });
    return { name, color, rows };
  });
  const top = Math.max(1.5, ...lines.flatMap(({ rows }) => rows.map(({ value }) => value))) * 1.05;
  const ends = nameRows(
    lines.map(({ rows }) => rows.at(-1)?.value ?? 0),
    height - MARGIN.marginTop - MARGIN.marginBottom,
    [0, top],
  );
  const last = Math.max(2, generations.at(-1)?.generation ?? 2);
  const ticks = [0, 0.5, 1, 1.5, 2, 3].filter((tick) => tick <= top);
  const marks: Plot.Markish[] = [
    Plot.gridY(ticks, { stroke: palette.grid, strokeOpacity: 1 }),
    Plot.axisY(ticks, {
      tickFormat: (v: number) => `${v}×`,
      tickSize: 0,
      tickPadding: 8,
      color: palette.muted,
      label: null,
    }),
    Plot.ruleY([0.5], { stroke: palette.bad, strokeDasharray: "2 4" }),
    Plot.axisX(
      generations.map(({ generation }) => generation),
      { tickFormat: String, tickSize: 0, tickPadding: 9, color: palette.muted, label: null },
    ),
    bottomLabel(palette, "generation"),
    ...lines.flatMap(({ name, color, rows }, i) => [
      Plot.line(rows, { x: "generation", y: "value", stroke: palette[color], strokeWidth: 2 }),
      Plot.dot(rows, { x: "generation", y: "value", r: 3, fill: palette.surface, stroke: palette[color] }),
      Plot.text([{ x: last, y: ends[i] ?? 0 }], {
        x: "x",
        y: "y",
        dx: 12,
        text: () => name,
        fill: palette[color],
        textAnchor: "start",
        fontWeight: 700,
      }),
    ]),
  ];
  const told = lines.map(
    ({ name, rows }) => `${name} ${percent(rows.at(-1)?.value ?? null, 0)} of the first generation's`,
  );
  return draw(
    { width, height, ...MARGIN, style: { fontSize: "13px" }, x: { domain: [1, last] }, y: { domain: [0, top] }, marks },
    `Signs of collapse: ${told.join("; ")}.`,
  );
}

/** Both panels as an SVG document. */
export function improveFigure(result: ImproveResult): string {
  const left = accuracyPanel(result, { palette: LIGHT, width: 690, height: 450 });
  const right = collapsePanel(result, { palette: LIGHT, width: 540, height: 450 });
  const { seed, search, budget, points } = result;
  const n = points[0]?.difficulties[0]?.policy.n ?? 0;
  const panels = [
    { drawing: left, x: 22, y: PANELS_TOP, heading: "Accuracy by generation" },
    { drawing: right, x: 722, y: PANELS_TOP, heading: "Is it collapsing? Shares of the first generation" },
  ];
  const caption = `Solid: one chain of the policy, ${n} held-out problems of each difficulty, bars are 95% intervals. Dashed: with search (${search}, ${budget} tokens a problem). Seed ${seed}.`;
  return panelsSvg({ width: WIDTH, height: HEIGHT, title: headline(result), panels, caption: [caption] });
}
