/**
 * Where a chain of free text states its answer. Tried in this order, the last statement of a kind counting: `\boxed{...}`
 * (MATH, AIME), a line `#### ...` (GSM8K), "the answer is ...", and at last the last number of the text.
 */

import { LIMITS } from "../core/limits.ts";

/** Longest answer that is taken for one, characters: what is longer is a derivation, not its result. */
const LONGEST = 400;

/**
 * The answer as it is written, without the words around it; null where the text has none.
 *
 * @example
 * finalAnswer("so that is \\boxed{\\frac{1}{2}}."); // "\\frac{1}{2}"
 * finalAnswer("3 + 4 = 7\n#### 7"); // "7"
 * finalAnswer("There are 12 of them, then 15."); // "15"
 */
export function finalAnswer(text: string): string | null {
  if (text.length > LIMITS.completionChars) return null;
  for (const find of [boxed, afterHashes, afterWords, lastNumber]) {
    const found = find(text)?.trim();
    if (found !== undefined && found !== "" && found.length <= LONGEST) return found;
  }
  return null;
}

/** The argument of the last `\boxed` or `\fbox` that is closed. */
function boxed(text: string): string | undefined {
  for (let end = text.length; end > 0; ) {
    const at = Math.max(text.lastIndexOf("\\boxed", end - 1), text.lastIndexOf("\\fbox", end - 1));
    if (at < 0) return undefined;
    const start = at + (text.startsWith("\\boxed", at) ? 6 : 5);
    const argument = braced(text, start) ?? text.slice(start, start + LONGEST).match(/^ +([^\s${}]+)/)?.[1];
    if (argument !== undefined) return argument;
    end = at;
  }
  return undefined;
}

/** What stands between the brace at `start`, spaces skipped, and the one that closes it. */
function braced(text: string, start: number): string | undefined {
  let open = start;
  while (text[open] === " ") open++;
  if (text[open] !== "{") return undefined;
  let depth = 0;
  for (let i = open; i < text.length && i - open <= LONGEST + 1; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return text.slice(open + 1, i);
  }
  return undefined;
}

function afterHashes(text: string): string | undefined {
  const at = text.lastIndexOf("####");
  return at < 0 ? undefined : restOfLine(text, at + 4);
}

function afterWords(text: string): string | undefined {
  const lower = text.toLowerCase();
  const phrase = "answer is";
  const at = lower.lastIndexOf(phrase);
  if (at < 0) return undefined;
  const rest = restOfLine(text, at + phrase.length).replace(/^[\s:*]+/, "");
  const formula = rest.match(/^\$([^$]+)\$/)?.[1];
  return formula ?? rest.split(/\.(?:\s|$)/, 1)[0];
}

function restOfLine(text: string, start: number): string {
  const rest = text.slice(start, start + 2 * LONGEST).trimStart();
  return (rest.split("\n", 1)[0] as string).replace(/[\s.]+$/, "");
}

/** Commas inside a number are left out, as in 1,024. */
function lastNumber(text: string): string | undefined {
  const tail = text.slice(-20_000).replace(/(?<=\d),(?=\d{3})/g, "");
  return tail.match(/-?\d*\.?\d+/g)?.at(-1);
}
