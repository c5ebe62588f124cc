/** `report.html` of `mull shots`. */

import { counted, intervalText, percent, points, pointsInterval, significant } from "../report/format.ts";
import { type Html, html } from "../report/html.ts";
import { pageDocument } from "../report/page/document.ts";
import { chart, paragraphs, section, table } from "../report/page/parts.ts";
import { THEMED } from "../report/palette.ts";
import { shotsPanel, thoughtPanel, votesPanel } from "./figure.ts";
import type { ShotsResult } from "./shots-result.ts";
import { findings, headline, name } from "./story.ts";

export function shotsHtml(result: ShotsResult): string {
  return pageDocument({
    title: headline(result),
    kicker: `Mull shots · ${result.model} · seed ${result.seed}`,
    lead: `What examples in the prompt are worth, and what working an answer out is worth: ${counted(result.problems, "held-out problem")} a point.`,
    head: paragraphs(findings(result)),
    main: html`${reading(result)}${thinking(result)}`,
    footer: "Every number on this page is computed from the answers in journal.jsonl.",
  });
}

function reading(result: ShotsResult): Html | null {
  if (result.shots.length === 0) return null;
  const numbers = table(
    "Accuracy by number of examples",
    [
      { name: "examples", cell: (point) => String(point.shots) },
      { name: "accuracy", cell: (point) => percent(point.accuracy) },
      { name: "95% interval", cell: (point) => intervalText(point.ci) },
      { name: "best guess", cell: (point) => percent(point.best) },
    ],
    result.shots,
  );
  return section(
    "shots",
    "Read from examples",
    paragraphs([
      "Each question comes with a dictionary of its own, drawn anew, so that its answer can only be read from the examples in front of it. One example in ten is a misprint, and rare names may not have come up at all: the dashed line is how often the best guess is right, worked out exactly.",
    ]),
    chart(
      shotsPanel(result, { palette: THEMED, width: 812, height: 480 }),
      "Both axes are logarithmic; bars are 95% intervals over problems.",
      numbers,
    ),
    chart(
      votesPanel(result, { palette: THEMED, width: 812, height: 420 }),
      "The same questions at the same cost, answered once after more examples, or often after fewer, where the majority decides. Votes take away what chance spoils; what the examples do not say they cannot find.",
      table(
        "Accuracy by number of answers",
        [
          { name: "examples", cell: (point) => String(point.shots) },
          { name: "answers", cell: (point) => String(point.n) },
          { name: "accuracy", cell: (point) => percent(point.accuracy) },
          { name: "95% interval", cell: (point) => intervalText(point.ci) },
          { name: "FLOPs", cell: (point) => significant(point.flops) },
        ],
        result.votes,
      ),
    ),
  );
}

function thinking(result: ShotsResult): Html | null {
  if (result.thought.length === 0) return null;
  const numbers = table(
    "Answered at once, and worked out",
    [
      { name: "task", cell: (row) => name(row.task) },
      { name: "model", cell: (row) => row.model },
      { name: "difficulty", cell: (row) => `${row.difficulty} ${row.unit}` },
      { name: "at once", cell: (row) => percent(row.direct.accuracy) },
      { name: "its tokens", cell: (row) => significant(row.direct.tokens) },
      { name: "worked out", cell: (row) => percent(row.steps.accuracy) },
      { name: "its tokens", cell: (row) => significant(row.steps.tokens) },
      { name: "gain", cell: (row) => `${points(row.gain.points)} (${pointsInterval(row.gain.ci)})` },
    ],
    result.thought,
  );
  return section(
    "thought",
    "Answered at once, and worked out",
    paragraphs([
      "In arithmetic a chain is begun with the word for an answer at once, or with the word for work that is shown. In Countdown an answer at once is one attempt: a chain that solves without going back.",
    ]),
    chart(thoughtPanel(result, { palette: THEMED, width: 812 }), "Bars are 95% intervals over problems.", numbers),
  );
}
