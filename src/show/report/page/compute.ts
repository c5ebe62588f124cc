/** The sections on compute: the start, both o1 plots and their fits. */

import { testTimeChart, testTimeCurves } from "../charts/test-time.ts";
import { trainTimeChart } from "../charts/train-time.ts";
import { fitName, supportsLine, trainFit } from "../fits.ts";
import { fixed, intervalText, percent, points, pointsInterval, powerOfTen } from "../format.ts";
import { type Html, html } from "../html.ts";
import { THEMED } from "../palette.ts";
import type { FitReport, Report } from "../schema.ts";
import { gateWords, outcome, testTimeWords } from "../story.ts";
import { chart, paragraphs, section, table } from "./parts.ts";

const TITLES = {
  better: "The more it practises, the more it solves",
  unclear: "More practice, no clear gain",
  worse: "More practice made it worse",
} as const;

export function trainTimeSection(report: Report): Html {
  const drawing = trainTimeChart(report, { palette: THEMED, width: 812, height: 440 });
  const numbers = table(
    "Accuracy while training",
    [
      { name: "step", cell: (p) => fixed(p.step) },
      { name: "train-time FLOPs", cell: (p) => powerOfTen(p.flops) },
      { name: "pass@1", cell: (p) => percent(p.passAt1) },
      { name: "95% interval", cell: (p) => intervalText(p.ci) },
    ],
    report.train,
  );
  const caption =
    "Each point is the model at one moment of its training, measured on problems it never trained on. The axis counts the compute spent on practice so far (writing chains and learning from them); each grid step to the right is several times more. The band is the 95% interval. The dotted level is the base model, the dashed one the base model made to go on.";
  return section(
    "training",
    TITLES[outcome(report)],
    report.gate.passed ? paragraphs([gateWords(report)]) : html`<p class="warning">${gateWords(report)}</p>`,
    chart(drawing, caption, numbers),
    paragraphs([trainFitWords(trainFit(report))]),
  );
}

function trainFitWords(fit: FitReport | undefined): string {
  if (!fit) return "No line was fitted to these points.";
  if (!supportsLine(fit)) return `No line is drawn through these points. The fit’s verdict: ${fit.verdict}.`;
  const between = fit.slopeCi ? ` (95% interval ${pointsInterval(fit.slopeCi)})` : "";
  return `The dashed line is the fit: ten times the practice buys ${points(fit.slope)}${between}.`;
}

export function testTimeSection(report: Report): Html {
  const drawing = testTimeChart(report, { palette: THEMED, width: 812, height: 460 });
  const curves = testTimeCurves(report);
  const rows = curves.flatMap((curve) => curve.points.map((point) => ({ name: curve.name, ...point })));
  const numbers = table(
    "Accuracy for what is spent on one problem",
    [
      { name: "curve", cell: (p) => p.name },
      { name: "spent", cell: (p) => p.spent },
      { name: "FLOPs a problem", cell: (p) => powerOfTen(p.flops) },
      { name: "accuracy", cell: (p) => percent(p.accuracy) },
      { name: "95% interval", cell: (p) => intervalText(p.ci) },
    ],
    rows,
  );
  const longest = Math.max(0, ...report.test.samples.map(({ maxTokens = 0 }) => maxTokens));
  const caption = `Here nothing is trained: the same model spends more compute on each problem. It can write one chain and be made to go on longer, or write many chains${longest === 0 ? "" : ` of at most ${fixed(longest)} tokens`} and let them vote (majority). pass@n counts a problem as solved when any of n chains solves it: that is the best of n picked by the exact checker, so it needs such a checker. All on one axis of FLOPs per problem.`;
  return section(
    "thinking",
    "Thinking longer on each problem",
    chart(drawing, caption, numbers),
    paragraphs([testTimeWords(curves)]),
    table(
      "From the least to the most that was spent on a problem",
      [
        { name: "", cell: (c) => c.name },
        { name: "least", cell: (c) => atEnd(c.points[0]) },
        { name: "most", cell: (c) => atEnd(c.points.at(-1)) },
        {
          name: "difference",
          cell: (c) => points((c.points.at(-1)?.accuracy ?? 0) - (c.points[0]?.accuracy ?? 0)),
        },
      ],
      curves,
    ),
  );
}

function atEnd(point: { accuracy: number; spent: string } | undefined): string {
  return point ? `${percent(point.accuracy)}, ${point.spent}` : "–";
}

export function fitsSection(report: Report): Html {
  const rows = Object.entries(report.fits).map(([name, fit]) => {
    const cells = [
      points(fit.slope),
      fit.slopeCi ? pointsInterval(fit.slopeCi) : "–",
      fit.r2 === null ? "–" : fixed(fit.r2, 2),
      fit.residual === null ? "–" : points(fit.residual).replace("+", ""),
      fixed(fit.points),
    ];
    return html`<tr class="above"><th scope="row">${fitName(name)}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr><tr><td class="words ${supportsLine(fit) ? "good" : ""}" colspan="6">${fit.verdict}</td></tr>\n`;
  });
  const head = ["curve", "for ten times the compute", "95% interval", "R²", "residual", "points"];
  return section(
    "fits",
    "Do the points make a line?",
    paragraphs([
      "A straight line on a logarithmic axis would mean that each tenfold of compute buys the same number of points. For each curve a line was fitted by least squares; the verdict below it says whether the points support it. A line says nothing about compute outside the measured range.",
    ]),
    rows.length === 0
      ? html`<p>No line was fitted.</p>`
      : html`<div class="scroll"><table><caption>Accuracy against the logarithm of compute</caption><thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`,
  );
}
