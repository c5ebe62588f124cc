/** What each contender answers right at equal FLOPs, and, beside it, for how many problems it had a right chain to choose from. */

import { LIGHT } from "../../src/show/report/palette.ts";
import { PANELS_TOP, panelsSvg } from "../../src/show/report/panels.ts";
import { type FigurePoint, strategyPanel } from "../../src/show/strategy-bench/figure.ts";
import { type Entry, sentencesOf } from "./comparison.ts";
import type { Contender } from "./contenders.ts";

const WIDTH = 1280;
const HEIGHT = 674;

const NAMES: Readonly<Record<Contender, string>> = {
  "best-of-n": "best of n by the value",
  majority: "majority of n",
  beam: "beam search",
  mcts: "MCTS",
};

/** Strategies of `mull bench`, whose colours and marks are taken. */
const STRATEGIES: Readonly<Record<Contender, string>> = {
  "best-of-n": "best-of-n",
  majority: "majority",
  beam: "beam-search",
  mcts: "mcts",
};

/** @param terms on which it was measured, a line */
export function guidanceFigure(entries: readonly Entry[], terms: string): string {
  const size = { palette: LIGHT, width: 620, height: 480 };
  const answered = entries.map((entry) => pointOf(entry, entry.accuracy, entry.ci));
  const found = entries.map((entry) => pointOf(entry, entry.found, [entry.found, entry.found]));
  const panels = [
    {
      ...{ drawing: strategyPanel(answered, answered, size), x: 22, y: PANELS_TOP },
      heading: "Answered right",
    },
    {
      ...{ drawing: strategyPanel(found, found, size), x: 642, y: PANELS_TOP },
      heading: "A right chain was there to choose",
    },
  ];
  return panelsSvg({
    ...{ width: WIDTH, height: HEIGHT, panels },
    title: "Search by a trained value against best-of-n, at equal FLOPs",
    caption: [terms, ...sentencesOf(entries)],
  });
}

function pointOf({ contender, budget }: Entry, accuracy: number, ci: FigurePoint["ci"]): FigurePoint {
  return { strategy: STRATEGIES[contender], name: NAMES[contender], accuracy, ci, tokens: 0, flops: budget };
}
