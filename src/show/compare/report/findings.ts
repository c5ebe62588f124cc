/** What a comparison says, in sentences: who wins and how surely, whether training narrowed, where the next unit goes. */

import { counted, intervalText, percent, points, pointsInterval } from "../../report/format.ts";
import { spendingGrid } from "../cells/compute-map.ts";
import type { Comparison } from "../compare-result.ts";
import { correctionFinding } from "./correction-section.ts";
import { leadOf } from "./lead.ts";
import { proxyTruthFindings, proxyTruths } from "./proxy-truth.ts";
import { searchGainFindings, searchGains } from "./search-gain.ts";
import type { Standing } from "./standings.ts";
import { contrastOf, correctorsOf } from "./taught-correction.ts";

export function findings(result: Comparison): string[] {
  return [
    ...(result.indicative ? ["Indicative only: so little compute orders methods differently than more would."] : []),
    ...winner(result),
    ...improved(result),
    ...narrowed(result.standings),
    ...searchGainFindings(searchGains(result)),
    ...proxyTruthFindings(proxyTruths(result)),
    ...corrected(result),
    ...better(result),
  ];
}

function trainedOf(standings: readonly Standing[]): Standing[] {
  return standings.filter(({ curve }) => curve.length > 1);
}

function winner({ standings, cells }: Comparison): string[] {
  const [first, second] = trainedOf(standings);
  if (first === undefined) return [];
  const won = `${first.title} comes furthest: ${percent(first.passAt1.value)} at the first try (${intervalText(first.passAt1.ci)}), ${points(first.gain.value)} over the base.`;
  if (second === undefined) return [won];
  const of = ({ name }: Standing) => cells.filter((cell) => cell.name === name);
  const lead = leadOf(of(first), of(second));
  const next = `${second.title} with ${percent(second.passAt1.value)} (${intervalText(second.passAt1.ci)})`;
  const by = `on the same puzzles the lead is ${points(lead.value)} (${pointsInterval(lead.ci)})`;
  const verdict = lead.ci[0] > 0 ? "Next, and clearly behind, is" : "It cannot be told apart from";
  return [`${won} ${verdict} ${next}: ${by}.`];
}

/** Whether every hypothesis improved on the base on every seed of its own. */
function improved({ standings }: Comparison): string[] {
  return trainedOf(standings).flatMap(({ title, gainBySeed }) => {
    const without = gainBySeed.filter(({ ci }) => ci[0] <= 0).length;
    if (without === 0) return [];
    const all = gainBySeed.length;
    if (without === all) return [`${title} improves on the base on no seed.`];
    return [`${title} does not improve on the base on ${counted(without, "seed")} of ${all}.`];
  });
}

/** A model that solves more at the first try may solve fewer with many. */
function narrowed(standings: readonly Standing[]): string[] {
  return trainedOf(standings).flatMap(({ title, passAtNGain, passAtN }) =>
    passAtNGain !== null && passAtNGain.ci[1] < 0
      ? [
          `${title} narrowed: with ${passAtN.n} chains it solves ${percent(passAtN.value)}, ${points(passAtNGain.value)} against the base (${pointsInterval(passAtNGain.ci)}).`,
        ]
      : [],
  );
}

/** Whether correction that was taught differs from correction that emerged. */
function corrected(result: Comparison): string[] {
  const finding = correctionFinding(contrastOf(correctorsOf(result)));
  return finding === null ? [] : [finding];
}

function better({ map, unmapped }: Comparison): string[] {
  if (map === null) return unmapped === undefined ? [] : [noMap(unmapped)];
  const grid = spendingGrid(map.points).filter(
    ({ byTraining, byThinking }) => byTraining !== null && byThinking !== null,
  );
  if (grid.length === 0) return [];
  const training = grid.filter(({ byTraining, byThinking }) => (byTraining ?? 0) > (byThinking ?? 0)).length;
  return [
    `At ${training} of ${grid.length} places of the map of ${map.title}, twice the training gains more than twice the thinking; at the others it is the other way round.`,
  ];
}

/** Why the best trained contender has no map. */
export function noMap(title: string): string {
  return `There is no map of train-time against test-time compute: ${title} comes furthest, and an earlier comparison measured all its cells, whose weights are not here.`;
}
