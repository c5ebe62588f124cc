/**
 * Monologues that are right by construction: failed attempts of the model, spliced before one that came out right, so that
 * the text notices that it is wrong and recovers ("learning to correct"; Ye et al. 2024, Gandhi et al. 2024).
 *
 *   monologue = { failed attempt, turn }, right attempt, end
 *
 * Nothing is invented: every attempt is one that the model wrote for this problem.
 */

import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import type { Group } from "./rollouts.ts";

/** What a task says of its chains. */
export type Splicer = {
  /** Whole attempts of a chain; `miss` says how far from right each came, 0 for right. */
  readonly attempts: (problem: Problem, chain: string) => readonly { readonly text: string; readonly miss: number }[];
  /** Written after a failed attempt, before the next. */
  readonly turn: string;
  /** Written after the right one. */
  readonly end: string;
};

export type SpliceOptions = {
  /** Monologues a problem, at most. */
  readonly keep: number;
  /** Failed attempts in one, at most; how many there are is drawn evenly from 0 on. */
  readonly failures: number;
  /** Which failed attempts: any, or those that came nearest, the nearest last. */
  readonly choose: "random" | "nearest";
};

export type Monologue = {
  readonly problem: Problem;
  /** Up to the end of the last failed attempt; empty where there is none. */
  readonly failed: string;
  /** The turn, the right attempt and the end. */
  readonly recovery: string;
};

/**
 * Monologues of one group; none where no attempt came out right.
 *
 * @example
 * import { wrong } from "../../core/verdict.ts";
 * const problem = { id: "p", prompt: "?" };
 * const usage = { promptTokens: 1, completionTokens: 3 };
 * const chain = { problem, completion: { text: "a b C", finish: "end" as const, usage }, verdict: wrong("says no") };
 * const attempts = (_: Problem, text: string) => text.split(" ").map((word) => ({ text: word, miss: word === "C" ? 0 : 1 }));
 * const options = { keep: 1, failures: 2, choose: "random" as const };
 * const [first] = splice([chain], new Rng(2), { attempts, turn: "no:", end: "." }, options);
 * first?.recovery.endsWith("C ."); // true
 */
export function splice(group: Group, rng: Rng, splicer: Splicer, options: SpliceOptions): Monologue[] {
  const problem = group[0]?.problem;
  if (problem === undefined) return [];
  const attempts = distinct(group.flatMap(({ completion }) => splicer.attempts(problem, completion.text)));
  const right = attempts.filter(({ miss }) => miss === 0);
  const failed = attempts.filter(({ miss }) => miss !== 0);
  return rng
    .split("right")
    .shuffle(right)
    .slice(0, options.keep)
    .map(({ text }, i) => {
      const draw = rng.split("failed", i);
      const count = Math.min(failed.length, draw.int(options.failures + 1));
      const shuffled = draw.shuffle(failed);
      const chosen =
        options.choose === "random"
          ? shuffled.slice(0, count)
          : shuffled.toSorted((a, b) => b.miss - a.miss).slice(shuffled.length - count);
      const turned = chosen.map((attempt) => attempt.text).join(` ${splicer.turn} `);
      const recovery = [...(count === 0 ? [] : [splicer.turn]), text, splicer.end].join(" ");
      return { problem, failed: turned, recovery };
    });
}

function distinct<T extends { readonly text: string }>(attempts: readonly T[]): T[] {
  return [...new Map(attempts.map((attempt) => [attempt.text, attempt])).values()];
}
