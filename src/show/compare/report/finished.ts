/** The finished models by other measures than a vote: one chain cut at some length, and whether any of several chains is right. */

import type { ChartOptions } from "../../report/charts/axes.ts";
import { fixed, percent } from "../../report/format.ts";
import type { Html } from "../../report/html.ts";
import { chart, table } from "../../report/page/parts.ts";
import type { CellResult } from "../cells/cell-result.ts";
import type { Comparison } from "../compare-result.ts";
import { type AccuracyCurve, accuracyPanel, meanOf } from "./accuracy-panel.ts";
import { type Look, looksOf } from "./looks.ts";
import { mean, type Standing } from "./standings.ts";

type Finished = Pick<Comparison, "standings" | "cells">;

/** Accuracy against the length at which a chain is cut; null where no lengths were measured. */
export function lengthChart(result: Finished, size: ChartOptions): Html | null {
  const looks = looksOf(result.standings, size.palette);
  const curves = result.standings.map((standing): AccuracyCurve => {
    const seeds = cellsOf(result, standing).map(({ final }) =>
      final.lengths.map(({ maxTokens, accuracy }) => ({ spent: maxTokens, accuracy })),
    );
    return { title: standing.title, look: looks.get(standing.name) as Look, mean: meanOf(seeds), seeds };
  });
  if (curves.every((curve) => curve.mean.length === 0)) return null;
  const axes = {
    above: "solved by one chain that is cut at a length",
    below: "length of the chain at most, tokens, log scale",
    tick: (tokens: number) => fixed(tokens),
    amount: (tokens: number) => `${fixed(tokens)} tokens at most`,
  };
  return chart(
    accuracyPanel(curves, axes, size),
    "The finished models, one chain a puzzle, by the longest chain that is allowed: what has not ended by then is not solved.",
  );
}

/** pass@n for every n that was measured; null where none was. */
export function someRightTable(result: Finished): Html | null {
  const solved = ({ final }: CellResult) => final.samples.filter(({ strategy }) => strategy === "pass@n");
  const counts = [...new Set(result.cells.flatMap((cell) => solved(cell).map(({ n }) => n)))].sort((a, b) => a - b);
  if (counts.length === 0) return null;
  const rate = (standing: Standing, n: number): number | null => {
    const own = cellsOf(result, standing).map((cell) => solved(cell).find((point) => point.n === n)?.accuracy);
    const told = own.filter((accuracy) => accuracy !== undefined);
    return told.length < own.length || told.length === 0 ? null : mean(told);
  };
  return table(
    "pass@n of the finished models: puzzles that any of n chains solves, as with a checker that picks the right one",
    [
      { name: "method", cell: (s: Standing) => s.title },
      ...counts.map((n) => ({ name: `pass@${n}`, cell: (s: Standing) => percent(rate(s, n)) })),
    ],
    result.standings,
  );
}

function cellsOf({ cells }: Finished, { name }: Standing): CellResult[] {
  return cells.filter((cell) => cell.name === name);
}
