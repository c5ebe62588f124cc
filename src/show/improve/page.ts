/** `report.html` of a loop. */

import { counted, duration, fixed, intervalText, percent, powerOfTen, significant } from "../report/format.ts";
import { type Html, html } from "../report/html.ts";
import { pageDocument } from "../report/page/document.ts";
import { chart, list, paragraphs, section, table } from "../report/page/parts.ts";
import { THEMED } from "../report/palette.ts";
import { accuracyPanel, collapsePanel } from "./figure.ts";
import type { ImproveResult } from "./improve-result.ts";
import { findings, headline } from "./story.ts";

export function improveHtml(result: ImproveResult): string {
  const { generations, search, distil, budget, task, seed, preset, seconds } = result;
  const into = distil === "same" ? "the model itself" : "a fresh, larger model each time";
  return pageDocument({
    title: headline(result),
    kicker: `Mull improve · ${task} · ${preset} · seed ${seed}`,
    lead: `${counted(generations.length, "generation")} of search, verification and distillation: ${search} with ${fixed(budget)} tokens a problem finds chains, the exact verifier says which are right, and these teach ${into}. ${duration(seconds)}.`,
    head: paragraphs(findings(result)),
    main: html`${accuracy(result)}${collapse(result)}${made(result)}${warned(result)}${again(result)}`,
    footer: "Every number on this page is computed from the run's own measurements in report.json.",
  });
}

function accuracy(result: ImproveResult): Html {
  const rows = result.points.flatMap(({ generation, difficulties }) =>
    difficulties.map((point) => ({ generation, ...point })),
  );
  const numbers = table(
    "Held-out problems solved",
    [
      { name: "generation", cell: (r) => (r.generation === 0 ? "base" : String(r.generation)) },
      { name: result.unit, cell: (r) => String(r.difficulty) },
      { name: "policy, one chain", cell: (r) => percent(r.policy.accuracy) },
      { name: "95% interval", cell: (r) => intervalText(r.policy.ci) },
      { name: "tokens", cell: (r) => significant(r.policy.tokens) },
      { name: "with search", cell: (r) => percent(r.search?.accuracy ?? null) },
      { name: "its interval", cell: (r) => (r.search === null ? "–" : intervalText(r.search.ci)) },
      { name: "its tokens", cell: (r) => significant(r.search?.tokens ?? null) },
    ],
    rows,
  );
  return section(
    "accuracy",
    "Accuracy by generation and difficulty",
    chart(
      accuracyPanel(result, { palette: THEMED, width: 812, height: 520 }),
      "Solid: one chain of the policy; bars are 95% intervals over held-out problems. Dashed: with search. A ring marks the generation in which a difficulty was asked for the first time: before it, nothing of that difficulty was ever trained on.",
      numbers,
    ),
  );
}

function collapse(result: ImproveResult): Html {
  return section(
    "collapse",
    "Is it collapsing?",
    paragraphs([
      `A model that learns from itself can narrow. Against that stand three things: only chains that the exact verifier accepts are learnt, ${percent(result.replay, 0)} of the texts of a generation are of the base corpus, and what is below is watched: a value under half of the first generation's is warned about.`,
    ]),
    chart(
      collapsePanel(result, { palette: THEMED, width: 812, height: 420 }),
      "Each as a share of the first generation's value. Entropy is of the policy's own chains; harder problems bring other chains, so it moves with the frontier too.",
    ),
  );
}

function made(result: ImproveResult): Html {
  return section(
    "generations",
    "What each generation made",
    table(
      "Generations",
      [
        { name: "generation", cell: (g) => String(g.generation) },
        { name: "frontier", cell: (g) => String(g.frontier) },
        { name: "solved alone", cell: (g) => g.asked.map((a) => percent(a.policy, 0)).join(" ") },
        { name: "by search", cell: (g) => g.asked.map((a) => percent(a.search, 0)).join(" ") },
        { name: "chains kept", cell: (g) => fixed(g.kept) },
        { name: "tokens of one", cell: (g) => significant(g.keptTokens) },
        { name: "tokens alone", cell: (g) => significant(g.policyTokens) },
        { name: "tokens of search", cell: (g) => significant(g.searchTokens) },
        { name: "entropy", cell: (g) => significant(g.diversity.entropy) },
        { name: "distinct", cell: (g) => percent(g.diversity.distinctChains, 0) },
        { name: "FLOPs so far", cell: (g) => powerOfTen(g.flops) },
      ],
      result.generations,
    ),
    paragraphs([
      `The frontier moves on when ${result.moves.by === "search" ? "the search" : "the policy"} solves ${percent(result.moves.threshold, 0)} of what is asked there. Accuracies here are on the generation's own problems, before it learnt from them, easy ones first. Every chain with its verdict is in the folder generations; mull data exports them.`,
    ]),
  );
}

function warned({ warnings }: ImproveResult): Html | null {
  return warnings.length === 0 ? null : section("warnings", "Warnings", list(warnings));
}

function again({ versions, seed, points }: ImproveResult): Html {
  const sizes = [...new Set(points.map(({ parameters }) => fixed(parameters)))].join(", ");
  const told = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return section("again", "The run", paragraphs([`Seed ${seed}; ${told.join(", ")}; parameters: ${sizes}.`]));
}
