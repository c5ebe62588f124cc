/** The sections on thinking itself: the control, behaviours, and chains of both models side by side. */

import { type ChainLine, chainLines, parsePrompt } from "../chain-text.ts";
import { behaviourCharts, behaviourRate, DEFAULT_UNIT } from "../charts/behaviours.ts";
import { counted, percent } from "../format.ts";
import { type Html, html } from "../html.ts";
import { THEMED } from "../palette.ts";
import type { ChainReport, Report } from "../schema.ts";
import { behaviourWords, controlWords, outcome } from "../story.ts";
import { chart, list, paragraphs, section, table } from "./parts.ts";

export function controlSection(report: Report): Html {
  const share = report.control.shareNotGivingUp;
  const split =
    outcome(report) === "better" && share !== null && share > 0 && share < 1
      ? html`<div class="split" role="img" aria-label="${percent(share, 0)} not giving up, ${percent(1 - share, 0)} better thinking"><div class="first" style="flex:${share.toFixed(4)}">${percent(share, 0)} not giving up</div><div class="second" style="flex:${(1 - share).toFixed(4)}">${percent(1 - share, 0)} better thinking</div></div>`
      : null;
  return section("control", "Better thinking, or only not giving up?", split, paragraphs(controlWords(report)));
}

export function behaviourSection(report: Report): Html {
  const rows = Object.entries(report.behaviours).map(([name, change]) => ({ name, ...change }));
  const numbers = table(
    "What chains do",
    [
      { name: "behaviour", cell: (b) => b.name },
      { name: "base", cell: (b) => behaviourRate(b.base) },
      { name: "trained", cell: (b) => behaviourRate(b.final) },
      { name: "counted", cell: (b) => b.unit ?? DEFAULT_UNIT },
      { name: "became", cell: (b) => b.kind },
      { name: "what it is", cell: (b) => b.meaning ?? "", words: true },
    ],
    rows,
  );
  const charts = behaviourCharts(report, { palette: THEMED, width: 812 });
  return section(
    "behaviours",
    "What changed in how it thinks",
    paragraphs([
      "These behaviours are counted in the chains after the fact. Training never saw the counts: it rewarded right answers and nothing else.",
    ]),
    list(behaviourWords(report)),
    charts.map((drawing) =>
      chart(drawing, "Square: base model. Disc: trained model. Bars, where drawn, are 95% intervals."),
    ),
    html`<details><summary>The numbers, and what each behaviour is</summary>${numbers}</details>`,
  );
}

/** Lines shown before a long chain is folded, and after the fold. */
const HEAD = 14;
const TAIL = 6;
/** Lines of one chain that a page holds at most. */
const MOST = 600;

export function exampleSection(report: Report): Html {
  const first = report.examples[0];
  const puzzle = parsePrompt(first?.problem);
  const rules = puzzle
    ? `Combine the given numbers with +, −, × and ÷, each exactly once, until the target is left. “${first?.problem}” asks for ${puzzle.target} from ${puzzle.numbers.join(", ")}. `
    : "";
  return section(
    "chains",
    "The two models on the same problem",
    paragraphs([
      `${rules}Below, each line is one step of a chain as the model wrote it. Going back starts another attempt; a wrong step is marked with what is wrong in it, and the exact checker has the last word.`,
    ]),
    report.examples.map(
      ({ problem, base, final }) =>
        html`<h3>${problem}</h3><div class="pair">${chainCard("base", problem, base)}${chainCard("final", problem, final)}</div>`,
    ),
    report.examples.length === 0 && html`<p>No examples were kept.</p>`,
  );
}

function chainCard(model: "base" | "final", problem: string, chain: ChainReport): Html {
  const all = chainLines(chain.text, { prompt: problem, signs: "print" });
  const lines = all.slice(0, MOST);
  const numbers = parsePrompt(problem)?.numbers.length ?? 0;
  const item = (line: ChainLine): Html => {
    const used = line.left === null ? 0 : numbers - line.left.length;
    const depth = line.kind === "operation" ? Math.max(0, used - 1) : line.kind === "back" ? used : 0;
    const note = line.note === "" ? null : html`  <i>${line.mark === "slip" ? "✗ " : ""}${line.note}</i>`;
    return html`<li class="${line.mark || line.kind}" style="--depth:${depth}">${line.text}${note}</li>`;
  };
  const folds = lines.length > HEAD + TAIL + 4;
  const middle = lines.slice(HEAD, lines.length - TAIL);
  const body = folds
    ? html`<ol>${lines.slice(0, HEAD).map(item)}</ol><details><summary>${middle.length} more lines</summary><ol>${middle.map(item)}</ol></details><ol>${lines.slice(lines.length - TAIL).map(item)}</ol>`
    : html`<ol>${lines.map(item)}</ol>`;
  const cut = all.length > MOST && html`<p>${all.length - MOST} lines more are in report.json.</p>`;
  const word = { correct: "✓ Right", wrong: "✗ Wrong", unscored: "? Not judged" }[chain.verdict];
  const tone = { correct: "good", wrong: "bad", unscored: "control" }[chain.verdict];
  return html`<div class="chain ${model} ${folds ? "long" : ""}"><p class="name ${model}">${model === "base" ? "base" : "trained"} <span>${counted(chain.tokens, "token")}</span></p>${body}${cut}<p class="verdict ${tone}">${word}<span>: ${chain.reason}</span></p></div>`;
}
