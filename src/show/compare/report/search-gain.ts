/** What search adds to the policy as training goes on, for methods that learn from a search: it should shrink as the policy learns. */

import { percent, points, pointsInterval } from "../../report/format.ts";
import type { Html } from "../../report/html.ts";
import { chart, paragraphs, section } from "../../report/page/parts.ts";
import { type Palette, THEMED } from "../../report/palette.ts";
import type { Comparison } from "../compare-result.ts";
import { type GapNames, gapTable, whatMarksAre } from "./gap-table.ts";
import { looksOf } from "./looks.ts";
import { type Figures, type Gap, type GapChange, type GapWindow, gapsOf, surelyChanged } from "./step-gaps.ts";
import { type TrainingLine, trainingChart } from "./training-charts.ts";

const FIGURES: Figures = {
  upper: ({ told }) => told["search"],
  lower: ({ told }) => told["policy"],
};

export function searchGains(result: Pick<Comparison, "standings" | "cells">): Gap[] {
  return gapsOf(result, FIGURES);
}

/** Whether the gain shrinks, a sentence or two for each; none for a run too short for thirds. */
export function searchGainWords(gains: readonly Gap[]): string[] {
  return gains.flatMap(({ standing, change }) => {
    if (change === null) return [];
    const { first, last } = change;
    const then = `${standing.title}: in the first third of training search solved ${percent(first.upper)} of the step's puzzles and the policy alone ${percent(first.lower)} (${points(first.gap)})`;
    const now = `in the last third ${percent(last.upper)} and ${percent(last.lower)} (${points(last.gap)})`;
    return [`${then}, ${now}. ${verdict(change)}`];
  });
}

/** What the findings say of it: only where it is sure. */
export function searchGainFindings(gains: readonly Gap[]): string[] {
  return surelyChanged(gains).map(({ standing, change }) => {
    const { first, last } = change;
    const word = change.change < 0 ? "shrank, as the policy learnt from it" : "grew";
    return `What search adds to the policy of ${standing.title} ${word}: ${points(first.gap)} in the first third of training, ${points(last.gap)} in the last.`;
  });
}

function verdict({ change, ci }: GapChange): string {
  if (ci === null) return "The steps are too few to say whether what search adds shrinks.";
  const by = `${points(change)}, 95% interval ${pointsInterval(ci)}`;
  if (ci[1] < 0) return `What search adds shrank (${by}): the policy has learnt part of it.`;
  if (ci[0] > 0) return `What search adds grew (${by}): search gains more from the training than the policy alone.`;
  return `Whether what search adds shrinks cannot be told (${by}).`;
}

const NAMES: GapNames = { upper: "after search", lower: "policy alone", gap: "search less policy" };
const SIZE = { palette: THEMED, width: 812, height: 360 };

/** Null where no contender tells of a search. */
export function searchGainSection(result: Pick<Comparison, "standings" | "cells">): Html | null {
  const gains = searchGains(result);
  if (gains.length === 0) return null;
  return section(
    "search-gain",
    "What search adds, and whether the policy learns it",
    paragraphs(searchGainWords(gains)),
    gains.map((gain) =>
      chart(solvedChart(gain, SIZE.palette), solvedCaption(gain), gapTable(gain.standing.title, NAMES, gain)),
    ),
    chart(
      gainChart(result, gains, SIZE.palette),
      "The shaded gap of the charts above by itself: what search solves less what one chain of the policy solves, in percentage points. Bars are 95% intervals from the spread of the steps in a window. A line that falls towards zero says that the policy has learnt to do without the search.",
    ),
  );
}

function solvedChart({ standing, windows }: Gap, palette: Palette) {
  const line = (title: string, color: string, mark: TrainingLine["look"], of: (window: GapWindow) => number) => ({
    title,
    look: { ...mark, color },
    points: windows.map((window) => ({ flops: window.flops, value: of(window) })),
  });
  const lines: TrainingLine[] = [
    line("after search", palette.good, { color: "", symbol: "triangle", dash: "none" }, ({ upper }) => upper),
    line("policy alone", palette.base, { color: "", symbol: "circle", dash: "none" }, ({ lower }) => lower),
  ];
  const above = `${standing.title}: puzzles of training steps solved`;
  return trainingChart(
    lines,
    { above, domain: [0, 1], format: (value) => percent(value, 0), scale: "linear", shade: true },
    { ...SIZE, palette },
  );
}

function solvedCaption({ standing, windows }: Gap): string {
  return `${standing.title} on the puzzles that it trains on, each met before the step learnt from it: one chain of the policy, and the search that becomes its teacher. Search counts where it came to any right chain, as it asks the exact checker about every end; the policy does not. ${whatMarksAre(windows)}`;
}

function gainChart(result: Pick<Comparison, "standings">, gains: readonly Gap[], palette: Palette) {
  const looks = looksOf(result.standings, palette);
  const lines = gains.map(({ standing: { name, title }, windows }): TrainingLine => {
    const look = looks.get(name);
    if (look === undefined) throw new Error(`no look for ${name}`);
    return { title, look, points: windows.map(({ flops, gap, ci }) => ({ flops, value: gap, ci })) };
  });
  const format = (value: number): string => points(value, 0).replace(/ points?$/, "");
  return trainingChart(
    lines,
    { above: "search less policy, percentage points", format, scale: "linear" },
    { ...SIZE, palette },
  );
}
