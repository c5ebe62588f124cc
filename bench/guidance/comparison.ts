/** Every contender at every budget, with intervals over problems, and against best-of-n at the same FLOPs: what search won or lost. */

import type { Rng } from "../../src/core/rng.ts";
import { type Interval, meanInterval, pairedDifference } from "../../src/measure/bootstrap.ts";
import { type Candidate, type Choice, isRight } from "./candidates.ts";
import { CONTENDERS, type Contender } from "./contenders.ts";

const VERDICTS = ["wins", "fails", "cannot be told"] as const;
export type Verdict = (typeof VERDICTS)[number];

export type Entry = {
  readonly contender: Contender;
  /** FLOPs of a problem. */
  readonly budget: number;
  readonly accuracy: number;
  readonly ci: Interval;
  /** Share of problems with a right chain to choose from. */
  readonly found: number;
  /** Chains with an answer to choose from, in the mean. */
  readonly candidates: number;
  /** Accuracy less that of best-of-n, on the same problems; null for best-of-n. */
  readonly over: { readonly difference: number; readonly ci: Interval; readonly verdict: Verdict } | null;
};

/**
 * @param candidates of each contender and problem, the problems in the same order
 * @param strata of each problem
 */
export function compareAt(
  budgets: readonly number[],
  candidates: Readonly<Record<Contender, readonly (readonly Candidate[])[]>>,
  strata: readonly string[],
  rng: Rng,
): Entry[] {
  return budgets.flatMap((budget) => {
    const rightness = (contender: Contender, choice: Choice = choiceOf(contender)): number[] =>
      candidates[contender].map((own) => (isRight(own, budget, choice) ? 1 : 0));
    const reference = rightness("best-of-n");
    return CONTENDERS.map((contender): Entry => {
      const own = rightness(contender);
      const options = { rng: rng.split(contender, budget), strata };
      const { mean: accuracy, ci } = meanInterval(own, options);
      const there = candidates[contender].map((each) => each.filter(({ flops }) => flops <= budget).length);
      const entry = {
        contender,
        budget,
        accuracy,
        ci,
        found: mean(rightness(contender, "any")),
        candidates: mean(there),
      };
      if (contender === "best-of-n") return { ...entry, over: null };
      const difference = pairedDifference(reference, own, { ...options, rng: rng.split("over", contender, budget) });
      return { ...entry, over: { difference: difference.mean, ci: difference.ci, verdict: verdictOf(difference.ci) } };
    });
  });
}

function choiceOf(contender: Contender): Choice {
  return contender === "majority" ? "majority" : "value";
}

/** By the interval of the difference alone: one that holds 0 tells nothing. */
export function verdictOf([lo, hi]: Interval): Verdict {
  if (lo > 0) return "wins";
  return hi < 0 ? "fails" : "cannot be told";
}

/** A sentence a contender: at which budgets it wins over best-of-n, and at which it fails. */
export function sentencesOf(entries: readonly Entry[]): string[] {
  return CONTENDERS.filter((contender) => contender !== "best-of-n").map((contender) => {
    const own = entries.filter((entry) => entry.contender === contender);
    const told = VERDICTS.flatMap((verdict) => {
      const budgets = own.filter(({ over }) => over?.verdict === verdict).map(({ budget }) => inFlops(budget));
      return budgets.length === 0 ? [] : [`${verdict} at ${budgets.join(", ")}`];
    });
    return `${contender} against best-of-n by the same value: ${told.join("; ")}`;
  });
}

export function inFlops(flops: number): string {
  return flops.toExponential(1).replace("e+", "e");
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
