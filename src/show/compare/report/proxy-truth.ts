/**
 * A process reward model's opinion of the chains that it rewards, beside the truth by the exact checker, as training goes on. Where
 * the opinion rises and the truth does not, the policy has learnt to please the model: reward hacking. An excess at the beginning is
 * another matter, a model that has not learnt yet; so what counts is whether the excess grows.
 */

import type { ChartOptions } from "../../report/charts/axes.ts";
import { percent, points, pointsInterval } from "../../report/format.ts";
import type { Html } from "../../report/html.ts";
import { chart, paragraphs, section } from "../../report/page/parts.ts";
import { THEMED } from "../../report/palette.ts";
import type { Drawing } from "../../report/plot.ts";
import type { Comparison } from "../compare-result.ts";
import { type GapNames, gapTable, whatMarksAre } from "./gap-table.ts";
import { type Figures, type Gap, type GapChange, gapsOf, surelyChanged } from "./step-gaps.ts";
import { type TrainingLine, trainingChart } from "./training-charts.ts";

const FIGURES: Figures = { upper: ({ told }) => told["proxy"], lower: ({ reward }) => reward };

export function proxyTruths(result: Pick<Comparison, "standings" | "cells">): Gap[] {
  return gapsOf(result, FIGURES);
}

/** By how much the proxy exceeds the truth early and late, and what follows; none for a run too short for thirds. */
export function proxyTruthWords(rewarded: readonly Gap[]): string[] {
  return rewarded.flatMap(({ standing, change }) => {
    if (change === null) return [];
    const { first, last } = change;
    return [
      `${standing.title}: in the first third of training the process reward model gave a chain ${percent(first.upper)} where ${percent(first.lower)} were right (${points(first.gap)}), in the last third ${percent(last.upper)} where ${percent(last.lower)} were (${points(last.gap)}). ${verdict(change)}`,
    ];
  });
}

/** What the findings say of it: only where it is sure. */
export function proxyTruthFindings(rewarded: readonly Gap[]): string[] {
  return surelyChanged(rewarded).map(({ standing, change }) => {
    const { first, last } = change;
    const word = change.change < 0 ? "fell" : "grew, a sign of reward hacking";
    return `What the process reward model of ${standing.title} believes in excess of the truth ${word}: ${points(first.gap)} in the first third of training, ${points(last.gap)} in the last.`;
  });
}

function verdict({ change, ci, first, last }: GapChange): string {
  if (ci === null) return "The steps are too few to say whether its excess over the truth grows.";
  const by = `${points(change)}, 95% interval ${pointsInterval(ci)}`;
  if (ci[1] < 0) return `The excess over the truth fell (${by}): of reward hacking there is no sign.`;
  if (ci[0] <= 0) return `Whether the excess over the truth changed cannot be told (${by}).`;
  const nothing = last.lower <= first.lower ? ", and what is right did not rise with it" : "";
  return `The excess over the truth grew (${by})${nothing}: a sign that the policy learns to please the model.`;
}

const NAMES: GapNames = { upper: "model's score", lower: "right", gap: "excess" };
const SIZE = { palette: THEMED, width: 812, height: 360 };

/** Null where no contender is rewarded by a model. */
export function proxyTruthSection(result: Pick<Comparison, "standings" | "cells">): Html | null {
  const rewarded = proxyTruths(result);
  if (rewarded.length === 0) return null;
  return section(
    "proxy",
    "What the reward model believes, and what is true",
    paragraphs(proxyTruthWords(rewarded)),
    rewarded.map((own) => chart(proxyChart(own, SIZE), caption(own), gapTable(own.standing.title, NAMES, own))),
  );
}

/** The score beside the truth, the gap shaded. */
export function proxyChart({ standing, windows }: Gap, options: ChartOptions): Drawing {
  const { palette } = options;
  const shares = windows.every(({ upper }) => upper >= 0 && upper <= 1); // sums of scores may leave it
  const shown = (value: number): number => (shares ? Math.min(1, Math.max(0, value)) : value);
  const lines: TrainingLine[] = [
    {
      title: "model's score",
      look: { color: palette.final, symbol: "triangle", dash: "7 4" },
      points: windows.map(({ flops, upper, ci, lower }) => {
        return { flops, value: upper, ci: ci === null ? null : [shown(lower + ci[0]), shown(lower + ci[1])] };
      }),
    },
    {
      title: "right",
      look: { color: palette.base, symbol: "circle", dash: "none" },
      points: windows.map(({ flops, lower }) => ({ flops, value: lower })),
    },
  ];
  return trainingChart(
    lines,
    {
      above: `${standing.title}: chains of training steps`,
      format: (value) => percent(value, 0),
      scale: "linear",
      shade: true,
      ...(shares ? { domain: [0, 1] as const } : {}),
    },
    options,
  );
}

function caption({ standing, windows }: Gap): string {
  return `${standing.title}: the reward that the process reward model gives a chain in all, which is its guess at the chance that the chain is right, beside the share of the same chains that the exact checker finds right. The shaded gap is what the model believes too much; bars are 95% intervals of it. At first the model knows nothing and its guess is worth little. Later, a gap that opens while fewer or no more chains are right would mean that the policy has found what the model likes instead of what is right. ${whatMarksAre(windows)}`;
}
