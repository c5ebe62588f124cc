/** What verifiers check before they compare: that they were not stopped, that there is a reference, that the text is bounded. */

import { LIMITS } from "../core/limits.ts";
import type { Problem } from "../core/problem.ts";
import { unscored, type Verdict, wrong } from "../core/verdict.ts";

/** The verdict of `compare`, unless there is nothing to compare with: `unscored`, or a text that is too long: `wrong`. */
export function againstReference(
  problem: Problem,
  completion: string,
  signal: AbortSignal | undefined,
  compare: (answer: string) => Verdict,
): Verdict {
  if (signal?.aborted === true) return unscored("stopped before it was verified");
  if (problem.answer === undefined) return unscored(`problem ${problem.id} has no reference answer`);
  return tooLong(completion) ?? compare(problem.answer);
}

/** The verdict on a completion that is longer than is read; null for any other. */
export function tooLong({ length }: string): Verdict | null {
  const most = LIMITS.completionChars;
  return length > most ? wrong(`${length} characters long, and at most ${most} are read`) : null;
}
