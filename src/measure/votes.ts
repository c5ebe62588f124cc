/**
 * What a vote is: the canonical answer of one chain, whether it is right, and what a scorer thought of it.
 * Majority, weighted majority and best-of-k all read this record and refuse the same mistakes in it.
 */

import { MullError } from "../core/errors.ts";

export type Vote = {
  /** The answer in canonical form; null for a chain without one, which abstains. */
  readonly answer: string | null;
  /** The verifier's word. A chain it could not score does not belong here. */
  readonly correct: boolean;
  /** A scorer's opinion of the chain; weighted votes need it finite and not negative, best-of-k finite. */
  readonly score?: number;
};

/** Throws `input` unless 1 <= k <= votes.length and no chain without an answer claims to be correct. */
export function checkVotes(where: string, votes: readonly Vote[], k: number): void {
  if (!Number.isInteger(k) || k < 1 || k > votes.length) {
    throw new MullError("input", `${where}: expected a whole k from 1 to the ${votes.length} chains given, got ${k}`, {
      hint: "sample at least k scored chains of each problem, or ask for a smaller k",
    });
  }
  const odd = votes.findIndex((vote) => vote.answer === null && vote.correct);
  if (odd >= 0) {
    throw new MullError("input", `${where}: chain ${odd} has no answer and yet is correct`, {
      hint: "extract the canonical answer of every correct chain",
    });
  }
}

/** The vote's score, or an `input` error where it is missing or not finite. */
export function scoreOf(where: string, vote: Vote): number {
  if (vote.score === undefined || !Number.isFinite(vote.score)) {
    throw new MullError("input", `${where}: expected a finite score for the answer ${vote.answer}, got ${vote.score}`, {
      hint: "score every chain before a weighted vote or best-of-k; majority@k needs no scores",
    });
  }
  return vote.score;
}

/** A problem's distinct answers. */
export type AnswerGroups = {
  /** For each vote the number of its answer, -1 for an abstention. */
  readonly groupOf: Int32Array;
  readonly groups: readonly { readonly answer: string; readonly size: number; readonly correct: number }[];
  readonly abstentions: number;
};

/**
 * Groups votes by answer, in order of first appearance.
 *
 * @example
 * groupVotes([{ answer: "a", correct: true }, { answer: null, correct: false }]).abstentions; // 1
 */
export function groupVotes(votes: readonly Vote[]): AnswerGroups {
  const index = new Map<string, number>();
  const groups: { answer: string; size: number; correct: number }[] = [];
  const groupOf = new Int32Array(votes.length).fill(-1);
  let abstentions = 0;
  votes.forEach((vote, i) => {
    if (vote.answer === null) {
      abstentions++;
      return;
    }
    let g = index.get(vote.answer);
    if (g === undefined) {
      g = groups.length;
      index.set(vote.answer, g);
      groups.push({ answer: vote.answer, size: 0, correct: 0 });
    }
    const group = groups[g]!;
    group.size++;
    if (vote.correct) group.correct++;
    groupOf[i] = g;
  });
  return { groupOf, groups, abstentions };
}
