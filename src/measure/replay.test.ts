import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AGGREGATIONS } from "../core/aggregations.ts";
import { Rng } from "../core/rng.ts";
import type { ChainRecord } from "./chains.ts";
import { picksOf, recommend, replayCurves, sampleSizes } from "./replay.ts";
import { tallyText, textBehaviours } from "./text-behaviours.ts";

/** An answer in capitals is right. */
function chain(answer: string | null, score?: number, tokens = 10): ChainRecord {
  const correct = answer !== null && answer === answer.toUpperCase();
  const scored = score === undefined ? {} : { score };
  return { correct, answer, tokens, promptTokens: 0, solvedAt: correct ? tokens : null, ...scored };
}

const of = (...chains: ChainRecord[][]) => chains.map((all, i) => ({ problem: { id: `${i}` }, chains: all }));

describe("picks from the first k chains", () => {
  const chains = [chain("a", 0.5), chain("b", 0.4), chain(null, 0.9), chain("b", 0.3), chain("c", 0.6)];

  for (const [k, naive, weighted, majority] of [
    [1, "a", "a", "a"],
    [2, "a", "a", "a"],
    [4, "a", "b", "b"],
    [5, "c", "b", "b"],
  ] as const) {
    test(`k = ${k}`, () => assert.deepEqual(picksOf(chains, k), { naive, weighted, majority }));
  }

  test("without scores there is only a majority, and without answers nothing", () => {
    assert.deepEqual(picksOf([chain("a"), chain("a")], 2), { naive: null, weighted: null, majority: "a" });
    assert.deepEqual(picksOf([chain(null, 1)], 1), { naive: null, weighted: null, majority: null });
  });

  test("sums that differ by rounding alone tie, and the first answer wins", () => {
    const votes = [chain("a", 0.3), chain("b", 0.1), chain("b", 0.2)]; // .1 + .2 is a little more than .3
    assert.equal(picksOf(votes, 3).weighted, "a");
  });
});

describe("curves", () => {
  test("by hand: two problems of two chains", () => {
    const points = replayCurves(of([chain("A", 0.9), chain("b", 0.8, 30)], [chain("c", 0.2), chain("d", 0.1)]), {
      rng: new Rng(1),
    });
    const at = (strategy: string, n: number) => points.find((p) => p.strategy === strategy && p.n === n);
    assert.deepEqual(
      ["pass@n", "majority", "weighted", "best-of-n"].map((s) => [at(s, 1)?.accuracy, at(s, 2)?.accuracy]),
      [
        [0.25, 0.5],
        [0.25, 0.25], // a tie
        [0.25, 0.5],
        [0.25, 0.5],
      ],
    );
    assert.deepEqual([at("majority", 1)?.tokens, at("majority", 2)?.tokens], [15, 30]);
  });

  test("without scores there are no curves that need them; without counts no tokens", () => {
    const points = replayCurves(of([chain("A", undefined, 0), chain("b", undefined, 0)]), { rng: new Rng(1) });
    assert.deepEqual([...new Set(points.map(({ strategy }) => strategy))], ["pass@n", "majority"]);
    assert.ok(points.every(({ tokens }) => tokens === null));
    assert.deepEqual(recommend(points), []);
  });

  test("end where the problem with the fewest chains ends", () => {
    assert.deepEqual(sampleSizes(of(new Array(9).fill(chain("a")), new Array(6).fill(chain("a")))), [1, 2, 4, 6]);
    assert.deepEqual(sampleSizes(of([chain("a")])), [1]);
  });
});

test("a recommendation is the cheapest of what is most accurate, never pass@n", () => {
  const point = (strategy: "pass@n" | "majority" | "weighted", n: number, accuracy: number) => {
    return { strategy, n, accuracy, ci: [0, 1] as const, tokens: 10 * n, problems: 5 };
  };
  const points = [
    ...[point("pass@n", 2, 0.9), point("majority", 1, 0.5), point("majority", 2, 0.5)],
    ...[point("majority", 4, 0.6), point("weighted", 4, 0.7), point("weighted", 8, 0.65)],
  ];
  assert.deepEqual(
    recommend(points).map(({ budget, strategy, n }) => [budget, strategy, n]),
    [
      [10, "single", 1],
      [40, "weighted", 4],
    ],
  );
});

test("words that show a behaviour are counted, of right and of wrong chains", () => {
  const shown = textBehaviours([
    tallyText("Step 1: add. Wait, that is wrong. Let me check again. Wait.", false),
    tallyText("It awaits 12.", true),
  ]);
  assert.deepEqual(shown.backtracking, { showing: 0.5, perChain: 1, correct: 0, wrong: 2 });
  assert.deepEqual([shown.verification.perChain, shown["error correction"].perChain], [0.5, 0.5]);
  assert.deepEqual([shown["sub-goals"].showing, shown["giving up"].showing], [0.5, 0]);
});

test("the scores of a chain's steps become the chain's", () => {
  const scores = [0.5, 0.25, 0.75];
  const all = Object.entries(AGGREGATIONS).map(([name, aggregate]) => [name, aggregate(scores)]);
  assert.deepEqual(Object.fromEntries(all), { last: 0.75, min: 0.25, product: 0.09375, mean: 0.5 });
});
