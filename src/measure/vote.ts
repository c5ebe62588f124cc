/**
 * majority@k and weighted@k: how often the vote of k chains is right, over ALL k-subsets of the n chains, not prefixes.
 *
 * The answer with the most votes (or the largest sum of scores; Wang et al. 2022, "Self-Consistency"; Li et al. 2023,
 * "Making Large Language Models Better Reasoners with Step-Aware Verifier") is the problem's answer. Rules:
 * - A chain without an answer abstains. Where all k abstain there is no answer, and that is wrong.
 * - Ties are broken uniformly at random, and what is returned is the expectation over the tie-break. Two sums of scores
 *   tie when they differ by less than 1e-12 of the larger.
 * - An answer is worth the share of its chains that are correct. That is 0 or 1 where the verifier judges the answer
 *   alone; a verifier that reads the whole chain may accept one chain and reject another with the same answer, and
 *   then the chain that speaks for the winning answer is drawn uniformly.
 *
 * majority@k is exact (see `majority.ts`) up to a stated cost. Sums of real scores admit no such programme: weighted@k
 * is enumerated where C(n, k) is small, and otherwise estimated from a stated number of random subsets.
 */

import { MullError } from "../core/errors.ts";
import type { Rng } from "../core/rng.ts";
import { expectedMajority, majorityCost } from "./majority.ts";
import { forEachRandomSubset, forEachSubset, subsetCount } from "./subsets.ts";
import { type AnswerGroups, checkVotes, groupVotes, scoreOf, type Vote } from "./votes.ts";

export type VoteOptions = {
  /** Draws the subsets where the exact value costs too much; without it, that is an error. */
  readonly rng?: Rng;
  /** Random subsets a problem. Default 2,000: a standard error of at most .011 a problem. */
  readonly subsets?: number;
  /** The most multiplications of the exact majority. Default 5e7, a fraction of a second: n = 256 at any k. */
  readonly exactCost?: number;
  /** The most subsets that are enumerated. Default 20,000. */
  readonly enumerated?: number;
};

export type VoteResult = {
  /** Expected accuracy of the vote, in [0, 1]. */
  readonly accuracy: number;
  /** False where `accuracy` is an estimate from random subsets. */
  readonly exact: boolean;
};

/**
 * majority@k of one problem. Throws `input` for a k outside 1..n, and where sampling is needed but no rng was given.
 *
 * @example
 * majorityAtK([{ answer: "a", correct: true }, { answer: "a", correct: true }, { answer: "b", correct: false }], 3);
 * // { accuracy: 1, exact: true }
 */
export function majorityAtK(votes: readonly Vote[], k: number, options: VoteOptions = {}): VoteResult {
  checkVotes("majority@k", votes, k);
  const answers = groupVotes(votes);
  if (majorityCost(votes.length, k) <= (options.exactCost ?? 5e7)) {
    const groups = answers.groups.map((group) => ({ size: group.size, value: group.correct / group.size }));
    return { accuracy: expectedMajority(groups, answers.abstentions, k), exact: true };
  }
  return overSubsets("majority@k", answers, new Float64Array(votes.length).fill(1), k, options);
}

/**
 * Weighted majority@k of one problem: the answer with the largest sum of scores. Scores must be finite and >= 0; one
 * that is 0 counts for nothing, and where all are 0 the answers tie.
 *
 * @example
 * weightedAtK([{ answer: "a", correct: true, score: 0.9 }, { answer: "b", correct: false, score: 0.2 }], 2);
 * // { accuracy: 1, exact: true }
 */
export function weightedAtK(votes: readonly Vote[], k: number, options: VoteOptions = {}): VoteResult {
  checkVotes("weighted@k", votes, k);
  const scores = Float64Array.from(votes, (vote) => (vote.answer === null ? 0 : scoreOf("weighted@k", vote)));
  const negative = scores.findIndex((score) => score < 0);
  if (negative >= 0) {
    throw new MullError("input", `weighted@k: expected scores >= 0, got ${scores[negative]} for chain ${negative}`, {
      hint: "map scores to [0, 1] first, for example by a sigmoid",
    });
  }
  return overSubsets("weighted@k", groupVotes(votes), scores, k, options);
}

/** Enumerates the subsets where they are few, samples them otherwise. */
function overSubsets(
  where: string,
  answers: AnswerGroups,
  scores: Float64Array,
  k: number,
  options: VoteOptions,
): VoteResult {
  const n = scores.length;
  const poll = poller(answers, scores);
  let sum = 0;
  let polled = 0;
  const visit = (subset: Int32Array): void => {
    sum += poll(subset);
    polled++;
  };
  const exact = subsetCount(n, k) <= (options.enumerated ?? 20_000);
  if (exact) {
    forEachSubset(n, k, visit);
  } else {
    if (options.rng === undefined) {
      throw new MullError("input", `${where}: ${n} chains have too many ${k}-subsets for an exact value`, {
        hint: "pass options.rng to sample subsets, or raise options.enumerated",
      });
    }
    forEachRandomSubset(n, k, options.subsets ?? 2_000, options.rng, visit);
  }
  return { accuracy: sum / polled, exact };
}

/** What the vote of one subset is worth. The scratch arrays live as long as the closure. */
function poller({ groupOf, groups }: AnswerGroups, scores: Float64Array): (subset: Int32Array) => number {
  const total = new Float64Array(groups.length);
  const seen = new Uint8Array(groups.length);
  const present = new Int32Array(groups.length);
  const value = Float64Array.from(groups, (group) => group.correct / group.size);
  return (subset) => {
    let candidates = 0;
    for (const i of subset) {
      const g = groupOf[i]!;
      if (g < 0) continue;
      if (seen[g] === 0) {
        seen[g] = 1;
        total[g] = 0;
        present[candidates++] = g;
      }
      total[g]! += scores[i]!;
    }
    let best = 0;
    for (let c = 0; c < candidates; c++) best = Math.max(best, total[present[c]!]!);
    let worth = 0;
    let winners = 0;
    for (let c = 0; c < candidates; c++) {
      const g = present[c]!;
      seen[g] = 0;
      if (total[g]! < best * (1 - 1e-12)) continue;
      worth += value[g]!;
      winners++;
    }
    return winners === 0 ? 0 : worth / winners;
  };
}
