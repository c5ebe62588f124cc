/** What verifiers check before they compare: that they were not stopped, that there is a reference, that the text is bounded. */

import { LIMITS } from "../core/limits.ts";
import type { Problem } from "../core/problem.ts";
import { unscored, type Verdict, wrong } from "../core/verdict.ts";

/**
 * The verdict of `compare`, unless there is nothing to compare with: `unscored`, or a text that is too long: `wrong`. A
 * blank reference is none: an empty answer would be right.
 */
export function againstReference(
  problem: Problem,
  completion: string,
  signal: AbortSignal | undefined,
  compare: (answer: string) => Verdict,
): Verdict {
  const references = problem.answer === undefined ? [] : [problem.answer];
  return againstReferences(problem, references, completion, signal, ([answer]) => compare(answer as string));
}

/** The same of a problem with several accepted answers; `compare` gets those that are not blank, at least one. */
export function againstReferences(
  problem: Problem,
  references: readonly string[],
  completion: string,
  signal: AbortSignal | undefined,
  compare: (answers: readonly string[]) => Verdict,
): Verdict {
  if (signal?.aborted === true) return unscored("stopped before it was verified");
  const answers = references.filter((reference) => reference.trim() !== "");
  if (answers.length === 0) return unscored(`problem ${problem.id} has no reference answer`);
  return tooLong(completion) ?? compare(answers);
}

/** The verdict on a completion that is longer than is read; null for any other. */
export function tooLong({ length }: string): Verdict | null {
  const most = LIMITS.completionChars;
  return length > most ? wrong(`${length} characters long, and at most ${most} are read`) : null;
}
