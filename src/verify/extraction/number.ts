/**
 * The last number: whole, decimal, with thousands separators (`1,024`, `1{,}024`), a quotient of two (`3/4`). A hyphen between
 * two numbers or words is no sign. Digits inside a word, as in H2O, are none.
 */

import { type Statement, stated, TAIL } from "./candidate.ts";

const WHOLE = String.raw`\d{1,3}(?:(?:,|\{,\}|\\,)\d{3})+(?!\d)|\d+`;
const SIGN = String.raw`(?<![\w)\]}])[-\u2212]`;
const NUMBER = new RegExp(
  String.raw`(?<![\w.])(?:${SIGN})?(?:(?:${WHOLE})(?:\.\d+)?|\.\d+)(?:/\d+(?!\d|[/.]\d))?`,
  "g",
);

/**
 * @example
 * Array.from(numbers("There are 12 of them, then 1,024."), ({ text }) => text); // ["1,024", "12"]
 */
export function* numbers(text: string): Generator<Statement> {
  const skipped = Math.max(0, text.length - TAIL);
  for (const { index, 0: number } of [...text.slice(skipped).matchAll(NUMBER)].reverse()) {
    const start = skipped + index;
    const found = stated(text, start, start, start + number.length);
    if (found !== undefined) yield found;
  }
}
