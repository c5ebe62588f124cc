/**
 * Cheap verifiers first: each is asked in turn until one is certain. One is certain where its verdict is scored and, for a correct
 * one, its score is at least `sure`; for a wrong one, at most 1 - `sure`. A stage may be trusted in one direction only: a
 * string comparison that says correct is right, one that says wrong may not be. The last is believed whatever it says.
 */

import type { Verifier } from "../../core/interfaces.ts";
import { unscored, type Verdict } from "../../core/verdict.ts";
import { brief, checkMembers, named } from "./members.ts";

export type Stage = {
  readonly verifier: Verifier;
  /** Which of its verdicts are believed. Default both. */
  readonly trusted?: "correct" | "wrong" | "both";
};

/**
 * @param sure default 1
 * @throws MullError `usage` without stages
 * @example
 * import { ExactVerifier } from "../exact.ts";
 * import { MathVerifier } from "../math/math-verifier.ts";
 * const verifier = cascade([{ verifier: new ExactVerifier(), trusted: "correct" }, { verifier: new MathVerifier() }]);
 * (await verifier.verify({ id: "p", prompt: "?", answer: "1/2" }, "0.5")).status; // "correct"
 */
export function cascade(stages: readonly Stage[], sure = 1): Verifier {
  checkMembers(stages);
  const verifiers = stages.map(({ verifier }) => verifier);
  return {
    name: `cascade ${named(verifiers)}`,
    async verify(problem, completion, options) {
      let last: Verdict = unscored("nobody was asked");
      for (const [i, { verifier, trusted = "both" }] of stages.entries()) {
        if (options?.signal?.aborted === true) return unscored("stopped before it was verified");
        const verdict = await verifier.verify(problem, completion, options);
        const told = { ...verdict, reason: brief(verifier, verdict) };
        if (i === stages.length - 1) return verdict.status === "unscored" && last.status !== "unscored" ? last : told;
        if (isCertain(verdict, trusted, sure)) return told;
        last = told;
      }
      return last;
    },
  };
}

function isCertain(verdict: Verdict, trusted: "correct" | "wrong" | "both", sure: number): boolean {
  if (verdict.status === "unscored" || (trusted !== "both" && trusted !== verdict.status)) return false;
  return verdict.status === "correct" ? verdict.score >= sure : verdict.score <= 1 - sure;
}
