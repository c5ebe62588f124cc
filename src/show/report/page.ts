/** `report.html`: the whole story of a run in one file that needs nothing else. */

import { counted, intervalText, percent } from "./format.ts";
import { type Html, html, superscripts } from "./html.ts";
import { fitsSection, testTimeSection, trainTimeSection } from "./page/compute.ts";
import { diagnosticsSection, glossarySection, reproduceSection, sizeSection } from "./page/details.ts";
import { pageDocument } from "./page/document.ts";
import { behaviourSection, controlSection, exampleSection } from "./page/thinking.ts";
import type { RateReport, Report } from "./schema.ts";
import { headline, outcome, summary } from "./story.ts";

const CONTENTS: readonly (readonly [string, string])[] = [
  ["training", "practice"],
  ["thinking", "thinking longer"],
  ["control", "the control"],
  ["chains", "chains side by side"],
  ["behaviours", "behaviours"],
  ["problems", "easy and hard"],
  ["fits", "fits"],
  ["run", "the run"],
  ["again", "get it again"],
  ["words", "words"],
];

/**
 * The report as an HTML document.
 *
 * @example
 * import { writeFileSync } from "node:fs";
 * import { syntheticReport } from "./fixtures/synthetic.ts"; // or a report.json, read with validateReport
 * writeFileSync("/tmp/report.html", reportHtml(syntheticReport()));
 */
export function reportHtml(report: Report): string {
  const [lead = "", ...rest] = summary(report);
  const judged = outcome(report) === "better" ? null : html` class="warning"`;
  return pageDocument({
    title: headline(report),
    kicker: `Mull report · seed ${report.seed}`,
    lead,
    head: html`${rest.map((sentence) => html`<p${judged}>${superscripts(sentence)}</p>`)}
<div class="tiles">
${tile("base", "base", "before training", report.base)}
${tile("control", "base, made to go on", "untrained, but not allowed to give up", report.control.forced)}
${tile("final", "trained", "one chain, as it likes", report.final)}
</div>
<nav aria-label="Contents">${CONTENTS.map(([id, name]) => html`<a href="#${id}">${name}</a>`)}</nav>`,
    main: html`${trainTimeSection(report)}${testTimeSection(report)}${controlSection(report)}${exampleSection(report)}${behaviourSection(report)}${sizeSection(report)}${fitsSection(report)}${diagnosticsSection(report)}${reproduceSection(report)}${glossarySection()}`,
    footer: "Every number and every judgement on this page is computed from the run's own measurements in report.json.",
  });
}

function tile(role: "base" | "control" | "final", name: string, what: string, rate: RateReport): Html {
  return html`<div class="tile ${role}"><span class="name">${name}</span><b>${percent(rate.passAt1)}</b><span>${what}</span><span>95% interval ${intervalText(rate.ci)}, ${counted(rate.n, "problem")}</span></div>`;
}
