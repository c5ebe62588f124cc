/** `report.html` and `figure.svg` of a bench: both panels, what is best at each budget, and all numbers. */

import { counted, fixed, intervalText, percent, powerOfTen, significant } from "../report/format.ts";
import { type Html, html } from "../report/html.ts";
import { pageDocument } from "../report/page/document.ts";
import { chart, list, paragraphs, section, table } from "../report/page/parts.ts";
import { THEMED } from "../report/palette.ts";
import { strategyFigure, strategyPanel } from "./figure.ts";
import { type BenchPoint, type BenchResult, bestAt, isVerified } from "./result.ts";

export function benchHtml(result: BenchResult): string {
  const { task, model, problems, seeds, points, spent } = result;
  const flops = spent.flops > 0 ? `, ${powerOfTen(spent.flops)} FLOPs` : "";
  const dollars = spent.dollars > 0 ? `, $${fixed(spent.dollars, 2)}` : "";
  return pageDocument({
    title: `${model} on ${task}`,
    kicker: "Mull bench",
    lead: `${counted(problems, "problem")}, ${counted(seeds.length, "seed")}; ${counted(spent.tokens, "token")} in ${counted(spent.calls, "call")}${flops}${dollars}.`,
    head: paragraphs(findings(result)),
    main: html`${panel(points, false)}${panel(points, true)}${everything(points)}${warned(result)}`,
    footer: "Every number on this page is computed from the answers in journal.jsonl.",
  });
}

/** `figure.svg` of a bench. */
export function benchFigure({ points, problems, seeds, model, task }: BenchResult): string {
  return strategyFigure({
    title: `${model} on ${task}: accuracy against test-time compute`,
    unverified: points.filter((point) => !isVerified(point)),
    verified: points.filter(isVerified),
    caption: `${counted(problems, "problem")}, ${counted(seeds.length, "seed")}; bars are 95% intervals over problems.`,
  });
}

function panel(points: readonly BenchPoint[], verified: boolean): Html | null {
  const own = points.filter((point) => isVerified(point) === verified);
  if (own.length === 0) return null;
  const drawing = strategyPanel(own, points, { palette: THEMED, width: 812, height: 520 });
  const caption = verified
    ? "The verifier saw every chain and chose: with an exact verifier a strategy solves what any of its chains solves."
    : "The answer was chosen without the verifier, as it has to be where nobody knows the right one.";
  return section(
    verified ? "verified" : "unverified",
    verified ? "Chosen by the verifier" : "Chosen without a verifier",
    chart(drawing, `${caption} Bars are 95% intervals over problems.`),
    bestTable(bestAt(points, verified)),
  );
}

function bestTable(rows: readonly BenchPoint[]): Html {
  return table(
    "The best at each budget",
    [
      { name: "budget, tokens", cell: (p) => fixed(p.budget) },
      { name: "strategy", cell: (p) => p.name },
      { name: "accuracy", cell: (p) => percent(p.accuracy) },
      { name: "95% interval", cell: (p) => intervalText(p.ci) },
    ],
    rows,
  );
}

function everything(points: readonly BenchPoint[]): Html {
  return section(
    "numbers",
    "All numbers",
    table(
      "A problem, on average",
      [
        { name: "strategy", cell: (p) => p.name },
        { name: "budget", cell: (p) => fixed(p.budget) },
        { name: "accuracy", cell: (p) => percent(p.accuracy) },
        { name: "95% interval", cell: (p) => intervalText(p.ci) },
        { name: "no answer", cell: (p) => percent(p.abstained, 0) },
        { name: "calls", cell: (p) => significant(p.calls) },
        { name: "tokens", cell: (p) => significant(p.tokens) },
        { name: "FLOPs", cell: (p) => (p.flops > 0 ? powerOfTen(p.flops) : "not counted") },
      ],
      points,
    ),
  );
}

function warned({ warnings }: BenchResult): Html | null {
  if (warnings.length === 0) return null;
  return section(
    "warnings",
    "What strategies warned of",
    list(warnings.map(({ name, warning, times }) => `${name}, ${counted(times, "time")}: ${warning}`)),
  );
}

/** Whether search beats sampling, in words, where both are there: compared at the greatest budget that both have. */
export function findings({ points }: BenchResult): string[] {
  return [false, true].flatMap((verified) => {
    const own = points.filter((point) => isVerified(point) === verified);
    const budget = Math.max(...own.map((point) => point.budget));
    const at = own.filter((point) => point.budget === budget);
    const sampled = best(at.filter(({ strategy }) => SAMPLING.has(strategy)));
    const searched = best(at.filter(({ strategy }) => SEARCH.has(strategy)));
    if (sampled === null || searched === null) return [];
    const how = verified ? "chosen by the verifier" : "chosen without a verifier";
    const both = `${searched.name} solves ${percent(searched.accuracy)} (${intervalText(searched.ci)}) and ${sampled.name} ${percent(sampled.accuracy)} (${intervalText(sampled.ci)})`;
    const verdict =
      searched.ci[0] > sampled.ci[1]
        ? "search beats sampling"
        : searched.ci[1] < sampled.ci[0]
          ? "search does not beat sampling"
          : "search and sampling cannot be told apart";
    return [`With ${counted(budget, "token")} a problem, ${how}, ${verdict}: ${both}.`];
  });
}

const SAMPLING: ReadonlySet<string> = new Set(["single", "forced", "majority", "adaptive-majority", "best-of-n"]);
const SEARCH: ReadonlySet<string> = new Set(["beam-search", "dvts", "mcts", "ab-mcts-a", "ab-mcts-m"]);

function best(points: readonly BenchPoint[]): BenchPoint | null {
  return points.length === 0 ? null : points.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
}
