/**
 * The comparison on one figure: accuracy against train-time compute, a curve a contender, and accuracy of the finished models against
 * test-time compute.
 */

import * as Plot from "@observablehq/plot";
import { type ChartOptions, emptyChart, flopAxis, logTicks } from "../../report/charts/axes.ts";
import { counted, percent, powerOfTen, powerOfTenPlain } from "../../report/format.ts";
import { LIGHT, type Palette } from "../../report/palette.ts";
import { PANELS_TOP, panelsSvg } from "../../report/panels.ts";
import { type Drawing, draw } from "../../report/plot.ts";
import { type Frontier, frontiers, spendingGrid } from "../cells/compute-map.ts";
import type { Comparison } from "../compare-result.ts";
import { type AccuracyCurve, type AccuracyPoint, accuracyPanel, MARGIN, meanOf } from "./accuracy-panel.ts";
import { type Look, looksOf } from "./looks.ts";

const WIDTH = 1360;
const HEIGHT = 640;

const FLOPS = { tick: powerOfTen, amount: (flops: number) => `${powerOfTenPlain(flops)} FLOPs` };

/** Accuracy against train-time FLOPs; the base has spent none and stands at the left edge. */
export function trainTimePanel(result: Comparison, options: ChartOptions): Drawing {
  const looks = looksOf(result.standings, options.palette);
  const trained = result.standings.filter(({ curve }) => curve.length > 1);
  const least = Math.min(
    ...trained.flatMap(({ curve }) => curve.filter(({ flops }) => flops > 0).map(({ flops }) => flops)),
  );
  const edge = least / 2;
  const placedAt = ({ flops, passAt1 }: { flops: number; passAt1: number }): AccuracyPoint => ({
    spent: Math.max(flops, edge),
    accuracy: passAt1,
  });
  const curves = trained.map((standing): AccuracyCurve => {
    const own = result.cells.filter(({ name }) => name === standing.name);
    return {
      title: standing.title,
      look: looks.get(standing.name) as Look,
      mean: standing.curve.map(placedAt),
      seeds: own.map(({ points }) => points.map(placedAt)),
    };
  });
  const below = "train-time compute, FLOPs, log scale (left edge: the base)";
  return accuracyPanel(curves, { ...FLOPS, above: "solved at the first try", below }, options);
}

/** Accuracy of the finished models by majority vote, against FLOPs a problem. */
export function testTimePanel(result: Comparison, options: ChartOptions): Drawing {
  const looks = looksOf(result.standings, options.palette);
  const curves = result.standings.map((standing): AccuracyCurve => {
    const votes = result.cells
      .filter(({ name }) => name === standing.name)
      .map(({ final }) => final.samples.filter(({ strategy }) => strategy === "majority"))
      .map((own) => own.map(({ flops, accuracy }) => ({ spent: flops, accuracy })));
    return {
      title: standing.title,
      look: looks.get(standing.name) as Look,
      mean: meanOf(votes),
      seeds: votes,
    };
  });
  const above = "solved by a majority vote of 1, 2, 4 ... chains";
  const below = "test-time compute a problem, FLOPs, log scale";
  return accuracyPanel(curves, { ...FLOPS, above, below }, options);
}

/** The map of the best contender: lines of accuracy over test-time compute, one a checkpoint, and which doubling buys more. */
export function mapPanel(result: Comparison, { palette, width, height }: ChartOptions): Drawing {
  const { map } = result;
  if (map === null) return emptyChart({ palette, width, height }, "Train-time against test-time compute");
  const grid = spendingGrid(map.points);
  const trained = frontiers(map.points).filter(({ trainFlops }) => trainFlops > 0);
  const xs = trained.map(({ trainFlops }) => trainFlops);
  const ys = grid.map(({ testFlops }) => testFlops);
  const pad = (values: readonly number[]): [number, number] => [Math.min(...values) / 1.5, Math.max(...values) * 1.5];
  const better = grid.filter(({ byTraining, byThinking }) => byTraining !== null && byThinking !== null);
  const advice = (cell: (typeof grid)[number]): string => ((cell.byTraining ?? 0) > (cell.byThinking ?? 0) ? "→" : "↑");
  const marks: Plot.Markish[] = [
    ...flopAxis(palette, logTicks(...pad(xs)), "train-time compute, FLOPs, log scale"),
    Plot.axisY(logTicks(...pad(ys)), { text: powerOfTen, tickSize: 0, color: palette.muted, label: null }),
    Plot.text(["test-time compute a problem, FLOPs"], {
      frameAnchor: "top-left",
      dy: -12,
      lineAnchor: "bottom",
      textAnchor: "start",
      fill: palette.muted,
    }),
    ...isoLines(trained, palette),
    Plot.text(grid, {
      x: "trainFlops",
      y: "testFlops",
      text: (cell) => percent(cell.accuracy, 0),
      fill: palette.ink,
      dy: -7,
    }),
    Plot.text(better, { x: "trainFlops", y: "testFlops", text: advice, fill: palette.final, fontWeight: 700, dy: 9 }),
  ];
  return draw(
    {
      width,
      height,
      ...MARGIN,
      marginLeft: 70,
      marginRight: 60,
      style: { fontSize: "13px" },
      x: { type: "log", domain: pad(xs) },
      y: { type: "log", domain: pad(ys) },
      marks,
    },
    `Accuracy of ${map.title} over train-time and test-time compute; an arrow says which doubling gains more.`,
  );
}

/** Lines through the test-time compute at which each checkpoint reaches an accuracy. */
function isoLines(trained: readonly Frontier[], palette: Palette): Plot.Markish[] {
  return [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].flatMap((level): Plot.Markish[] => {
    const line = trained.flatMap(({ trainFlops, points }) => {
      const testFlops = costOf(points, level);
      return testFlops === null ? [] : [{ trainFlops, testFlops }];
    });
    if (line.length < 2) return [];
    return [
      Plot.line(line, { x: "trainFlops", y: "testFlops", stroke: palette.base, strokeWidth: 1.5 }),
      Plot.text(line.slice(0, 1), {
        x: "trainFlops",
        y: "testFlops",
        text: () => percent(level, 0),
        dx: -8,
        textAnchor: "end",
        fill: palette.base,
      }),
    ];
  });
}

/** The least test-time compute with which a frontier reaches `level`; null where it does not. */
function costOf(points: Frontier["points"], level: number): number | null {
  for (const [i, to] of points.entries()) {
    if (to.accuracy < level) continue;
    const from = points[i - 1];
    if (from === undefined) return null; // reached with less than was measured
    const along = (level - from.accuracy) / (to.accuracy - from.accuracy);
    return from.testFlops * (to.testFlops / from.testFlops) ** along;
  }
  return null;
}

/** Both plots as an SVG document. */
export function compareFigure(result: Comparison): string {
  const size = { palette: LIGHT, width: 660, height: 500 };
  const left = trainTimePanel(result, size);
  const right = testTimePanel(result, size);
  const title = "Which hypothesis wins? One base, equal compute";
  const seeds = counted(result.seeds.length, "seed");
  const caption = `${result.preset}: ${powerOfTenPlain(result.budgetFlops)} FLOPs of training each, ${seeds}, ${counted(result.problems, "held-out problem")}.`;
  const panels = [
    { drawing: left, x: 22, y: PANELS_TOP, heading: "Learning" },
    { drawing: right, x: 692, y: PANELS_TOP, heading: "Thinking longer with what was learnt" },
  ];
  return panelsSvg({ width: WIDTH, height: HEIGHT, title, panels, caption: [caption] });
}
