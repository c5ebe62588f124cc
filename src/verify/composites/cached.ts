/**
 * A verifier that remembers: an answer is verified once. What is unscored is not remembered, as the next time may go better;
 * equal questions that come together are asked once. The oldest is forgotten first.
 */

import { createHash } from "node:crypto";
import { MullError } from "../../core/errors.ts";
import type { Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { unscored, type Verdict } from "../../core/verdict.ts";

/**
 * @param entries verdicts kept, at most
 * @throws MullError `usage` for a number of entries below 1
 * @example
 * import { ExactVerifier } from "../exact.ts";
 * const verifier = cached(new ExactVerifier(), 1000);
 * (await verifier.verify({ id: "p", prompt: "?", answer: "yes" }, "yes")).status; // "correct"
 */
export function cached(verifier: Verifier, entries = 10_000): Verifier {
  if (!(entries >= 1)) throw new MullError("usage", `a cache of ${entries} entries, expected at least 1`);
  const known = new Map<string, Promise<Verdict>>();
  return {
    name: verifier.name,
    async verify(problem, completion, options) {
      if (options?.signal?.aborted === true) return unscored("stopped before it was verified");
      const key = keyOf(problem, completion);
      const remembered = known.get(key);
      if (remembered !== undefined) {
        known.delete(key);
        known.set(key, remembered); // the newest again
        const verdict = await remembered;
        if (verdict.status !== "unscored") return verdict;
      }
      const asking = verifier.verify(problem, completion, options);
      known.set(key, asking);
      const oldest = known.keys().next().value;
      if (known.size > entries && oldest !== undefined) known.delete(oldest);
      const forget = (): void => {
        if (known.get(key) === asking) known.delete(key);
      };
      asking.then(({ status }) => status === "unscored" && forget(), forget);
      return asking;
    },
  };
}

/** Everything that a verdict may depend on. */
function keyOf({ id, prompt, answer, data }: Problem, completion: string): string {
  return createHash("sha256")
    .update(JSON.stringify([id, prompt, answer, data, completion]))
    .digest("base64");
}
