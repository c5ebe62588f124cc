/**
 * Choosing among the chains of a problem: by vote, by a vote weighted with scores, by the best score, and what an exact verifier would
 * choose; each over all subsets of so many chains, or many random ones. Two readings of what a chain answers:
 *
 *   claimed   what it says is solved; a chain that says nothing abstains
 *   reached   what its last complete attempt comes to, whether or not the chain says so: the case of tasks whose chains always end in
 *             an answer, as in mathematics, and where nobody but a scorer can say which
 */

import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import { bestOfK } from "../../measure/best-of-k.ts";
import { type Interval, meanInterval, pairedDifference } from "../../measure/bootstrap.ts";
import { passAtK, shareAvoiding } from "../../measure/pass-at-k.ts";
import { majorityAtK, weightedAtK } from "../../measure/vote.ts";
import type { Vote } from "../../measure/votes.ts";
import type { StateTruth } from "../../tasks/countdown/solvability.ts";
import { extractAnswer, judge } from "../../tasks/countdown/verifier.ts";

export const READINGS = ["claimed", "reached"] as const;
export type Reading = (typeof READINGS)[number];

export type ScoredChain = {
  readonly problem: Problem;
  readonly steps: readonly string[];
  readonly scores: readonly number[];
  readonly truths: readonly (StateTruth | null)[];
};

export type Estimate = { readonly value: number; readonly ci: Interval };

export type Choosing = {
  readonly reading: Reading;
  readonly n: number;
  readonly problems: number;
  /** One chain. */
  readonly single: Estimate;
  readonly majority: Estimate;
  readonly weighted: Estimate;
  readonly best: Estimate;
  /** What an exact verifier reaches. */
  readonly ceiling: Estimate;
  /** Weighted less majority, and best less majority, problem by problem. */
  readonly weightedGain: Estimate;
  readonly bestGain: Estimate;
};

/** Proxy and truth as a score is maximised over more and more chains: where they part, the scorer is fooled. */
export type Pressure = {
  readonly reading: Reading;
  readonly n: number;
  /** Mean score of the chain that was chosen. */
  readonly proxy: number;
  /** Share of those that are right. */
  readonly truth: number;
  readonly truthCi: Interval;
};

/**
 * A chain's vote. Its score is the reward model's after the last operation of the answer, or after its last step for `outcome`.
 *
 * @example
 * import { problemOf } from "../../tasks/countdown/puzzle.ts";
 * const problem = problemOf({ numbers: [8, 3], target: 24 });
 * const truths = [{ solvable: false, left: 1 }, null];
 * voteOf({ problem, steps: ["8 + 3 =11", " give-up"], scores: [0.1, 0], truths }, "reached");
 * // { answer: "3+8", correct: false, score: 0.1 }
 */
export function voteOf({ problem, steps, scores, truths }: ScoredChain, reading: Reading, whole = false): Vote {
  const last = truths.findLastIndex((truth) => truth?.left === 1);
  const text = reading === "claimed" ? steps.join("") : `${steps.slice(0, last + 1).join("")} solved`;
  const answer = last < 0 ? null : extractAnswer(problem, text);
  if (answer === null) return { answer: null, correct: false, score: 0 };
  const score = scores[whole ? scores.length - 1 : last] as number;
  return { answer, correct: judge(problem, text).status === "correct", score };
}

/** Votes by problem, as many of each. */
export type Ballots = readonly (readonly Vote[])[];

/** @param rng draws subsets and resamples problems */
export function choosingOf(reading: Reading, ballots: Ballots, n: number, rng: Rng): Choosing {
  const subsets = { rng: rng.split("subsets"), subsets: 500 };
  const right = (votes: readonly Vote[]): number => votes.filter(({ correct }) => correct).length;
  const single = ballots.map((votes) => right(votes) / votes.length);
  const majority = ballots.map((votes) => majorityAtK(votes, n).accuracy);
  const weighted = ballots.map((votes) => weightedAtK(votes, n, subsets).accuracy);
  const best = ballots.map((votes) => bestOfK(votes, n));
  const ceiling = ballots.map((votes) => passAtK({ n: votes.length, correct: right(votes) }, n));
  const estimate = (name: string, values: number[]): Estimate => {
    const { mean, ci } = meanInterval(values, { rng: rng.split(name) });
    return { value: mean, ci };
  };
  const gain = (name: string, values: number[]): Estimate => {
    const { mean, ci } = pairedDifference(majority, values, { rng: rng.split(name) });
    return { value: mean, ci };
  };
  return {
    reading,
    n,
    problems: ballots.length,
    single: estimate("single", single),
    majority: estimate("majority", majority),
    weighted: estimate("weighted", weighted),
    best: estimate("best", best),
    ceiling: estimate("ceiling", ceiling),
    weightedGain: gain("weighted gain", weighted),
    bestGain: gain("best gain", best),
  };
}

/** For 1, 2, 4 ... chains. Chains without an answer are not chosen unless there is no other, and then score 0. */
export function pressureOf(reading: Reading, ballots: Ballots, rng: Rng): Pressure[] {
  const most = Math.min(...ballots.map((votes) => votes.length));
  const sizes = Array.from({ length: Math.floor(Math.log2(most)) + 1 }, (_, i) => 2 ** i);
  return sizes.map((n) => {
    const truths = ballots.map((votes) => bestOfK(votes, n));
    const { mean, ci } = meanInterval(truths, { rng: rng.split(n) });
    const proxy = ballots.reduce((sum, votes) => sum + expectedBest(votes, n), 0) / ballots.length;
    return { reading, n, proxy, truth: mean, truthCi: ci };
  });
}

/** The mean over all n-subsets of the greatest score. */
function expectedBest(votes: readonly Vote[], n: number): number {
  const scores = votes.map(({ score = 0 }) => score).sort((a, b) => b - a);
  let mean = 0;
  for (const [i, score] of scores.entries()) {
    mean += score * (shareAvoiding(scores.length, i, n) - shareAvoiding(scores.length, i + 1, n));
  }
  return mean;
}
