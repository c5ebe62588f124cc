/** The report's style sheet and its one small script. Colours come from the palette, as variables, for both themes. */

import { cssVariables, DARK, LIGHT } from "../palette.ts";
import { FONT_FAMILY } from "../plot.ts";

export const STYLE = `
:root { color-scheme: light; ${cssVariables(LIGHT)} }
@media screen and (prefers-color-scheme: dark) {
  :root:not([data-theme="light"]) { color-scheme: dark; ${cssVariables(DARK)} }
}
@media screen { :root[data-theme="dark"] { color-scheme: dark; ${cssVariables(DARK)} } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body { margin: 0; background: var(--surface); color: var(--ink); line-height: 1.6; font-size: 17px;
  font-family: ${FONT_FAMILY}; }
main, header, footer { max-width: 860px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 44px; }
.kicker { display: flex; justify-content: space-between; align-items: center; color: var(--muted); font-size: 15px; }
button { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--grid); border-radius: 6px;
  padding: 3px 12px; cursor: pointer; }
h1 { font-size: 38px; line-height: 1.18; letter-spacing: -0.012em; margin: 14px 0 18px; text-wrap: balance; }
h2 { font-size: 25px; line-height: 1.25; margin: 68px 0 12px; text-wrap: balance; }
h3 { font-size: 17px; margin: 28px 0 8px; }
p, ul, ol { max-width: 68ch; }
p { margin: 12px 0; }
.lead { font-size: 19px; }
a { color: var(--base); }
nav { margin: 26px 0 0; padding: 12px 0; border-block: 1px solid var(--grid); font-size: 15px; display: flex;
  flex-wrap: wrap; gap: 4px 20px; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
.tiles { display: grid; grid-template-columns: repeat(3, 1fr); gap: 14px; margin: 28px 0 0; padding: 0; }
.tile { background: var(--card); border-radius: 10px; padding: 16px 18px; border-top: 4px solid; }
.tile b { display: block; font-size: 40px; line-height: 1.15; font-variant-numeric: tabular-nums; }
.tile span { display: block; font-size: 14px; color: var(--muted); line-height: 1.4; }
.tile .name { color: inherit; font-weight: 700; font-size: 15px; }
.base { color: var(--base); } .final { color: var(--final); } .control { color: var(--control); }
.good { color: var(--good); } .bad { color: var(--bad); }
.warning { border-left: 4px solid var(--bad); background: var(--card); padding: 10px 16px; border-radius: 0 8px 8px 0; }
figure { margin: 24px 0 8px; }
figure > div { overflow-x: auto; }
figure svg { display: block; width: 100%; min-width: 600px; height: auto; }
figcaption { font-size: 15px; color: var(--muted); max-width: 74ch; margin-top: 6px; }
details { margin: 10px 0; font-size: 15px; }
summary { cursor: pointer; color: var(--muted); width: fit-content; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 15px; margin: 12px 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--muted); padding-bottom: 6px; }
th, td { text-align: right; padding: 5px 0 5px 22px; border-bottom: 1px solid var(--grid); vertical-align: top;
  white-space: nowrap; }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td.words { text-align: left; white-space: normal; min-width: 22ch; line-height: 1.4; }
tr.above > * { border-bottom: 0; padding-bottom: 0; padding-top: 12px; }
th { color: var(--muted); font-weight: 400; }
thead th { vertical-align: bottom; }
tbody th { color: var(--ink); }
sup { line-height: 0; font-size: 0.72em; }
.split { display: flex; height: 44px; border-radius: 8px; overflow: hidden; margin: 20px 0 8px; font-size: 15px;
  font-weight: 700; }
.split > div { display: flex; align-items: center; padding: 0 12px; color: var(--surface); white-space: nowrap;
  overflow: hidden; min-width: 2px; }
.split .first { background: var(--control); } .split .second { background: var(--final); }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 14px; margin: 12px 0 34px; align-items: start; }
.chain { background: var(--card); border-radius: 10px; padding: 14px 18px; min-width: 0; border-top: 4px solid; }
.chain .name { font-weight: 700; font-size: 15px; display: flex; justify-content: space-between; gap: 10px; color: inherit; }
.chain .name span { color: var(--muted); font-weight: 400; }
.chain ol { list-style: none; color: var(--ink); margin: 10px 0; padding: 0; font: 14px/1.7 ui-monospace, 'SF Mono', Menlo, Consolas,
  'DejaVu Sans Mono', monospace; overflow-wrap: anywhere; unicode-bidi: isolate; }
.chain li { white-space: pre-wrap; padding-left: calc(var(--depth, 0) * 1.6em); }
.chain li.back, .chain li.miss i, .chain li.other { color: var(--muted); }
.chain li.slip { color: var(--bad); }
.chain li.hit { color: var(--good); font-weight: 700; }
.chain i { font-family: ${FONT_FAMILY}; font-size: 13px; }
.verdict { font-weight: 700; margin: 8px 0 0; font-size: 15px; line-height: 1.4; }
.verdict span { font-weight: 400; color: var(--ink); }
.chain details { margin: 0; }
.multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(240px, 1fr)); gap: 26px 26px; margin-top: 20px; }
.multiples figure { margin: 0; } .multiples svg { min-width: 0; }
.multiples h3 { margin: 0; } .multiples h3 small { display: block; font-weight: 400; color: var(--muted); font-size: 13px; }
.multiples p { font-size: 14px; line-height: 1.4; color: var(--muted); margin: 2px 0 0; }
pre { background: var(--card); border-radius: 8px; padding: 12px 16px; overflow-x: auto; font: 14px/1.6 ui-monospace,
  'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace; }
dl { max-width: 76ch; } dt { font-weight: 700; margin-top: 12px; } dd { margin: 0; }
footer { color: var(--muted); font-size: 14px; padding: 60px 24px 40px; }
@media (max-width: 640px) {
  body { font-size: 16px; } h1 { font-size: 29px; } .tiles, .pair { grid-template-columns: 1fr; }
}
@media print {
  body { font-size: 10.5pt; line-height: 1.45; } header { padding-top: 0; } .lead { font-size: 12pt; }
  main, header, footer { max-width: none; padding: 0; } p, ul, ol { max-width: none; }
  button, nav, summary { display: none; } .chain summary { display: block; list-style: none; }
  h1 { font-size: 22pt; } h2 { font-size: 15pt; margin-top: 24pt; break-after: avoid; } h3 { break-after: avoid; }
  figure, .tile, .chain, table, .split { break-inside: avoid; } .chain.long { break-inside: auto; }
  figure { margin: 10pt 0 4pt; } figure svg { min-width: 0; max-height: 8.6cm; } p { orphans: 3; widows: 3; }
  figcaption, .tile span, table { font-size: 9pt; } .tile b { font-size: 22pt; } .pair { margin-bottom: 12pt; }
  .chain ol { font-size: 8.5pt; line-height: 1.45; } .multiples { grid-template-columns: repeat(3, 1fr); gap: 14pt; }
  .tile, .chain, pre { border: 0.5pt solid var(--grid); border-top: 3pt solid; }
  .split > div, .tile { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;

/** The button that changes between light and dark; without scripts the page follows the system and has no button. */
export const SCRIPT = `
const button = document.getElementById("theme");
const root = document.documentElement;
const dark = () => getComputedStyle(root).colorScheme === "dark";
const name = () => { button.textContent = dark() ? "Light" : "Dark"; };
button.hidden = false;
button.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; name(); });
name();
`;
