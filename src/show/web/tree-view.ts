/**
 * A search tree on the page, as nested disclosures (`details`), which the browser itself lets be read and opened by
 * keyboard. The main line stands open.
 */

import type { TreeRecord } from "../../search/tree-record.ts";
import { el } from "./dom.ts";
import { bar } from "./marks.ts";
import { type Branch, outline, sizeWords } from "./tree-outline.ts";

const LEGEND =
  "Visits: how often the search went this way. Prior: how likely the model found the step beforehand, among those beside it. " +
  "Value: how well it went on from there, on average. Score: the first guess of that. " +
  "What is right is the checker's word, what can still be solved the solver's; the search knows neither.";

/** The tree in place of what `place` held; null empties and hides it. */
export function drawTree(place: HTMLElement, record: TreeRecord | null): void {
  place.hidden = record === null;
  const parts =
    record === null
      ? []
      : [
          el("h4", {}, "The search"),
          el("ul", {}, drawBranch(outline(record))),
          el("p", { class: "hint" }, `${sizeWords(record)} ${LEGEND}`),
        ];
  place.replaceChildren(...parts);
}

/** Keeps a name and its number on one line. */
function together(words: string): string {
  return words.replaceAll(" ", "\u00a0");
}

function drawBranch(branch: Branch): HTMLElement {
  const attributes = { "data-standing": branch.standing, "data-main": String(branch.main) };
  const row = [
    bar(branch.share),
    el("span", { class: "step" }, branch.words),
    el("span", { class: "figures" }, branch.figures.map(together).join(" · ")),
    el("span", { class: "remark" }, branch.remark),
  ];
  if (branch.children.length === 0) return el("li", {}, el("div", { class: "leaf", ...attributes }, ...row));
  const below = el("ul", {}, ...branch.children.map(drawBranch));
  return el("li", {}, el("details", { open: branch.main ? "" : null }, el("summary", attributes, ...row), below));
}
