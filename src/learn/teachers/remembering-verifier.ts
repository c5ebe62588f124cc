/** A verifier that judges a chain of a problem once, however often a search comes to it, and knows which were right. */

import type { Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import type { Verdict } from "../../core/verdict.ts";

/**
 * Of one problem.
 *
 * @example
 * import { correct, wrong } from "../../core/verdict.ts";
 * const verify = async (_: Problem, text: string) => (text === "4" ? correct("it is") : wrong("it is not"));
 * const judge = new RememberingVerifier({ name: "four", verify });
 * for (const text of ["4", "5", "4"]) await judge.verify({ id: "p", prompt: "2 + 2" }, text);
 * await judge.right(); // ["4"]
 */
export class RememberingVerifier implements Verifier {
  readonly name: string;
  readonly #verifier: Verifier;
  readonly #verdicts = new Map<string, Promise<Verdict>>();

  constructor(verifier: Verifier) {
    this.name = verifier.name;
    this.#verifier = verifier;
  }

  verify(problem: Problem, text: string, options?: { readonly signal?: AbortSignal }): Promise<Verdict> {
    const known = this.#verdicts.get(text);
    if (known !== undefined) return known;
    const verdict = this.#verifier.verify(problem, text, options);
    this.#verdicts.set(text, verdict);
    return verdict;
  }

  /** In [0, 1]; what cannot be scored is worth nothing. */
  async worth(problem: Problem, text: string, options?: { readonly signal?: AbortSignal }): Promise<number> {
    const verdict = await this.verify(problem, text, options);
    return verdict.status === "unscored" ? 0 : verdict.score;
  }

  /** Distinct chains that were found right, in no order. */
  async right(): Promise<string[]> {
    const judged = await Promise.all(
      [...this.#verdicts].map(async ([text, verdict]) => [text, await verdict] as const),
    );
    return judged.flatMap(([text, { status }]) => (status === "correct" ? [text] : []));
  }
}
