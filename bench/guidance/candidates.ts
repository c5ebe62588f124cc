/**
 * What a search has to choose from, and when: every chain that came to an answer carries the FLOPs that were spent on its problem
 * by the time it was there. So one run up to the largest budget tells what each smaller budget would have answered.
 */

import { tally } from "../../src/search/majority.ts";

export type Candidate = {
  /** Canonical. */
  readonly answer: string;
  readonly right: boolean;
  /** What the value says of it. */
  readonly score: number;
  /** Of generation and scoring, when it could first be chosen. */
  readonly flops: number;
};

/** `value`: the highest score, the first of equals. `majority`: the answer of most, scores not looked at. `any`: no choice; whether one is right. */
export type Choice = "value" | "majority" | "any";

/**
 * Whether what would be answered within a budget is right; nothing to choose from is not.
 *
 * @param candidates in the order in which they came
 */
export function isRight(candidates: readonly Candidate[], budget: number, choice: Choice): boolean {
  const there = candidates.filter(({ flops }) => flops <= budget);
  if (choice === "any") return there.some(({ right }) => right);
  if (choice === "majority") {
    const first = tally(there.map(({ answer }) => answer))[0]?.first;
    return first !== undefined && (there[first] as Candidate).right;
  }
  let best: Candidate | undefined;
  for (const each of there) if (best === undefined || each.score > best.score) best = each;
  return best?.right ?? false;
}
