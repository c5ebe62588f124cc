/**
 * A panel: all members are asked, most of those with an opinion decide, and disagreement is told. A tie is unscored: nobody
 * should learn from what the judges do not agree on.
 */

import type { Verifier } from "../../core/interfaces.ts";
import { correct, unscored, wrong } from "../../core/verdict.ts";
import { asked, brief, checkMembers, named } from "./members.ts";

/**
 * The score is the mean of the scores.
 *
 * @throws MullError `usage` without members
 * @example
 * import { ExactVerifier } from "../exact.ts";
 * const lenient = new ExactVerifier({ ignoreCase: true });
 * const verdict = await panel([new ExactVerifier(), lenient, lenient]).verify({ id: "p", prompt: "?", answer: "Yes" }, "yes");
 * verdict.status; // "correct"
 */
export function panel(members: readonly Verifier[]): Verifier {
  checkMembers(members);
  return {
    name: `panel of ${named(members)}`,
    async verify(problem, completion, options) {
      const verdicts = await asked(members, problem, completion, options);
      const count = (status: string): number => verdicts.filter((verdict) => verdict.status === status).length;
      const [right, against, open] = [count("correct"), count("wrong"), count("unscored")];
      const scores = verdicts.flatMap((verdict) => ("score" in verdict ? [verdict.score] : []));
      const mean = scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
      const silent = open === 0 ? "" : `, ${open} say nothing`;
      const tally =
        right === 0 || against === 0
          ? `all of ${right + against} agree`
          : `they disagree: ${right} say correct, ${against} wrong`;
      const side = right > against ? "correct" : "wrong";
      const first = verdicts.findIndex(({ status }) => status === side);
      const reason = `${tally}${silent}; ${brief(members[Math.max(0, first)], verdicts[Math.max(0, first)])}`;
      if (right === against) return unscored(reason);
      return right > against ? correct(reason, mean) : wrong(reason, mean);
    },
  };
}
