/** The final answer of a chain of free text, compared with the reference up to its writing. */

import type { Verifier } from "../core/interfaces.ts";
import type { Problem } from "../core/problem.ts";
import { correct, type Verdict, wrong } from "../core/verdict.ts";
import { canonicalAnswer } from "./canonical-answer.ts";
import { finalAnswer } from "./final-answer.ts";
import { againstReference } from "./reference.ts";

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
    return againstReference(problem, completion, options.signal, (answer) =>
      judgeAnswer(answer, extractFinalAnswer(completion, problem.prompt)),
    );
  }
}

/** The verdict on an answer in canonical form, for those who have it already. */
export function judgeAnswer(reference: string, found: string | null): Verdict {
  if (found === null) return wrong("states no answer");
  const expected = canonicalReference(reference);
  if (found === expected) return correct(`answers ${brief(found)}`);
  return wrong(`answers ${brief(found)}, expected ${brief(expected)}`);
}

function brief(answer: string): string {
  return answer.length > 100 ? `${answer.slice(0, 100)}...` : answer;
}

/**
 * The canonical form of a chain's final answer; null where it states none.
 *
 * @param problem the problem as the model saw it, which is never taken for an answer where the text repeats it
 * @example
 * extractFinalAnswer("The answer is 1,024."); // "1024"
 */
export function extractFinalAnswer(completion: string, problem?: string): string | null {
  const found = finalAnswer(completion, problem);
  const canonical = found === null ? "" : canonicalAnswer(found);
  return canonical === "" ? null : canonical;
}

function canonicalReference(answer: string): string {
  const worked = /####|\\boxed/.test(answer) ? finalAnswer(answer) : null;
  return canonicalAnswer(worked ?? answer);
}
