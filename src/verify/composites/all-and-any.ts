/**
 * Verifiers joined by logic of three values (Kleene): `all` is wrong where one is wrong, else unscored where one is, else correct;
 * `any` is correct where one is correct, else unscored where one is, else wrong. Members are asked together.
 */

import type { Verifier } from "../../core/interfaces.ts";
import { correct, unscored, type Verdict, wrong } from "../../core/verdict.ts";
import { asked, brief, checkMembers, named } from "./members.ts";

/**
 * The score is the least of the members' scores.
 *
 * @throws MullError `usage` without members
 * @example
 * import { ExactVerifier } from "../exact.ts";
 * const both = allOf([new ExactVerifier(), new ExactVerifier({ ignoreCase: true })]);
 * (await both.verify({ id: "p", prompt: "?", answer: "Yes" }, "yes")).status; // "wrong"
 */
export function allOf(members: readonly Verifier[]): Verifier {
  checkMembers(members);
  return {
    name: `all of ${named(members)}`,
    async verify(problem, completion, options) {
      const verdicts = await asked(members, problem, completion, options);
      const scores = verdicts.flatMap((verdict) => ("score" in verdict ? [verdict.score] : []));
      return decide(
        members,
        verdicts,
        "wrong",
        (reason) => wrong(reason, Math.min(...scores)),
        (reason) => correct(reason, Math.min(...scores)),
      );
    },
  };
}

/**
 * The score is the greatest of the members' scores.
 *
 * @throws MullError `usage` without members
 * @example
 * import { ExactVerifier } from "../exact.ts";
 * const either = anyOf([new ExactVerifier(), new ExactVerifier({ ignoreCase: true })]);
 * (await either.verify({ id: "p", prompt: "?", answer: "Yes" }, "yes")).status; // "correct"
 */
export function anyOf(members: readonly Verifier[]): Verifier {
  checkMembers(members);
  return {
    name: `any of ${named(members)}`,
    async verify(problem, completion, options) {
      const verdicts = await asked(members, problem, completion, options);
      const scores = verdicts.flatMap((verdict) => ("score" in verdict ? [verdict.score] : []));
      return decide(
        members,
        verdicts,
        "correct",
        (reason) => correct(reason, Math.max(...scores)),
        (reason) => wrong(reason, Math.max(...scores)),
      );
    },
  };
}

/** One of `decisive` decides; else what is unscored leaves it open; else the other. */
function decide(
  members: readonly Verifier[],
  verdicts: readonly Verdict[],
  decisive: "correct" | "wrong",
  decided: (reason: string) => Verdict,
  other: (reason: string) => Verdict,
): Verdict {
  const at = (status: Verdict["status"]): number => verdicts.findIndex((verdict) => verdict.status === status);
  const said = (i: number): string => brief(members[i], verdicts[i]);
  const decider = at(decisive);
  if (decider >= 0) return decided(said(decider));
  const open = at("unscored");
  return open >= 0 ? unscored(said(open)) : other(said(0));
}
