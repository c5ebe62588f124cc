/**
 * Majority voting, or self-consistency (Wang et al. 2023): n chains are sampled and each votes for the answer it came
 * to; the answer with most votes wins. It needs no verifier.
 *
 * Votes are counted on the answer's canonical form. A chain without an answer (it gave up, or ran out) does not vote,
 * and where no chain votes the strategy abstains. Of answers with equal votes the one that was given by the chain of
 * the lowest index wins, and the first chain that gave the winner speaks for it.
 */

import type { Strategy } from "../core/interfaces.ts";
import { answerOf } from "./answer.ts";
import { type ChainOptions, sampleChains } from "./sample-chains.ts";

export type MajorityOptions = ChainOptions & {
  /** Chains. */
  readonly n: number;
};

/**
 * @param options.maxTokens of one chain; default its share of the budget
 * @example
 * majority({ n: 16 }).name; // "majority"
 */
export function majority({ n, ...options }: MajorityOptions): Strategy {
  return {
    name: "majority",
    async solve(problem, context) {
      const chains = await sampleChains(problem, context, n, options);
      const answers = chains.map(({ text }) => context.extract(problem, text));
      const winner = tally(answers)[0];
      return answerOf(problem, context, chains, winner === undefined ? null : winner.first);
    },
  };
}

export type Votes = {
  readonly answer: string;
  readonly votes: number;
  /** Index of the first chain that gave it. */
  readonly first: number;
};

/**
 * The answers by their votes, most first, equal ones in the order in which they were first given; null does not vote.
 *
 * @example
 * tally(["b", null, "a", "a"]); // [{ answer: "a", votes: 2, first: 2 }, { answer: "b", votes: 1, first: 0 }]
 */
export function tally(answers: readonly (string | null)[]): Votes[] {
  const counted = new Map<string, { answer: string; votes: number; first: number }>();
  for (const [i, answer] of answers.entries()) {
    if (answer === null) continue;
    const entry = counted.get(answer);
    if (entry === undefined) counted.set(answer, { answer, votes: 1, first: i });
    else entry.votes++;
  }
  return [...counted.values()].sort((x, y) => y.votes - x.votes || x.first - y.first);
}
