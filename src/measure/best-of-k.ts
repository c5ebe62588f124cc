/**
 * Best-of-k by scores, the naive kind: of k chains the one with the highest score answers. Exact over all k-subsets.
 *
 * Sort the chains by score. With `above` chains strictly better than a level and m chains on it, the winner of a
 * k-subset is on that level with probability [C(n-above, k) - C(n-above-m, k)] / C(n, k), and by symmetry it is any of
 * the m with equal chance, so the level is worth its share of correct chains. Ties of score are thereby the expected
 * value over uniformly random tie-breaks. A chain without an answer abstains: it wins only where all k abstain, and
 * then there is no answer, which is wrong. With the exact verifier as the score this is pass@k.
 */

import { shareAvoiding } from "./pass-at-k.ts";
import { checkVotes, scoreOf, type Vote } from "./votes.ts";

/**
 * The probability that the best-scored of k chains is correct, in [0, 1].
 * Throws `input` unless 1 <= k <= votes.length and every chain with an answer has a finite score.
 *
 * @example
 * bestOfK([{ answer: "a", correct: true, score: 0.9 }, { answer: "b", correct: false, score: 0.1 }], 1); // 0.5
 */
export function bestOfK(votes: readonly Vote[], k: number): number {
  checkVotes("best-of-k", votes, k);
  const n = votes.length;
  const answered = votes.filter((vote) => vote.answer !== null);
  const ranked = answered
    .map((vote) => ({ score: scoreOf("best-of-k", vote), correct: vote.correct }))
    .sort((a, b) => b.score - a.score);

  let accuracy = 0;
  let noneBetter = 1; // P(no chain of a higher level is in the subset)
  for (let start = 0; start < ranked.length; ) {
    let end = start;
    let correct = 0;
    while (end < ranked.length && ranked[end]!.score === ranked[start]!.score) {
      if (ranked[end]!.correct) correct++;
      end++;
    }
    const noneBetterOrLevel = shareAvoiding(n, end, k);
    accuracy += (noneBetter - noneBetterOrLevel) * (correct / (end - start));
    noneBetter = noneBetterOrLevel;
    start = end;
  }
  return accuracy;
}
