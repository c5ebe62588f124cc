/** A reward model on the page: a few chains, under every step its score as a bar beside the truth, and where the two part. */

import { VERDICT_WORDS } from "./chain-view.ts";
import { choose } from "./choice.ts";
import { byId, el, say } from "./dom.ts";
import { agreementWords, type JudgedRow, judgedChains, momentWords, rowsOf } from "./judging.ts";
import { bar } from "./marks.ts";
import type { RunState } from "./run-state.ts";
import { puzzleWords } from "./words.ts";

type Judging = RunState["judging"];

const TRUTHS = { open: "✓ yes", lost: "✗ no", "": "–" } as const;

let known: Judging | null = null;
let drawn: readonly Judging["scores"][number][] = [];

export function drawJudging({ judging }: RunState): void {
  const section = byId("judging", HTMLElement);
  section.hidden = judging.plan?.kind !== "process"; // of an outcome reward model no step has a score of its own
  const { scores } = judging;
  const news = scores.length !== drawn.length || scores.some((each, i) => each !== drawn[i]);
  if (known === null) section.addEventListener("change", draw);
  known = judging;
  if (!news) return;
  drawn = [...scores];
  draw();
}

function draw(): void {
  const plan = known?.plan ?? null;
  const latest = drawn.at(-1);
  byId("judged", HTMLElement).hidden = plan === null || latest === undefined;
  if (plan === null || latest === undefined) return;
  const moments = drawn.map(({ pass }) => ({ value: String(pass), words: momentWords(pass, plan.moments) }));
  const chosen = choose("judging-moment", moments, String(latest.pass), true);
  const chains = judgedChains(drawn.find(({ pass }) => String(pass) === chosen) ?? latest);
  const whose = plan.of === undefined ? "" : `This is the judge of “${plan.of}”. `;
  say(byId("judging-agreement", HTMLElement), whose + agreementWords(chains, plan));
  byId("judged-chains", HTMLElement).replaceChildren(
    ...chains.map((chain) => drawChain(chain, rowsOf(chain, plan), plan.target)),
  );
}

function drawChain(
  { problem, verdict, reason }: Judging["scores"][number]["chains"][number],
  rows: readonly JudgedRow[],
  target: "attempt" | "policy",
): HTMLElement {
  const title = puzzleWords(problem);
  const asked = target === "attempt" ? "Judge: will it come out right?" : "Judge: will it be solved in the end?";
  const heads = ["What was written", asked, "Truth: can it still be solved?"];
  const table = el(
    "table",
    {},
    el("thead", {}, el("tr", {}, ...heads.map((words) => el("th", { scope: "col" }, words)))),
    el("tbody", {}, ...rows.map(drawRow)),
  );
  return el(
    "article",
    { class: "card chain judged", "data-verdict": verdict },
    el("h3", {}, title.charAt(0).toUpperCase() + title.slice(1)),
    el("div", { class: "steps", tabindex: "0", role: "region", "aria-label": `Steps: ${title}` }, table),
    el("p", { class: "verdict" }, `${VERDICT_WORDS[verdict]}: ${reason}`),
  );
}

function drawRow({ words, score, said, truth, error }: JudgedRow): HTMLElement {
  const remark = error === "" ? [] : [el("span", { class: "error" }, `judge ${error}`)];
  return el(
    "tr",
    { "data-truth": truth, "data-error": String(error !== "") },
    el("th", { scope: "row" }, words),
    el("td", { class: "score" }, bar(score), said),
    el("td", { class: "truth" }, el("span", {}, TRUTHS[truth]), ...remark),
  );
}
