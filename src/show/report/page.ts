/**
 * `report.html`: the whole story of a run in one file that needs nothing else, neither network nor scripts. Its policy
 * (CSP) forbids both: the only script is the theme button, named by its hash.
 */

import { createHash } from "node:crypto";
import { fontFaces } from "./font.ts";
import { counted, intervalText, percent } from "./format.ts";
import { type Html, html, superscripts, trusted } from "./html.ts";
import { fitsSection, testTimeSection, trainTimeSection } from "./page/compute.ts";
import { diagnosticsSection, glossarySection, reproduceSection, sizeSection } from "./page/details.ts";
import { SCRIPT, STYLE } from "./page/style.ts";
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
  const title = headline(report);
  const hash = createHash("sha256").update(SCRIPT).digest("base64");
  const policy = `default-src 'none'; style-src 'unsafe-inline'; font-src data:; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const [lead, ...rest] = summary(report);
  const judged = outcome(report) === "better" ? null : html` class="warning"`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title} · Mull</title>
<style>${trusted(fontFaces())}${trusted(STYLE)}</style>
</head>
<body>
<header>
<div class="kicker"><span>Mull report · seed ${report.seed}</span><button id="theme" type="button" hidden aria-label="Change between light and dark">Dark</button></div>
<h1>${title}</h1>
<p class="lead">${superscripts(lead ?? "")}</p>
${rest.map((sentence) => html`<p${judged}>${superscripts(sentence)}</p>`)}
<div class="tiles">
${tile("base", "base", "before training", report.base)}
${tile("control", "base, made to go on", "untrained, but not allowed to give up", report.control.forced)}
${tile("final", "trained", "one chain, as it likes", report.final)}
</div>
<nav aria-label="Contents">${CONTENTS.map(([id, name]) => html`<a href="#${id}">${name}</a>`)}</nav>
</header>
<main>
${trainTimeSection(report)}${testTimeSection(report)}${controlSection(report)}${exampleSection(report)}${behaviourSection(report)}${sizeSection(report)}${fitsSection(report)}${diagnosticsSection(report)}${reproduceSection(report)}${glossarySection()}
</main>
<footer>Every number and every judgement on this page is computed from the run's own measurements in report.json.</footer>
<script>${trusted(SCRIPT)}</script>
</body>
</html>
`.text;
}

function tile(role: "base" | "control" | "final", name: string, what: string, rate: RateReport): Html {
  return html`<div class="tile ${role}"><span class="name">${name}</span><b>${percent(rate.passAt1)}</b><span>${what}</span><span>95% interval ${intervalText(rate.ci)}, ${counted(rate.n, "problem")}</span></div>`;
}
