/** `<answer>...</answer>`, which DeepSeek-R1's template made common, and the box of special tokens that GLM writes. */

import { LONGEST_ANSWER, PLACES, type Statement, stated } from "./candidate.ts";

const OPEN = /<answer>|<\|begin_of_box\|>/gi;
const CLOSE = /<\/answer>|<\|end_of_box\|>/i;

/**
 * @example
 * Array.from(tagged("<answer> 7 </answer>"), ({ text }) => text); // ["7"]
 */
export function* tagged(text: string): Generator<Statement> {
  for (const { index, 0: open } of [...text.matchAll(OPEN)].slice(-PLACES).reverse()) {
    const start = index + open.length;
    const length = text.slice(start, start + 2 * LONGEST_ANSWER).search(CLOSE);
    const found = length < 0 ? undefined : stated(text, index, start, start + length);
    if (found !== undefined) yield found;
  }
}
