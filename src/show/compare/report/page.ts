/** `report.html` of a comparison: which method wins, per FLOP, per verifier call, per problem; the curves; the map; all numbers. */

import { BEHAVIOUR_NAMES, BEHAVIOURS, type Behaviour } from "../../../measure/behaviours.ts";
import {
  counted,
  duration,
  fixed,
  intervalText,
  percent,
  points,
  pointsInterval,
  powerOfTen,
  significant,
} from "../../report/format.ts";
import { type Html, html } from "../../report/html.ts";
import { pageDocument } from "../../report/page/document.ts";
import { type Column, chart, list, paragraphs, section, table } from "../../report/page/parts.ts";
import { THEMED } from "../../report/palette.ts";
import type { Comparison } from "../compare-result.ts";
import { HYPOTHESES } from "../method.ts";
import { correctionSection } from "./correction-section.ts";
import { mapPanel, testTimePanel, trainTimePanel } from "./figure.ts";
import { findings, noMap } from "./findings.ts";
import { lengthChart, someRightTable } from "./finished.ts";
import { proxyTruthSection } from "./proxy-truth.ts";
import { searchGainSection } from "./search-gain.ts";
import type { Standing } from "./standings.ts";

const SIZE = { palette: THEMED, width: 812, height: 520 };

export function compareHtml(result: Comparison): string {
  const { standings, seeds, problems, budgetFlops, preset } = result;
  return pageDocument({
    title: "Which hypothesis wins?",
    kicker: `Mull compare, ${preset}`,
    lead: `${counted(standings.length, "way")} of learning to think, from one base model, with ${powerOfTen(budgetFlops)} FLOPs of training each, ${counted(seeds.length, "seed")}, measured on ${counted(problems, "puzzle")} that training never saw.`,
    head: paragraphs(findings(result)),
    main: html`${curves(result)}${standingsTables(standings)}${searchGainSection(result)}${proxyTruthSection(result)}${behaviours(standings)}${correctionSection(result)}${map(result)}${methods(standings)}${failures(result)}`,
    footer:
      "Every number on this page is computed from the cells in the run's folder; compare.json holds the raw points.",
  });
}

function curves(result: Comparison): Html {
  return section(
    "curves",
    "Learning, and thinking longer",
    chart(
      trainTimePanel(result, SIZE),
      "Accuracy of one chain a puzzle, as training goes on. Generation, labels, verification by models and training all count. A thick line is the mean over seeds, a thin one a seed.",
    ),
    chart(
      testTimePanel(result, SIZE),
      "The finished models, asked for 1, 2, 4 ... chains a puzzle; the answer that most chains give counts.",
    ),
    lengthChart(result, SIZE),
    someRightTable(result),
  );
}

function standingsTables(standings: readonly Standing[]): Html {
  const trained = standings.filter(({ curve }) => curve.length > 1);
  return section(
    "standings",
    "Who gained what",
    table(
      "Accuracy after training, with 95% intervals over seeds and puzzles",
      [
        { name: "method", cell: (s) => s.title },
        { name: "pass@1", cell: (s) => percent(s.passAt1.value) },
        { name: "interval", cell: (s) => intervalText(s.passAt1.ci) },
        { name: "over the base", cell: (s) => points(s.gain.value) },
        { name: "interval", cell: (s) => pointsInterval(s.gain.ci) },
        {
          name: "seed by seed",
          cell: (s) => s.gainBySeed.map(({ value }) => points(value).replace(/ points?$/, "")).join(", "),
        },
        ...byNumbers(standings),
        { name: `pass@${standings[0]?.passAtN.n ?? "n"}`, cell: (s) => percent(s.passAtN.value) },
        { name: "over the base's", cell: (s) => points(s.passAtNGain?.value ?? null) },
        { name: "tokens a chain", cell: (s) => fixed(s.tokens) },
      ],
      standings,
    ),
    table(
      "What it cost, a seed",
      [
        { name: "method", cell: (s) => s.title },
        { name: "FLOPs", cell: (s) => powerOfTen(s.trainFlops) },
        { name: "gain per tenfold compute", cell: (s) => points(s.perTenfold?.value ?? null) },
        { name: "interval", cell: (s) => (s.perTenfold === null ? "–" : pointsInterval(s.perTenfold.ci)) },
        { name: "exact verifier's calls", cell: (s) => fixed(s.verifierCalls) },
        { name: "gain per 1,000 calls", cell: (s) => per(s.gain.value, s.verifierCalls / 1000) },
        { name: "puzzles", cell: (s) => fixed(s.problems) },
        { name: "gain per 100 puzzles", cell: (s) => per(s.gain.value, s.problems / 100) },
        { name: "training", cell: (s) => duration(s.seconds) },
      ],
      trained,
    ),
  );
}

function per(gain: number, amount: number): string {
  return amount > 0 ? points(gain / amount, 2) : "none asked";
}

function byNumbers(standings: readonly Standing[]): Column<Standing>[] {
  return Object.keys(standings[0]?.byN ?? {}).map((n) => ({
    name: `${n} numbers`,
    cell: (s: Standing) => percent(s.byN[n] ?? null),
  }));
}

function behaviours(standings: readonly Standing[]): Html {
  const rate = (standing: Standing, name: Behaviour): string => {
    const rates = standing.behaviours[name];
    return significant(BEHAVIOURS[name].per === "chain" ? rates.perChain : rates.per100Operations);
  };
  return section(
    "behaviours",
    "What they do when they think",
    table(
      "Occurrences per 100 operations, or per chain where it says so",
      [
        {
          name: "behaviour",
          cell: (name: Behaviour) => (BEHAVIOURS[name].per === "chain" ? `${name}, a chain` : name),
        },
        ...standings.map((standing) => ({ name: standing.title, cell: (name: Behaviour) => rate(standing, name) })),
      ],
      BEHAVIOUR_NAMES,
    ),
    list(BEHAVIOUR_NAMES.map((name) => `${name}: ${BEHAVIOURS[name].means}`)),
  );
}

function map(result: Comparison): Html | null {
  const title = "Where one more unit of compute is better spent";
  if (result.map === null) {
    return result.unmapped === undefined ? null : section("map", title, paragraphs([noMap(result.unmapped)]));
  }
  return section(
    "map",
    title,
    chart(
      mapPanel(result, SIZE),
      `Accuracy of ${result.map.title} at its checkpoints, each given more and more test-time compute in the cheapest way that was measured: one chain cut at some length, or a vote among several. Lines join what is equally accurate. An arrow to the right says that twice the training gains more than twice the thinking from there; an arrow upwards, the other way round.`,
    ),
  );
}

function methods(standings: readonly Standing[]): Html {
  return section(
    "methods",
    "What each does",
    table(
      "Methods and the hypothesis that each is an instance of",
      [
        { name: "method", cell: (s) => s.title },
        { name: "hypothesis", cell: (s) => s.hypothesis, words: true },
        { name: "what it does", cell: (s) => s.summary, words: true },
      ],
      standings,
    ),
    list(Object.entries(HYPOTHESES).map(([name, means]) => `${name}: ${means}`)),
  );
}

function failures({ failures: failed }: Comparison): Html | null {
  if (failed.length === 0) return null;
  return section(
    "failures",
    "What did not finish",
    list(failed.map(({ name, seed, reason }) => `${name}, seed ${seed}: ${reason}`)),
  );
}
