/** The figure of a reward model: whether its scores rank and are probabilities, and what it chooses as more and more chains are scored. */

import * as Plot from "@observablehq/plot";
import type { ReliabilityBin } from "../../measure/calibration.ts";
import { accuracyAxis, bottomLabel, type ChartOptions, nameRows } from "../report/charts/axes.ts";
import { fixed, percent } from "../report/format.ts";
import { LIGHT, type Palette } from "../report/palette.ts";
import { PANELS_TOP, panelsSvg } from "../report/panels.ts";
import { type Drawing, draw } from "../report/plot.ts";
import { rankingPanel } from "./ranking-panel.ts";
import type { RewardReport } from "./report.ts";
import type { Pressure, Reading } from "./votes.ts";

const WIDTH = 1200;
/** Where the third panel begins, below the two. */
const MIDDLE = 560;
const MARGIN = { marginLeft: 46, marginTop: 34, marginBottom: 52 };
const SHARES = [0, 0.2, 0.4, 0.6, 0.8, 1];

type Reported = Pick<RewardReport, "rankings" | "ahead" | "reliability" | "pressure" | "plan" | "model">;

export function rewardFigure(report: Reported): string {
  const size = { palette: LIGHT, width: 560, height: 430 };
  const left = reliabilityPanel(report, size);
  const right = pressurePanel(report.pressure, "reached", size);
  const below = rankingPanel(report, { palette: LIGHT, width: 1140 });
  const height = MIDDLE + below.height + 48;
  const title = `A ${report.plan.kind} reward model on the chains of ${report.model}`;
  const panels = [
    { drawing: left, x: 22, y: PANELS_TOP, heading: "Are its scores probabilities?" },
    {
      drawing: right,
      x: 612,
      y: PANELS_TOP,
      heading: "The best of n chains by its score: what it thinks, and what is so",
    },
    { drawing: below, x: 22, y: MIDDLE, heading: "Does it rank attempts as an exact solver does?" },
  ];
  const caption = `Left: ${fixed(report.reliability.states)} states, each beside ${report.plan.measured.rollouts} fresh roll-outs; a mark is larger, the more states it stands for. Right: ${fixed(report.plan.measured.problems)} held-out problems.`;
  return panelsSvg({ width: WIDTH, height, title, panels, caption: [caption] });
}

/** The reliability diagram: a dot a bin, its area the number of states. */
export function reliabilityPanel(
  { reliability, ahead }: Pick<RewardReport, "reliability" | "ahead">,
  options: ChartOptions,
): Drawing {
  const { palette, width, height } = options;
  const { before, after, states } = reliability;
  const series: { bins: readonly ReliabilityBin[]; color: string; symbol: Plot.SymbolType; name: string }[] = [
    { bins: before.bins, color: palette.control, symbol: "square", name: "as trained" },
    { bins: after.bins, color: palette.final, symbol: "circle", name: "calibrated" },
  ];
  if (ahead !== null) {
    const name = `${fixed(ahead.rollouts)} roll-outs ahead`;
    series.push({ bins: ahead.lookahead.reliability.bins, color: palette.good, symbol: "triangle", name });
  }
  const marks: Plot.Markish[] = [
    ...accuracyAxis(palette, "roll-outs that came out right"),
    ...shareAxis(palette, "score"),
    Plot.line([{ x: 0 }, { x: 1 }], { x: "x", y: "x", stroke: palette.muted, strokeDasharray: "3 4" }),
    ...series.flatMap(({ bins, color, symbol, name }, i) => [
      Plot.dot(bins, {
        x: "predicted",
        y: "observed",
        r: (bin: ReliabilityBin) => 2.5 + 9 * Math.sqrt(bin.cases / states),
        symbol,
        fill: palette.surface,
        stroke: color,
        strokeWidth: 1.75,
        title: (bin: ReliabilityBin) =>
          `${name}: ${fixed(bin.cases)} states, score ${fixed(bin.predicted, 2)}, came out right ${fixed(bin.observed, 2)}`,
      }),
      Plot.text([name], {
        frameAnchor: "top-left",
        dx: 12,
        dy: 12 + 18 * i,
        textAnchor: "start",
        fill: color,
        fontWeight: 700,
      }),
    ]),
  ];
  return draw(
    {
      width,
      height,
      ...MARGIN,
      marginRight: 20,
      r: { type: "identity" },
      x: { domain: [0, 1] },
      y: { domain: [0, 1] },
      style: { fontSize: "13px" },
      marks,
    },
    `Reliability: the mean distance between score and roll-outs is ${fixed(before.ece, 3)} as trained and ${fixed(after.ece, 3)} calibrated.`,
  );
}

/** The mean score of the chosen chain beside how often it is right. */
export function pressurePanel(pressure: readonly Pressure[], reading: Reading, options: ChartOptions): Drawing {
  const { palette, width, height } = options;
  const own = pressure.filter((point) => point.reading === reading);
  const sizes = own.map(({ n }) => n);
  const last = own.at(-1);
  const series = [
    { of: (p: Pressure) => p.proxy, color: palette.final, symbol: "triangle" as const, dash: "7 4", name: "its score" },
    { of: (p: Pressure) => p.truth, color: palette.base, symbol: "circle" as const, dash: "none", name: "right" },
  ];
  const plotted = height - MARGIN.marginTop - MARGIN.marginBottom;
  const rows = nameRows(last === undefined ? [] : series.map(({ of }) => of(last)), plotted);
  const marks: Plot.Markish[] = [
    ...accuracyAxis(palette, "of the chosen chains"),
    Plot.gridX(sizes, { stroke: palette.grid, strokeOpacity: 1 }),
    Plot.axisX(sizes, { text: String, tickSize: 0, tickPadding: 9, color: palette.muted, label: null }),
    bottomLabel(palette, "chains scored, log scale"),
    Plot.ruleX(own, {
      x: "n",
      y1: (p) => p.truthCi[0],
      y2: (p) => p.truthCi[1],
      stroke: palette.base,
      strokeOpacity: 0.4,
    }),
    ...series.flatMap(({ of, color, symbol, dash, name }, i) => [
      Plot.line(own, { x: "n", y: of, stroke: color, strokeWidth: 2, strokeDasharray: dash }),
      Plot.dot(own, { x: "n", y: of, r: 3.5, symbol, fill: palette.surface, stroke: color, strokeWidth: 1.75 }),
      Plot.text(last === undefined ? [] : [last], {
        x: "n",
        y: () => rows[i] ?? 0,
        dx: 12,
        text: () => name,
        textAnchor: "start",
        fill: color,
        fontWeight: 700,
      }),
    ]),
  ];
  const told = last === undefined ? "nothing" : `${percent(last.proxy)} by its score, ${percent(last.truth)} right`;
  return draw(
    {
      width,
      height,
      ...MARGIN,
      marginRight: 90,
      x: { type: "log", domain: [1, Math.max(2, ...sizes)] },
      y: { domain: [0, 1] },
      style: { fontSize: "13px" },
      marks,
    },
    `The best of ${last?.n ?? 0} chains by score: ${told}.`,
  );
}

function shareAxis(palette: Palette, label: string): Plot.Markish[] {
  return [
    Plot.gridX(SHARES, { stroke: palette.grid, strokeOpacity: 1 }),
    Plot.axisX(SHARES, {
      tickFormat: (v: number) => fixed(v, 1),
      tickSize: 0,
      tickPadding: 9,
      color: palette.muted,
      label: null,
    }),
    bottomLabel(palette, label),
  ];
}
