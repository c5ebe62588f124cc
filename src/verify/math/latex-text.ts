/** A text made ready for KaTeX: one way of writing for what has several, words marked as words, and its depth bounded. */

import { MATH_LIMITS, Unreadable } from "./expression.ts";

/** KaTeX descends into brackets of any depth; a stack has an end. */
export function checkNesting(text: string): void {
  let depth = 0;
  let deepest = 0;
  for (const character of text) {
    if (character === "{" || character === "(" || character === "[") depth++;
    else if (character === "}" || character === ")" || character === "]") depth--;
    if (depth > deepest) deepest = depth;
  }
  // Scripts and roots nest without brackets.
  const chained = (text.match(/[\^_]|\\(?:sqrt|frac|left|dfrac|tfrac|cfrac|overline|text|hat|bar|vec|begin)/g) ?? [])
    .length;
  if (deepest > MATH_LIMITS.nesting || chained > MATH_LIMITS.nesting * 4) throw new Unreadable("nested too deeply");
}

const DIGITS_IN_GROUPS = /(?<![\d.,\w{[(])\d{1,3}(?:,(?:\\!\s*)?\d{3})+(?![\d,]|\.\d*,)/g;

const REPLACEMENTS: readonly (readonly [RegExp, string])[] = [
  [/\\?["“”]/g, ""],
  [/\\\$|\$|[€£¥]|\\euro(?![a-zA-Z])/g, ""],
  [/[−–—]/g, "-"],
  [/[×·∙]/g, "\\times "],
  [/÷/g, "\\div "],
  [/√/g, "\\sqrt "],
  [/°/g, "^\\circ "],
  [/(?<!\\)%/g, "\\%"],
  [/\\(?:mbox|textnormal|textrm|textup|hbox)(?![a-zA-Z])/g, "\\text"],
  [/\*\*/g, "^"],
  [/\\(?:bigl?|bigr|Bigl?|Bigr|biggl?|biggr|Biggl?|Biggr)(?![a-zA-Z])/g, ""],
  [/\\!\s*/g, ""],
  [/\\(?:[,;:>]|q?quad|thinspace(?![a-zA-Z])|ldotp(?![a-zA-Z]))/g, " "],
  [/>=|=>/g, "\\ge "],
  [/<=|=</g, "\\le "],
  [/!=/g, "\\ne "],
  [/(?<=\d)\s*\{\s*,\s*\}\s*(?=\d{3})/g, ""],
  [/(?<=(?<!\d)\d{1,3})\s+(?=\d{3}(?!\d))/g, ""],
  [/(?<=\d)\s+(?=[\d.])/g, "\\ "],
];

export function prepared(answer: string): string {
  let text = answer.normalize("NFC");
  // Backslashes that were escaped once too often; in a matrix they end a row.
  if (!text.includes("\\begin")) text = text.replace(/(?<!\\)[#&]/g, " ");
  if (!text.includes("\\begin")) text = text.replace(/\\\\(?=[a-zA-Z])/g, "\\");
  for (const [pattern, replacement] of REPLACEMENTS) text = text.replace(pattern, replacement);
  return markWords(text);
}

/** 1,234,567 as a number; the same text where there is none. Without brackets around it, it may be a list as well. */
export function withoutGrouping(answer: string): string {
  return answer.replace(DIGITS_IN_GROUPS, (digits) => digits.replaceAll(/,(?:\\!\s*)?/g, ""));
}

/** Plain words of two letters and more become text: KaTeX takes every letter for a variable. Commands and text stay. */
function markWords(text: string): string {
  const pattern =
    /\\begin\s*\{[^{}]*\}\s*(?:\{[^{}]*\})?|\\(?:text|textbf|textit|textsf|texttt|operatorname|mathrm|mathbf|mathit|mathsf|end)\s*\*?\s*\{[^{}]*\}|\\[a-zA-Z]+|(?<![a-zA-Z])[a-zA-Z]{2,}(?:['’-][a-zA-Z]+)*(?:[ ]+[a-zA-Z]{2,}(?:['’-][a-zA-Z]+)*)*/g;
  return text.replace(pattern, (found) => (found.startsWith("\\") ? found : `\\text{ ${found.replaceAll("’", "'")} }`));
}
