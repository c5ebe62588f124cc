/**
 * S-expressions, as SMT-LIB is written in (Barrett et al., version 2.6, section 3.1), read within bounds and printed again: what
 * is handed to a solver is what was understood here, so that no comment, string or quoted symbol can hide a command.
 */

export type SExpression = string | readonly SExpression[];

const MOST_CHARACTERS = 20_000;
const MOST_DEPTH = 200;
/**
 * A comment, a bracket, a string, a quoted symbol, or a word. Unlike the standard's, strings and quoted symbols stay on one line:
 * a solver repeats them in its complaints, where a line of their own could pass for its answer.
 */
const TOKEN = /\s+|;[^\n]*|([()])|("(?:[^"\n\r]|"")*")|(\|[^|\\\n\r]*\|)|([^\s()";|]+)/y;

/** All expressions of a text; null where it is none, or beyond the bounds. */
export function readSExpressions(text: string): SExpression[] | null {
  if (text.length > MOST_CHARACTERS) return null;
  const stack: SExpression[][] = [[]];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) return null;
    const [, bracket, string, quoted, word] = match;
    const top = stack.at(-1) as SExpression[];
    if (bracket === "(") {
      if (stack.length > MOST_DEPTH) return null;
      stack.push([]);
    } else if (bracket === ")") {
      if (stack.length === 1) return null;
      stack.pop();
      (stack.at(-1) as SExpression[]).push(top);
    } else {
      const atom = string ?? quoted ?? word;
      if (atom !== undefined) top.push(atom);
    }
  }
  return stack.length === 1 ? (stack[0] as SExpression[]) : null;
}

export function printSExpression(expression: SExpression): string {
  return typeof expression === "string" ? expression : `(${expression.map(printSExpression).join(" ")})`;
}

/** Every atom, the inside of quoted symbols plain. */
export function* atomsOf(expression: SExpression): Generator<string> {
  if (typeof expression === "string") yield /^\|.*\|$/s.test(expression) ? expression.slice(1, -1) : expression;
  else for (const part of expression) yield* atomsOf(part);
}
