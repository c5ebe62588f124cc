/** The sections for those who want to know more: kinds of problems, the training run, how to get the report again. */

import { remarksOn, type StepDiagnostics } from "../../../measure/diagnostics.ts";
import { sizeChart, sizeRows } from "../charts/by-size.ts";
import { diagnosticsCharts } from "../charts/diagnostics.ts";
import { duration, fixed, intervalText, percent, powerOfTen } from "../format.ts";
import { type Html, html, superscripts, trusted } from "../html.ts";
import { THEMED } from "../palette.ts";
import { svg } from "../plot.ts";
import type { Report } from "../schema.ts";
import { unseenWords } from "../story.ts";
import { chart, paragraphs, section, table } from "./parts.ts";

export function sizeSection(report: Report): Html {
  const numbers = table(
    "Accuracy by kind of problem",
    [
      { name: "problems", cell: (r) => r.name },
      { name: "base", cell: (r) => percent(r.base) },
      { name: "95% interval", cell: (r) => (r.baseCi ? intervalText(r.baseCi) : "–") },
      { name: "trained", cell: (r) => percent(r.final) },
      { name: "95% interval", cell: (r) => (r.finalCi ? intervalText(r.finalCi) : "–") },
      { name: "measured", cell: (r) => fixed(r.n) },
    ],
    sizeRows(report),
  );
  const drawing = sizeChart(report, { palette: THEMED, width: 812 });
  return section(
    "problems",
    "Easy, hard and unseen",
    paragraphs([unseenWords(report)]),
    chart(drawing, "Square: base model. Disc: trained model. The bars are 95% intervals.", numbers),
  );
}

export function diagnosticsSection(report: Report): Html {
  const small = diagnosticsCharts(report, { palette: THEMED, width: 300, height: 160 }).map(
    ({ metric, drawing }) =>
      html`<figure><h3>${metric.title} <small>${metric.unit}</small></h3><div>${trusted(svg(drawing, "var(--ink)"))}</div><p>${metric.meaning}</p></figure>`,
  );
  return section(
    "run",
    "Inside the training run",
    paragraphs(["What the run told about itself, step by step."]),
    remarks(report).map((text) => html`<p class="warning">${text}</p>`),
    html`<div class="multiples">${small}</div>`,
  );
}

/** What is amiss at the end of the run, by the rules that watch it live; steps with a number missing are left out. */
function remarks({ diagnostics }: Report): string[] {
  const whole = diagnostics.filter((row): row is StepDiagnostics & typeof row =>
    Object.values(row).every((v) => v !== null),
  );
  return remarksOn(whole).map(({ step, text }) => `At step ${step}: ${text}`);
}

export function reproduceSection(report: Report): Html {
  const flops = report.train.reduce((most, p) => Math.max(most, p.flops), 0);
  const facts: readonly (readonly [string, string])[] = [
    ["seed", fixed(report.seed)],
    ["train-time compute", `${powerOfTen(flops)} FLOPs`],
    ["wall time of the whole run", duration(report.wallSeconds)],
    ...Object.entries(report.versions),
  ];
  const command = report.command ?? `npx mull reproduce --seed ${report.seed}`;
  return section(
    "again",
    "How to get this again",
    html`<pre><code>${command}</code></pre>`,
    paragraphs([
      "The same seed and configuration give the same figures, whatever the speed of the machine. All numbers of this page are in report.json.",
    ]),
    html`<table><caption>This run</caption><tbody>${facts.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${superscripts(value)}</td></tr>`)}</tbody></table>`,
    html`<details><summary>The full configuration</summary><pre><code>${JSON.stringify(report.config, null, 2)}</code></pre></details>`,
  );
}

const WORDS: readonly (readonly [string, string])[] = [
  [
    "chain of thought",
    "What a model writes before it answers: here a series of operations, with as many attempts as it likes.",
  ],
  ["token", "The unit a model reads and writes: here one number, sign or result."],
  ["pass@1", "The share of problems that one chain solves. pass@n: that at least one of n chains solves."],
  ["FLOP", "One addition or multiplication. It measures compute without regard to the machine."],
  ["train-time and test-time compute", "What is spent once, on practice, and what is spent anew on each problem."],
  [
    "95% interval",
    "The range that would hold the true value in 95 of 100 repetitions with other problems of the same kind.",
  ],
  ["held out", "Kept away from training, so that remembering does not help."],
  ["log axis", "Equal steps multiply: each step to the right costs several times what the one before did."],
];

export function glossarySection(): Html {
  const entries = WORDS.map(([term, meaning]) => html`<dt>${term}</dt><dd>${meaning}</dd>`);
  return section("words", "Words used here", html`<dl>${entries}</dl>`);
}
