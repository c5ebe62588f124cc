/** The final answer of a chain of free text: the best candidate of the extraction as it stands (extraction/extract-answers.ts). */

import { extractAnswer } from "./extraction/extract-answers.ts";

/**
 * The answer as it is written, without the words around it; null where the text has none.
 *
 * @param problem the problem as the model saw it, which is never taken for an answer where the text repeats it
 * @example
 * finalAnswer("so that is \\boxed{\\frac{1}{2}}."); // "\\frac{1}{2}"
 * finalAnswer("3 + 4 = 7\n#### 7"); // "7"
 * finalAnswer("There are 12 of them, then 15."); // "15"
 */
export function finalAnswer(text: string, problem?: string): string | null {
  return extractAnswer(text, problem === undefined ? {} : { problem })?.text ?? null;
}
