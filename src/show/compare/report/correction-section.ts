/** What the report says and shows of correction that was taught and correction that emerged. */

import { BEHAVIOURS } from "../../../measure/behaviours.ts";
import { CORRECTIONS, type Correction } from "../../../measure/recovery.ts";
import { behaviourRate } from "../../report/charts/behaviours.ts";
import { counted, fixed, intervalText, percent, points, pointsInterval } from "../../report/format.ts";
import { type Html, html } from "../../report/html.ts";
import { chart, paragraphs, section, table } from "../../report/page/parts.ts";
import { THEMED } from "../../report/palette.ts";
import type { CellPoint } from "../cells/cell-state.ts";
import type { Comparison } from "../compare-result.ts";
import { type Budget, budgetOf, pointsByShare } from "./curve-points.ts";
import { type Look, looksOf } from "./looks.ts";
import { mean, type Standing } from "./standings.ts";
import {
  type Contrast,
  type Corrector,
  contrastOf,
  correctorsOf,
  type OriginContrast,
  type RecoveryRow,
  recoveryRate,
  recoveryRow,
} from "./taught-correction.ts";
import { type TrainingLine, type TrainingPoint, trainingChart } from "./training-charts.ts";

/** The one sentence that answers the question; null where it cannot be asked. */
export function correctionFinding(contrast: OriginContrast | null): string | null {
  if (contrast === null) return null;
  const { recovered, puzzles } = contrast;
  const { difference } = recovered;
  const by = `${points(difference.value)}, 95% interval over puzzles ${pointsInterval(difference.ci)}`;
  const verdict =
    difference.ci[0] > 0
      ? `taught correction recovers more often than correction that emerged (${by})`
      : difference.ci[1] < 0
        ? `taught correction recovers less often than correction that emerged (${by})`
        : `the two cannot be told apart (${by})`;
  return `After a first attempt that missed, chains of methods that were taught to correct themselves (${names(contrast.taught)}) end right in ${percent(recovered.taught)}, those of methods that learnt from right answers alone (${names(contrast.emerged)}) in ${percent(recovered.emerged)}, on the ${counted(puzzles, "puzzle")} that both missed at first: ${verdict}.`;
}

/** `rows` are the contenders', each with its kind or none; `base` is the one before training. */
export function correctionWords(
  contrast: OriginContrast | null,
  rows: readonly RecoveryRow[],
  base: RecoveryRow | null,
): string[] {
  const finding = correctionFinding(contrast);
  if (contrast === null || finding === null) return [];
  const { tokens, perThousandTokens, behaviours } = contrast;
  const dear = `Such a chain is ${fixed(tokens.taught)} tokens long where correction was taught and ${fixed(tokens.emerged)} where it emerged, so a thousand tokens buy ${fixed(perThousandTokens.taught, 2)} and ${fixed(perThousandTokens.emerged, 2)} recoveries (${apart(perThousandTokens)}).`;
  const before =
    base === null
      ? []
      : [
          `The base, before any training, already ends right in ${percent(base.recovered.value)} (${intervalText(base.recovered.ci)}) of its own chains whose first attempt missed.`,
        ];
  return [finding, ...within(rows), dear, ...before, ...(behaviours === null ? [] : [behaviourWords(behaviours)])];
}

/** How far methods of one kind are apart, each over all puzzles that it missed: a kind's mean may say little of its methods. */
function within(rows: readonly RecoveryRow[]): string[] {
  const told = (["taught", "emerged"] as const).flatMap((kind) => {
    const own = rows.filter(({ origin }) => origin === kind).sort((a, b) => a.recovered.value - b.recovered.value);
    const [least, most] = [own[0], own.at(-1)];
    if (own.length < 2 || least === undefined || most === undefined) return [];
    const end = ({ standing, recovered }: RecoveryRow): string => `${percent(recovered.value)} (${standing.title})`;
    return [
      `those ${kind === "taught" ? "that were taught" : "whose correction emerged"} from ${end(least)} to ${end(most)}`,
    ];
  });
  return told.length === 0 ? [] : [`Methods of one kind differ as well: ${told.join(", ")}.`];
}

/** Which corrections the two kinds make more or less of; the numbers are in a table. */
function behaviourWords(behaviours: Readonly<Record<Correction, Contrast>>): string {
  const those = (which: (ci: readonly [number, number]) => boolean): string =>
    CORRECTIONS.filter((name) => which(behaviours[name].difference.ci)).join(", ");
  const [more, less] = [those(([low]) => low > 0), those(([, high]) => high < 0)];
  const same = those(([low, high]) => low <= 0 && high >= 0);
  const shown = [more === "" ? "" : `more ${more}`, less === "" ? "" : `less ${less}`].filter((part) => part !== "");
  return [
    ...(shown.length === 0
      ? []
      : [`Per 100 operations at the end of training, taught chains show ${shown.join(", and ")} than the others.`]),
    ...(same === "" ? [] : [`Of ${same} no difference can be told.`]),
  ].join(" ");
}

function behaviourTable(behaviours: Readonly<Record<Correction, Contrast>>): Html {
  return table(
    "Per 100 operations at the end of training; intervals over puzzles, of 99% as four behaviours are judged at once",
    [
      { name: "behaviour", cell: (name: Correction) => name },
      { name: "taught", cell: (name) => behaviourRate(behaviours[name].taught) },
      { name: "emerged", cell: (name) => behaviourRate(behaviours[name].emerged) },
      { name: "difference", cell: (name) => signed(behaviours[name].difference.value) },
      { name: "99% interval", cell: (name) => behaviours[name].difference.ci.map(signed).join(" to ") },
    ],
    CORRECTIONS,
  );
}

function apart({ difference: { value, ci } }: Contrast): string {
  const verdict = ci[0] > 0 || ci[1] < 0 ? "" : ", not to be told apart";
  return `difference ${signed(value)}, 95% interval ${signed(ci[0])} to ${signed(ci[1])}${verdict}`;
}

function signed(x: number): string {
  return `${x > 0 ? "+" : ""}${fixed(x, 2)}`;
}

function names(standings: readonly Standing[]): string {
  return standings.map(({ title }) => title).join("; ");
}

const SIZE = { palette: THEMED, width: 812, height: 400 };

/** Null where no method of either kind took part, or nothing was kept of what corrects. */
export function correctionSection(result: Comparison): Html | null {
  const budget = budgetOf(result);
  const correctors = correctorsOf(result);
  const looks = looksOf(result.standings, SIZE.palette);
  const compared = correctors.filter(({ origin }) => origin !== null);
  const rows = correctors.flatMap((corrector) => recoveryRow(corrector) ?? []);
  const base = rows.find(({ cells }) => cells.every(({ step }) => step === 0)) ?? null;
  const contrast = contrastOf(correctors);
  const content = [
    recoveryPanel(compared, looks, budget),
    rows.length === 0 ? null : recoveryTable(rows),
    contrast === null || contrast.behaviours === null ? null : behaviourTable(contrast.behaviours),
    behaviourPanels(compared, looks, budget),
  ];
  if (content.every((part) => part === null)) return null;
  return section(
    "correction",
    "Correction that was taught, and correction that emerged",
    paragraphs([
      "Some methods are shown how to correct an error, or are rewarded for it: correction is taught. Others are rewarded for right answers alone, and if their chains come to correct themselves, that emerged. The base's own corpus goes back and tries again, so both begin with some of it. In the charts a thick line is the mean over seeds, a thin one a seed.",
      ...correctionWords(contrast, rows, base),
    ]),
    ...content,
  );
}

function recoveryPanel(compared: readonly Corrector[], looks: ReadonlyMap<string, Look>, budget: Budget): Html | null {
  const lines = linesOf(compared, looks, budget, (at) => recoveryRate(at.map(({ recovery }) => recovery)));
  if (lines.length === 0) return null;
  const above = "of chains whose first attempt missed, the share that ends right";
  return chart(
    trainingChart(lines, { above, domain: [0, 1], format: (value) => percent(value, 0), scale: "log" }, SIZE),
    "How often an error is made good, as training goes on: of the chains whose first complete attempt missed the target, the share that goes on, tries something else and ends right. A model that misses less often misses on harder puzzles, so a line may fall while the model gets better.",
  );
}

function recoveryTable(rows: readonly RecoveryRow[]): Html {
  const origin = ({ origin: of, cells }: RecoveryRow): string =>
    of ?? (cells.every(({ step }) => step === 0) ? "before training" : "neither");
  return table(
    "At the end of training: what became of chains whose first complete attempt missed; intervals over puzzles",
    [
      { name: "method", cell: (r) => r.standing.title },
      { name: "correction", cell: origin },
      { name: "right at the first attempt", cell: (r) => percent(r.first) },
      { name: "of the others, right in the end", cell: (r) => percent(r.recovered.value) },
      { name: "95% interval", cell: (r) => intervalText(r.recovered.ci) },
      { name: "tokens of such a chain", cell: (r) => fixed(r.tokens) },
      { name: "recoveries per 1,000 tokens", cell: (r) => fixed(r.perThousandTokens, 2) },
    ],
    rows,
  );
}

function behaviourPanels(
  compared: readonly Corrector[],
  looks: ReadonlyMap<string, Look>,
  budget: Budget,
): Html | null {
  const panels = CORRECTIONS.flatMap((name) => {
    const lines = linesOf(compared, looks, budget, (at) => {
      const rates = at.flatMap(({ behaviours }) => behaviours?.[name].per100Operations ?? []);
      return rates.length === 0 ? null : mean(rates);
    });
    if (lines.length === 0) return [];
    const axes = { above: `${name}, times per 100 operations`, format: behaviourRate, scale: "log" } as const;
    return [chart(trainingChart(lines, axes, { ...SIZE, height: 320 }), `${name}: ${BEHAVIOURS[name].means}.`)];
  });
  return panels.length === 0 ? null : html`${panels}`;
}

/** A line a contender over the points of its curve, the mean over seeds; those without the figure at any point are left out. */
function linesOf(
  correctors: readonly Corrector[],
  looks: ReadonlyMap<string, Look>,
  budget: Budget,
  figure: (at: readonly CellPoint[]) => number | null,
): TrainingLine[] {
  return correctors.flatMap(({ standing, origin, cells }) => {
    const along = (at: readonly CellPoint[]): TrainingPoint[] => {
      const value = figure(at);
      return value === null ? [] : [{ flops: mean(at.map(({ flops }) => flops)), value }];
    };
    const overSeeds = pointsByShare(cells, budget).flatMap(along);
    const seeds = cells.map((cell) => cell.points.flatMap((point) => along([point])));
    const look = looks.get(standing.name);
    if (overSeeds.length === 0 || look === undefined) return [];
    return [{ title: `${standing.title} (${origin})`, look, points: overSeeds, seeds }];
  });
}
