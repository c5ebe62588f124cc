/** The final answer of a chain of free text, compared with the reference up to its writing. */

import type { Verifier } from "../core/interfaces.ts";
import { LIMITS } from "../core/limits.ts";
import type { Problem } from "../core/problem.ts";
import { correct, unscored, type Verdict, wrong } from "../core/verdict.ts";
import { canonicalAnswer } from "./canonical-answer.ts";
import { finalAnswer } from "./final-answer.ts";

/**
 * A reference that is itself a worked solution (GSM8K's end with `#### 7`) counts by its own final answer.
 *
 * @example
 * const problem = { id: "half", prompt: "What is a half of one?", answer: "\\frac{1}{2}" };
 * const verdict = await new FinalAnswerVerifier().verify(problem, "It is \\boxed{0.5}.");
 * verdict.status; // "correct"
 */
export class FinalAnswerVerifier implements Verifier {
  readonly name = "final answer";

  /** `unscored` where the problem has no reference answer. */
  async verify(
    problem: Problem,
    completion: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Verdict> {
    if (options.signal?.aborted === true) return unscored("stopped before it was verified");
    if (problem.answer === undefined) return unscored(`problem ${problem.id} has no reference answer`);
    if (completion.length > LIMITS.completionChars) {
      return wrong(`${completion.length} characters long, and at most ${LIMITS.completionChars} are read`);
    }
    const found = extractFinalAnswer(completion);
    if (found === null) return wrong("states no answer");
    const expected = canonicalReference(problem.answer);
    if (found === expected) return correct(`answers ${found}`);
    return wrong(`answers ${found}, expected ${expected}`);
  }
}

/**
 * The canonical form of a chain's final answer; null where it states none.
 *
 * @example
 * extractFinalAnswer("The answer is 1,024."); // "1024"
 */
export function extractFinalAnswer(completion: string): string | null {
  const found = finalAnswer(completion);
  const canonical = found === null ? "" : canonicalAnswer(found);
  return canonical === "" ? null : canonical;
}

function canonicalReference(answer: string): string {
  const worked = /####|\\boxed/.test(answer) ? finalAnswer(answer) : null;
  return canonicalAnswer(worked ?? answer);
}
