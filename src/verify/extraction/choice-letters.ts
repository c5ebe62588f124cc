/**
 * Letters of choices as they are written: "(B)", "B.", "B:", "option B", "**B**", `\text{B}`, "A and C", a line that is "B".
 * A capital within a sentence is none: "A dog" and "I think" name no option.
 */

import { type Statement, stated, TAIL } from "./candidate.ts";

export type LetterMark = {
  /** From 0 for A. */
  readonly index: number;
  readonly start: number;
  readonly end: number;
  /** Where its marks end: "(B)" and "B." are longer than the letter. */
  readonly behind: number;
};

/** A letter with what makes it a choice: brackets, a stop or colon behind it, a word before it, or nothing else around it. */
const MARK = new RegExp(
  [
    String.raw`(?<=\()\s?([A-Z])\s?\)`,
    String.raw`(?<=\\(?:text|textbf|mathrm|mathbf|mathsf)\s?\{\s?\(?)([A-Z])\)?(?=\s?[}).:,])`,
    String.raw`(?<=\b(?:[Oo]ptions?|[Cc]hoices?|[Aa]nswers?)[\s:*]{1,4}(?:is\s)?)([A-Z])(?![\w'\u2019-])`,
    String.raw`(?<![\w.'\u2019$\\-])([A-Z])(?=\s?(?:[.):,;*$}]|$|\n|(?:and|or|&)\s+[*(]{0,3}[A-Z]\b|is\s(?:the\s)?(?:correct|right|true|not|wrong|incorrect|false)\b))[.):]?`,
    String.raw`(?<=(?:\b(?:and|or)|&|,)\s{1,2}[*(]{0,3})([B-HJ-Z])(?![\w'\u2019-])`,
    String.raw`(?<=^[\s*("]{0,8})([B-HJ-Z])(?![\w'\u2019.-])`,
  ].join("|"),
  "gm",
);

/**
 * @example
 * letterMarks("either (B) or C.").map(({ index }) => index); // [1, 2]
 * letterMarks("A dog, I think"); // []
 */
export function letterMarks(text: string): LetterMark[] {
  return [...text.matchAll(MARK)].map((match) => {
    const letter = match.slice(1).find((group) => group !== undefined) as string;
    const start = match.index + match[0].indexOf(letter);
    return { index: letter.charCodeAt(0) - 65, start, end: start + 1, behind: match.index + match[0].length };
  });
}

/** The kind "choice": the letters of the last characters of the text, the last one first. */
export function* choiceLetters(text: string): Generator<Statement> {
  const skipped = Math.max(0, text.length - TAIL);
  for (const { start, end } of letterMarks(text.slice(skipped)).reverse()) {
    const found = stated(text, skipped + start, skipped + start, skipped + end);
    if (found !== undefined) yield found;
  }
}
