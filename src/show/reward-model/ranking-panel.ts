/** How well scores rank, as a picture: AUROC with its interval by how much of the attempt is left; looking ahead beside the head alone. */

import * as Plot from "@observablehq/plot";
import { bottomLabel, type ChartOptions } from "../report/charts/axes.ts";
import { fixed } from "../report/format.ts";
import { type Drawing, draw } from "../report/plot.ts";
import type { NamedRanking } from "./rankings.ts";
import type { RewardReport } from "./report.ts";

/** Of a ranking's states, as rows and tables name them. */
export const STATE_WORDS: Readonly<Record<NamedRanking["states"], string>> = {
  all: "all states",
  "3": "three numbers left",
  "2": "two numbers left",
  "1": "one number left",
  chains: "whole chains",
};

const ROW = 46;
const MARGIN = { marginLeft: 150, marginRight: 40, marginTop: 30, marginBottom: 52 };
const TICKS = [0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** Its height follows from its rows. */
export function rankingPanel(
  { rankings, ahead }: Pick<RewardReport, "rankings" | "ahead">,
  { palette, width }: Omit<ChartOptions, "height">,
): Drawing {
  const judges =
    ahead === null
      ? [{ name: "its score", rankings, color: palette.final, symbol: "circle" as const }]
      : [
          { name: "head alone", rankings: ahead.head.rankings, color: palette.control, symbol: "square" as const },
          {
            name: `${fixed(ahead.rollouts)} roll-outs ahead`,
            rankings: ahead.lookahead.rankings,
            color: palette.good,
            symbol: "triangle" as const,
          },
        ];
  const rows = (judges[0]?.rankings ?? []).map(({ states }) => STATE_WORDS[states]);
  const height = MARGIN.marginTop + MARGIN.marginBottom + ROW * Math.max(1, rows.length);
  const marks: Plot.Markish[] = [
    Plot.axisY({ tickSize: 0, tickPadding: 12, color: palette.ink, label: null }),
    Plot.gridX(TICKS, { stroke: palette.grid, strokeOpacity: 1 }),
    Plot.axisX(TICKS, {
      tickFormat: (v: number) => fixed(v, 1),
      tickSize: 0,
      tickPadding: 9,
      color: palette.muted,
      label: null,
    }),
    Plot.ruleX([0.5], { stroke: palette.muted, strokeDasharray: "3 4" }),
    Plot.text([0.5], { x: (x) => x, frameAnchor: "top", dy: -14, text: () => "by chance", fill: palette.muted }),
    bottomLabel(palette, "chance that what can be solved scores above what cannot (AUROC)"),
    ...judges.flatMap(({ name, rankings: own, color, symbol }, i) => {
      const dy = judges.length === 1 ? 0 : 16 * i - 8;
      const y = (ranking: NamedRanking) => STATE_WORDS[ranking.states];
      return [
        Plot.link(own, {
          x1: (ranking: NamedRanking) => Math.max(TICKS[0] as number, ranking.ci[0]),
          x2: (ranking: NamedRanking) => ranking.ci[1],
          y1: y,
          y2: y,
          dy,
          stroke: color,
          strokeOpacity: 0.35,
          strokeWidth: 7,
        }),
        Plot.dot(own, {
          x: (ranking: NamedRanking) => Math.max(TICKS[0] as number, ranking.auroc),
          y,
          dy,
          r: 4,
          symbol,
          fill: palette.surface,
          stroke: color,
          strokeWidth: 1.75,
          title: (ranking: NamedRanking) => `${name}, ${y(ranking)}: ${fixed(ranking.auroc, 3)}`,
        }),
        Plot.text([name], {
          frameAnchor: "top-right",
          dx: -4 - 150 * (judges.length - 1 - i),
          dy: -16,
          textAnchor: "end",
          fill: color,
          fontWeight: 700,
        }),
      ];
    }),
  ];
  const told = judges.map(({ name, rankings: own }) => `${name} ${fixed(own[0]?.auroc ?? 0.5, 3)}`).join(", ");
  return draw(
    {
      width,
      height,
      ...MARGIN,
      x: { domain: [TICKS[0] as number, 1] },
      y: { type: "band", domain: rows },
      style: { fontSize: "13px" },
      marks,
    },
    `AUROC against the exact solver's truth, ${rows[0] ?? "no states"}: ${told}.`,
  );
}
