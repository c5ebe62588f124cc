/**
 * A weighted mean of scores against a threshold. A member that is unscored is left out, and its weight with it; where those that
 * are left have less than half of the weight, so is the whole.
 */

import { MullError } from "../../core/errors.ts";
import type { Verifier } from "../../core/interfaces.ts";
import { correct, unscored, wrong } from "../../core/verdict.ts";
import { asked, brief, checkMembers, named } from "./members.ts";

export type Weighted = { readonly verifier: Verifier /** Above 0. */; readonly weight: number };

/**
 * @param threshold the mean from which on it is correct, in [0, 1]
 * @throws MullError `usage` for a weight or a threshold out of range
 * @example
 * import { ExactVerifier } from "../exact.ts";
 * const strict = { verifier: new ExactVerifier(), weight: 1 };
 * const lenient = { verifier: new ExactVerifier({ ignoreCase: true }), weight: 3 };
 * const verdict = await weighted([strict, lenient], 0.7).verify({ id: "p", prompt: "?", answer: "Yes" }, "yes");
 * verdict.status; // "correct"
 */
export function weighted(members: readonly Weighted[], threshold = 0.5): Verifier {
  checkMembers(members);
  if (members.some(({ weight }) => !(weight > 0 && Number.isFinite(weight)))) {
    throw new MullError("usage", "a weight must be a number above 0");
  }
  if (!(threshold >= 0 && threshold <= 1)) throw new MullError("usage", `a threshold of ${threshold}, expected 0 to 1`);
  const verifiers = members.map(({ verifier }) => verifier);
  const all = members.reduce((sum, { weight }) => sum + weight, 0);
  return {
    name: `weighted ${named(verifiers)}`,
    async verify(problem, completion, options) {
      const verdicts = await asked(verifiers, problem, completion, options);
      let sum = 0;
      let counted = 0;
      for (const [i, verdict] of verdicts.entries()) {
        if (!("score" in verdict)) continue;
        const { weight } = members[i] as Weighted;
        sum += weight * verdict.score;
        counted += weight;
      }
      const open = verdicts.findIndex(({ status }) => status === "unscored");
      if (counted < all / 2) return unscored(brief(verifiers[open], verdicts[open]));
      const mean = sum / counted;
      const reason = `mean score ${mean.toFixed(2)}, ${brief(verifiers[0], verdicts[0])}`;
      return mean >= threshold ? correct(reason, mean) : wrong(reason, mean);
    },
  };
}
