/** What a report says of training, with the figures that tell of it and without. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CellCorrections } from "../cells/cell-state.ts";
import type { Comparison } from "../compare-result.ts";
import { findings } from "./findings.ts";
import { everyProblem, type MadeUp, madeUpComparison, PROBLEMS } from "./fixtures/comparison.ts";
import { compareHtml } from "./page.ts";
import { proxyTruths, proxyTruthWords } from "./proxy-truth.ts";
import { searchGains, searchGainWords } from "./search-gain.ts";

/** A value that goes along a line over 24 steps, and wavers by a hundredth with every step or every `period` steps. */
function along(from: number, to: number, period = 1): number[] {
  const waver = (i: number): number => (Math.floor(i / period) % 2 === 0 ? 0.01 : -0.01);
  return Array.from({ length: 24 }, (_, i) => from + ((to - from) * i) / 23 + waver(i));
}

function guidance(search: readonly number[], policy: readonly number[]): MadeUp {
  return {
    method: "guidance",
    steps: search.map((own, i) => ({ search: own, policy: policy[i] ?? 0 })),
  };
}

function evaluation(proxy: readonly number[], reward: readonly number[]): MadeUp {
  return { method: "evaluation", steps: proxy.map((own, i) => ({ proxy: own, reward: reward[i] ?? 0 })) };
}

const gainWords = (cell: MadeUp): string => searchGainWords(searchGains(madeUpComparison([cell]))).join(" ");
const proxyWords = (cell: MadeUp): string => proxyTruthWords(proxyTruths(madeUpComparison([cell]))).join(" ");

test("whether the gain of search shrinks, is told by the thirds of training", () => {
  const shrinking = gainWords(guidance(along(0.6, 0.8), along(0.2, 0.7)));
  assert.match(shrinking, /^guidance, roll-outs: in the first third of training search solved 63\.\d%/);
  assert.match(shrinking, /adds shrank \(−\d+\.\d points, 95% interval −\d+\.\d to −\d+\.\d points\)/);
  assert.match(gainWords(guidance(along(0.3, 0.8), along(0.2, 0.4))), /adds grew/);
  assert.match(gainWords(guidance(along(0.6, 0.7), along(0.3, 0.4, 2))), /cannot be told/);
  assert.match(gainWords(guidance([0.6, 0.6, 0.6], [0.5, 0.5, 0.5])), /too few/);
  assert.equal(gainWords({ method: "guidance", steps: [{ reward: 1 }] }), "");
});

test("reward hacking is an excess that grows, not one that was there", () => {
  assert.match(proxyWords(evaluation(along(0.5, 0.9), along(0.3, 0.2))), /grew .*did not rise with it: a sign/);
  assert.match(
    proxyWords(evaluation(along(0.3, 0.9), along(0.2, 0.5))),
    /excess over the truth grew \([^)]*\): a sign/,
  );
  assert.match(proxyWords(evaluation(along(0.6, 0.7), along(0.2, 0.7))), /no sign/);
  assert.match(proxyWords(evaluation(along(0.6, 0.7), along(0.2, 0.3, 2))), /cannot be told/);
});

/** Two kinds of correction, a search and a reward model. */
function whole(): Comparison {
  const counts = (recovered: number) => everyProblem({ attempted: 4, missed: 3, recovered, tokens: 120 });
  const row = (value: number): number[] => Array.from({ length: PROBLEMS }, () => value);
  const corrections = (backs: number): CellCorrections => ({
    operations: row(20),
    counts: { backtracking: row(backs), "early abandonment": row(2), "error correction": row(0), verification: row(1) },
  });
  const steps = [{ reward: 0.1 }, { reward: 0.2 }];
  return madeUpComparison([
    { ...guidance(along(0.6, 0.8), along(0.2, 0.7)), recovery: [counts(0), counts(1)] },
    evaluation(along(0.5, 0.9), along(0.3, 0.2)),
    { method: "combination", steps, recovery: [counts(0), counts(2)], corrections: corrections(1) },
    { method: "grpo", steps, recovery: [counts(0), counts(1)], corrections: corrections(3) },
    { method: "filter", steps, recovery: [counts(0), counts(0)], corrections: corrections(3) },
    { method: "base", recovery: [counts(0), counts(0)] },
  ]);
}

test("the page shows and says all that training told", () => {
  const result = whole();
  const page = compareHtml(result);
  for (const id of ["search-gain", "proxy", "correction"]) assert.ok(page.includes(`<section id="${id}"`), id);
  for (const name of ["combination, nearest (taught)", "GRPO (emerged)"]) assert.ok(page.includes(name), name);
  assert.ok(!page.includes("NaN") && !page.includes("undefined") && !page.includes("Infinity"));
  assert.ok(page.includes("those whose correction emerged from 0.0% (filter) to 33.3% (GRPO)."));
  assert.ok(
    page.includes("taught chains show less backtracking than the others. Of early abandonment, error correction, "),
  );
  const said = findings(result).join("\n");
  assert.match(said, /What search adds to the policy of guidance, roll-outs shrank/);
  assert.match(said, /reward model of evaluation, PPO .* grew, a sign of reward hacking/);
  assert.match(said, /end right in 66\.7%, .* in 16\.7%, on the 40 puzzles .*taught correction recovers more often/);
});

test("a comparison that tells nothing of it has the page of before", () => {
  const steps = [{ reward: 0.1 }, { reward: 0.2 }];
  const result = madeUpComparison([{ method: "combination", steps }, { method: "grpo", steps }, { method: "base" }]);
  const page = compareHtml(result);
  for (const id of ["search-gain", "proxy", "correction"]) assert.ok(!page.includes(`<section id="${id}"`), id);
  assert.ok(page.includes('<section id="behaviours"'));
  assert.ok(!/search adds|excess|first attempt/.test(findings(result).join("\n")));
});

test("behaviours of points alone, as older comparisons have them, are drawn", () => {
  const [cell] = madeUpComparison([{ method: "base" }]).cells;
  const { behaviours } = cell?.final ?? assert.fail();
  const steps = [{ reward: 0.1 }];
  const page = compareHtml(
    madeUpComparison([
      { method: "grpo", steps, behaviours },
      { method: "base", behaviours },
    ]),
  );
  assert.ok(page.includes('<section id="correction"') && page.includes("backtracking, times per 100 operations"));
  assert.ok(!page.includes("What became of chains") && !page.includes("first attempt missed, the share"));
});
