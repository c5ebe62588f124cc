/**
 * A line `#### 7` (GSM8K). Four hashes are a heading in Markdown too, so that more text below takes the line for a heading,
 * unless it begins as a quantity does.
 */

import { LONGEST_ANSWER, PLACES, type Statement, stated, withoutTail } from "./candidate.ts";

const QUANTITY = /^[*"`]*(?:[-+\u2212]?[$\u20ac\u00a3\u00a5]?[-+\u2212]?\.?\d|[\\([{$])/;
const NUMBERED_HEADING = /^[*_]*\d+[.):]\s+\S/;
/** "#### Final answer: 7" is read as a phrase. */
const PHRASE = /^[*_]*(?:the\s+)?(?:final\s+)?answer\b/i;

/**
 * @example
 * Array.from(hashes("3 + 4 = 7\n#### 7"), ({ text }) => text); // ["7"]
 */
export function* hashes(text: string): Generator<Statement> {
  const written = text.trimEnd().length;
  let places = PLACES;
  for (let at = text.lastIndexOf("####"); at >= 0 && places > 0; places--) {
    const line = restOfLine(text, at + 4);
    const isLast = line.end >= written;
    const words = text.slice(line.start, line.end);
    if ((isLast || QUANTITY.test(words)) && !NUMBERED_HEADING.test(words) && !PHRASE.test(words)) {
      let from = at;
      while (text[from - 1] === "#") from--;
      const found = stated(text, from, line.start, line.end);
      if (found !== undefined) yield found;
    }
    while (text[at - 1] === "#") at--;
    at = at === 0 ? -1 : text.lastIndexOf("####", at - 1);
  }
}

/** What stands behind `start` on its line, or on the next where that is empty; without a full stop at the end. */
function restOfLine(text: string, start: number): { readonly start: number; readonly end: number } {
  const rest = text.slice(start, start + 2 * LONGEST_ANSWER);
  const first = rest.length - rest.trimStart().length;
  const newline = rest.indexOf("\n", first);
  const line = withoutTail(rest.slice(first, newline < 0 ? rest.length : newline), ".");
  return { start: start + first, end: start + first + line.length };
}
