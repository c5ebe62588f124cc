/**
 * A majority vote that stops sampling when the rest would hardly matter: the chains are written a few at a time, and after
 * each round the leader is compared with the runner-up.
 *
 * Without `confidence` it stops when the leader cannot be caught by the chains that are left. It then answers what
 * `majority` of n answers, for less. With `confidence` it stops when the leader is probably the majority answer of infinitely
 * many chains (Adaptive-Consistency, Aggarwal et al. 2023): the share of the leader among the votes for the two has the
 * posterior Beta(v1 + 1, v2 + 1), and P(share > 1/2) must reach `confidence`.
 */

import type { Completion } from "../core/completion.ts";
import { MullError } from "../core/errors.ts";
import type { Strategy } from "../core/interfaces.ts";
import { answerOf } from "./answer.ts";
import { tally } from "./majority.ts";
import { type ChainOptions, chainRequests, writeChains } from "./sample-chains.ts";

export type AdaptiveMajorityOptions = ChainOptions & {
  /** Chains at most. */
  readonly n: number;
  /** Chains a round. Default 4: fewer save more chains, more wait less often. */
  readonly batch?: number;
  /** In (1/2, 1). Absent: until the leader cannot be caught. */
  readonly confidence?: number;
};

/**
 * @throws MullError `input` for a batch below 1 or a confidence outside (1/2, 1)
 * @example
 * adaptiveMajority({ n: 16, confidence: 0.95 }).name; // "adaptive-majority"
 */
export function adaptiveMajority({ n, batch = 4, confidence, ...options }: AdaptiveMajorityOptions): Strategy {
  if (!(Number.isInteger(batch) && batch >= 1)) throw new MullError("input", `batch is ${batch}, expected at least 1`);
  if (confidence !== undefined && !(confidence > 0.5 && confidence < 1)) {
    throw new MullError("input", `confidence is ${confidence}, expected a number between 0.5 and 1`);
  }
  return {
    name: "adaptive-majority",
    async solve(problem, context) {
      const requests = chainRequests(problem, context, n, options);
      const chains: Completion[] = [];
      const answers: (string | null)[] = [];
      while (chains.length < requests.length) {
        const round = requests.slice(chains.length, chains.length + batch);
        const written = await writeChains(context, round, chains.length);
        chains.push(...written);
        answers.push(...written.map(({ text }) => context.extract(problem, text)));
        const [leader, second] = tally(answers);
        const [v1, v2] = [leader?.votes ?? 0, second?.votes ?? 0];
        const left = requests.length - chains.length;
        // One who draws level later came later, and loses the tie, unless it is the runner-up that spoke first.
        const lead = v1 - v2 - (second !== undefined && leader !== undefined && second.first < leader.first ? 1 : 0);
        if (confidence === undefined ? lead >= left : beliefInLeader(v1, v2) >= confidence) break;
      }
      return answerOf(problem, context, chains, tally(answers)[0]?.first ?? null);
    },
  };
}

/**
 * P(share > 1/2) of a share that is Beta(v1 + 1, v2 + 1): the upper tail of a binomial, as both are whole.
 *
 * @example
 * beliefInLeader(0, 0); // 0.5
 * beliefInLeader(3, 0); // 0.9375
 */
export function beliefInLeader(v1: number, v2: number): number {
  const flips = v1 + v2 + 1;
  // P(at most v1 heads of v1 + v2 + 1 fair flips), summed by the ratio of neighbouring terms.
  let term = 0.5 ** flips;
  let sum = term;
  for (let heads = 1; heads <= v1; heads++) {
    term *= (flips - heads + 1) / heads;
    sum += term;
  }
  return Math.min(1, sum);
}
