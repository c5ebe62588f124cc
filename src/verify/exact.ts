/** Exact match: the completion is the reference answer, up to whitespace and, if asked, case. */

import type { Verifier } from "../core/interfaces.ts";
import type { Problem } from "../core/problem.ts";
import { correct, type Verdict, wrong } from "../core/verdict.ts";
import { againstReference } from "./reference.ts";

/**
 * @example
 * const problem = { id: "capital", prompt: "Capital of France?", answer: "Paris" };
 * const verdict = await new ExactVerifier().verify(problem, " Paris\n");
 * verdict.status; // "correct"
 */
export class ExactVerifier implements Verifier {
  readonly name = "exact";
  readonly #ignoreCase: boolean;

  constructor(options: { readonly ignoreCase?: boolean } = {}) {
    this.#ignoreCase = options.ignoreCase ?? false;
  }

  /** `unscored` where the problem has no reference answer. */
  async verify(
    problem: Problem,
    completion: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Verdict> {
    return againstReference(problem, completion, options.signal, (answer) => {
      const got = this.#normalise(completion);
      const expected = this.#normalise(answer);
      if (got === expected) return correct(`is ${brief(expected)}`);
      return wrong(
        got === "" ? `is empty, expected ${brief(expected)}` : `is ${brief(got)}, expected ${brief(expected)}`,
      );
    });
  }

  /** Runs of whitespace become one space; Unicode is composed (NFC), so that equal-looking texts are equal. */
  #normalise(text: string): string {
    const plain = text.normalize("NFC").trim().replace(/\s+/g, " ");
    return this.#ignoreCase ? plain.toLowerCase() : plain;
  }
}

function brief(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
