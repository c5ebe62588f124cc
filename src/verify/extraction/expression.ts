/**
 * The last formula ($...$, $$...$$, \(...\), \[...\]) or, where the last line has none, what stands on the right of its
 * last equals sign. Of a formula that is an equation the right side counts: "$2 + 3 = 5$" came to 5. One pass; a dollar
 * opens a formula only before a character and closes it only behind one, so that prices are none. Where a number stands
 * behind the last formula ("$3/20$ is 0.15"), the number is what the text came to, and there is no expression.
 */

import { LONGEST_ANSWER, type Statement, stated, withoutTail } from "./candidate.ts";

const CLOSED_BY: Readonly<Record<string, string>> = { "\\[": "\\]", "\\(": "\\)", $$: "$$", $: "$" };

/** A formula that only names something. */
const VARIABLE = /^[A-Za-z]$/;

/**
 * @example
 * Array.from(expressions("so $x = \\frac{1}{2}$ and \\(y > 2\\)"), ({ text }) => text); // ["y > 2", "\\frac{1}{2}"]
 */
export function expressions(text: string): Statement[] {
  const found = formulas(text).reverse();
  const behind = found[0]?.end ?? 0;
  const last = lastRightSide(text);
  if (last !== undefined && last.start >= behind) return [last, ...found];
  return /\d/.test(text.slice(behind)) ? [] : found;
}

function formulas(text: string): Statement[] {
  const found: Statement[] = [];
  let opened: { readonly mark: string; readonly at: number } | undefined;
  for (let i = 0; i < text.length; i++) {
    const mark = markAt(text, i);
    if (mark === undefined) {
      if (text[i] === "\n" && text[i + 1] === "\n" && opened?.mark === "$") opened = undefined;
      else if (text[i] === "\\") i++;
      continue;
    }
    const start = opened === undefined ? 0 : opened.at + opened.mark.length;
    if (opened !== undefined && CLOSED_BY[opened.mark] === mark && closes(text, mark, i)) {
      const statement = rightSide(text, opened.at, start, i);
      if (statement !== undefined && !VARIABLE.test(statement.text)) found.push(statement);
      opened = undefined;
    } else if (mark in CLOSED_BY && opens(text, mark, i)) opened = { mark, at: i };
    i += mark.length - 1;
  }
  return found;
}

function markAt(text: string, at: number): string | undefined {
  if (text[at] === "$") return text[at + 1] === "$" ? "$$" : "$";
  if (text[at] !== "\\") return undefined;
  const mark = text.slice(at, at + 2);
  return "[]()".includes(mark.charAt(1)) && mark.length === 2 ? mark : undefined;
}

function opens(text: string, mark: string, at: number): boolean {
  return mark !== "$" || /\S/.test(text.charAt(at + 1));
}

function closes(text: string, mark: string, at: number): boolean {
  return mark !== "$" || (/\S/.test(text.charAt(at - 1)) && !/\d/.test(text.charAt(at + 1)));
}

/** What stands behind the last equals sign of [start, end) that is outside brackets, or all where a comma is outside too. */
function rightSide(text: string, from: number, start: number, end: number): Statement | undefined {
  if (end - start > 2 * LONGEST_ANSWER) return undefined;
  let depth = 0;
  let right = start;
  for (let i = start; i < end; i++) {
    const c = text[i] as string;
    if (c === "\\") i++;
    else if ("([{".includes(c)) depth++;
    else if (")]}".includes(c)) depth--;
    else if (depth === 0 && c === ",") return stated(text, from, start, end);
    else if (depth === 0 && c === "=" && !"<>!:".includes(text.charAt(i - 1))) right = i + 1;
  }
  const whole = withoutTail(text.slice(start, end), ".,;").length;
  return stated(text, from, right, start + whole) ?? stated(text, from, start, start + whole);
}

function lastRightSide(text: string): Statement | undefined {
  const end = text.trimEnd().length;
  const line = text.lastIndexOf("\n", end - 1) + 1;
  const words = text.slice(line, Math.min(end, line + 4 * LONGEST_ANSWER));
  const equals = words.lastIndexOf("=");
  if (equals < 0 || end - line > 4 * LONGEST_ANSWER) return undefined;
  const right = words.slice(equals + 1);
  const prose = right.search(/(?<=\S)\s+[A-Za-z]{2,}/);
  const answer = withoutTail(right.slice(0, prose < 0 ? undefined : prose), ".,;*");
  return stated(text, line + equals + 1, line + equals + 1, line + equals + 1 + answer.length);
}
