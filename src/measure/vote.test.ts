import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { MullError } from "../core/errors.ts";
import { Rng } from "../core/rng.ts";
import { bestOfK } from "./best-of-k.ts";
import { passAtK } from "./pass-at-k.ts";
import { forEachSubset } from "./subsets.ts";
import { majorityAtK, weightedAtK } from "./vote.ts";
import type { Vote } from "./votes.ts";

const close = (actual: number, expected: number, tolerance = 1e-10) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

/** "a" is right, any other letter wrong, "." an abstention; a digit behind is the score in tenths. */
const votes = (text: string): Vote[] =>
  text.split(" ").map((word) => ({
    answer: word[0] === "." ? null : (word[0] as string),
    correct: word[0] === "a",
    ...(word.length > 1 ? { score: Number(word[1]) / 10 } : {}),
  }));

/** Mean over all k-subsets of a rule given by its definition. */
function byEnumeration(chains: readonly Vote[], k: number, rule: (chosen: readonly Vote[]) => number): number {
  let sum = 0;
  let subsets = 0;
  forEachSubset(chains.length, k, (subset) => {
    sum += rule([...subset].map((i) => chains[i] as Vote));
    subsets++;
  });
  return sum / subsets;
}

/** The definition of a weighted vote: sums by answer, a tie is worth its mean; `worth` is an answer's share correct. */
const voteBy =
  (chains: readonly Vote[], weight: (vote: Vote) => number) =>
  (chosen: readonly Vote[]): number => {
    const sums = new Map<string, number>();
    for (const vote of chosen)
      if (vote.answer !== null) sums.set(vote.answer, (sums.get(vote.answer) ?? 0) + weight(vote));
    const best = Math.max(...sums.values());
    const winners = [...sums].filter(([, total]) => total === best).map(([answer]) => answer);
    const worth = (answer: string): number => {
      const same = chains.filter((vote) => vote.answer === answer);
      return same.filter((vote) => vote.correct).length / same.length;
    };
    return winners.length === 0 ? 0 : winners.reduce((sum, answer) => sum + worth(answer), 0) / winners.length;
  };

const anyVote = fc.oneof(
  fc.record({ answer: fc.constant(null), correct: fc.constant(false), score: fc.integer({ min: 0, max: 4 }) }),
  fc.record({
    answer: fc.constantFrom("a", "b", "c", "d"),
    correct: fc.boolean(),
    score: fc.integer({ min: 0, max: 4 }),
  }),
);
const sampled = fc
  .array(anyVote, { minLength: 1, maxLength: 9 })
  .chain((chains) => fc.record({ chains: fc.constant(chains), k: fc.integer({ min: 1, max: chains.length }) }));

describe("majority@k", () => {
  test("golden values by hand", () => {
    const exact = (text: string, k: number) => {
      const result = majorityAtK(votes(text), k);
      assert.equal(result.exact, true);
      return result.accuracy;
    };
    close(exact("a a b", 1), 2 / 3);
    close(exact("a a b", 2), 2 / 3); // aa 1, ab 1/2, ab 1/2
    close(exact("a a b", 3), 1);
    close(exact("a b c", 3), 1 / 3); // a tie of three
    close(exact("a . .", 1), 1 / 3); // an abstention alone is no answer
    close(exact("a . .", 2), 2 / 3); // one right vote decides, two abstentions are wrong
    close(exact("a . .", 3), 1); // abstentions never outvote
    close(exact(". .", 2), 0);
    close(exact("a b b . .", 5), 0);
    close(exact("a a b b", 3), 1 / 2); // of 4 subsets 2 have two a
  });

  test("equals enumeration for every k", () => {
    fc.assert(
      fc.property(sampled, ({ chains, k }) => {
        close(
          majorityAtK(chains, k).accuracy,
          byEnumeration(
            chains,
            k,
            voteBy(chains, () => 1),
          ),
        );
      }),
      { numRuns: 300 },
    );
  });

  test("is exact at the size of the curve: 64 chains, two answers, k odd, is a hypergeometric tail", () => {
    // 40 right and 24 wrong votes, k = 3: P(at least 2 right) = [C(40,2)*24 + C(40,3)] / C(64,3)
    const chains = votes([...new Array(40).fill("a"), ...new Array(24).fill("b")].join(" "));
    close(majorityAtK(chains, 3).accuracy, (780 * 24 + 9880) / 41_664);
    close(majorityAtK(chains, 64).accuracy, 1);
    // Symmetric: 32 against 32 is a coin flip at every k.
    const even = votes([...new Array(32).fill("a"), ...new Array(32).fill("b")].join(" "));
    for (const k of [1, 2, 7, 31, 32, 63, 64]) close(majorityAtK(even, k).accuracy, 1 / 2);
  });

  test("sampling agrees with the exact value, and asks for a generator", () => {
    const chains = votes(
      [...new Array(14).fill("a"), ...new Array(9).fill("b"), ...new Array(9).fill("c"), ".", "."].join(" "),
    );
    const exact = majorityAtK(chains, 8).accuracy;
    const forced = { exactCost: 0, enumerated: 0, subsets: 20_000 };
    const estimate = majorityAtK(chains, 8, { ...forced, rng: new Rng(5) });
    assert.equal(estimate.exact, false);
    close(estimate.accuracy, exact, 0.015); // over four standard errors
    assert.deepEqual(majorityAtK(chains, 8, { ...forced, rng: new Rng(5) }), estimate);
    assert.throws(() => majorityAtK(chains, 8, forced), /too many 8-subsets/);
  });
});

describe("weighted@k", () => {
  test("golden values by hand", () => {
    close(weightedAtK(votes("a9 b4 b4"), 3).accuracy, 1); // .9 against .8
    close(weightedAtK(votes("a8 b4 b4"), 3).accuracy, 1 / 2); // a tie
    close(weightedAtK(votes("a1 b3 b3"), 2).accuracy, 0);
    close(weightedAtK(votes("a0 b0"), 2).accuracy, 1 / 2); // no weight at all: they tie
    close(weightedAtK(votes(". a2"), 1).accuracy, 1 / 2);
  });

  test("equals enumeration, and majority where all scores are equal", () => {
    fc.assert(
      fc.property(sampled, ({ chains, k }) => {
        const byScore = voteBy(chains, (each) => each.score ?? 0);
        close(weightedAtK(chains, k).accuracy, byEnumeration(chains, k, byScore));
        const equal = chains.map((each) => ({ ...each, score: 0.1 }));
        close(weightedAtK(equal, k).accuracy, majorityAtK(chains, k).accuracy);
      }),
    );
  });

  test("sums that differ by rounding alone tie", () => {
    const third = (answer: string, score: number) => ({ answer, correct: answer === "a", score });
    const chains = [third("a", 0.1), third("a", 0.2), third("b", 0.3)]; // 0.1 + 0.2 > 0.3 in floating point
    close(weightedAtK(chains, 3).accuracy, 1 / 2);
  });

  test("samples where subsets are many", () => {
    const chains = votes(
      [...new Array(20).fill("a3"), ...new Array(20).fill("b2"), ...new Array(4).fill(".")].join(" "),
    );
    assert.throws(() => weightedAtK(chains, 22), MullError);
    const { accuracy, exact } = weightedAtK(chains, 22, { rng: new Rng(1) });
    assert.equal(exact, false);
    assert.ok(accuracy > 0.8 && accuracy < 1, `${accuracy}`);
  });
});

describe("best-of-k", () => {
  test("golden values by hand", () => {
    close(bestOfK(votes("a9 b1"), 1), 1 / 2);
    close(bestOfK(votes("a9 b1"), 2), 1);
    close(bestOfK(votes("a5 b5"), 2), 1 / 2); // a tie of scores
    close(bestOfK(votes("a1 b9 c5"), 2), 0); // a is never the best of two
    close(bestOfK(votes("a1 . ."), 2), 2 / 3); // abstentions lose to any answer
  });

  test("equals enumeration", () => {
    fc.assert(
      fc.property(sampled, ({ chains, k }) => {
        // Ties of score are worth the level's share of correct chains, over all chains of that level.
        const rule = (chosen: readonly Vote[]): number => {
          const answered = chosen.filter((each) => each.answer !== null);
          if (answered.length === 0) return 0;
          const best = Math.max(...answered.map((each) => each.score as number));
          const tied = answered.filter((each) => each.score === best);
          return tied.filter((each) => each.correct).length / tied.length;
        };
        close(bestOfK(chains, k), byEnumeration(chains, k, rule));
      }),
    );
  });

  test("with the exact verifier as the score it is pass@k", () => {
    const chains = votes("a1 a1 b0 b0 . c0 a1 .").map((each) => ({ ...each, score: each.correct ? 1 : 0 }));
    for (let k = 1; k <= 8; k++) close(bestOfK(chains, k), passAtK({ n: 8, correct: 3 }, k));
  });
});

describe("votes that make no sense", () => {
  const rejects = (run: () => unknown, says: RegExp) =>
    assert.throws(run, (error) => error instanceof MullError && error.code === "input" && says.test(error.message));

  test("are refused with words", () => {
    rejects(() => majorityAtK(votes("a b"), 3), /from 1 to the 2 chains given, got 3/);
    rejects(() => majorityAtK(votes("a b"), 0), /got 0/);
    rejects(() => bestOfK(votes("a b"), 1), /finite score for the answer a, got undefined/);
    rejects(() => weightedAtK([{ answer: "a", correct: true, score: -1 }], 1), /scores >= 0, got -1/);
    rejects(() => weightedAtK([{ answer: "a", correct: true, score: Number.NaN }], 1), /got NaN/);
    rejects(() => majorityAtK([{ answer: null, correct: true }], 1), /no answer and yet is correct/);
  });
});
