/**
 * `\boxed{...}` and `\fbox{...}` (MATH, AIME), with braces inside. One pass with a stack of open braces: a box whose brace
 * is never closed was cut off and states nothing. Of nested boxes the inner one is the later. As in TeX the braces may be
 * missing around one number, letter or command (`\boxed 7`).
 */

import { type Statement, stated } from "./candidate.ts";

const NAMES = ["\\boxed", "\\fbox"] as const;
/** A number with its sign, a letter, or a command with the arguments that touch it. */
const UNBRACED = /(?:[-+]?[\d.,/]*\d|[A-Za-z](?![A-Za-z])|\\[A-Za-z]+[\d{}]*)/y;

/**
 * @example
 * boxed("so \\boxed{\\frac{1}{2}}")[0]?.text; // "\\frac{1}{2}"
 * boxed("and \\boxed{1}, then \\boxed{2").map(({ text }) => text); // ["1"]
 */
export function boxed(text: string): Statement[] {
  const found: Statement[] = [];
  const add = (statement: Statement | undefined): void => {
    if (statement !== undefined) found.push(statement);
  };
  const open: { readonly box: number; readonly brace: number }[] = []; // box is -1 for a brace that opens none
  for (let i = firstBox(text); i < text.length; i++) {
    const c = text[i];
    if (c === "{") open.push({ box: -1, brace: i });
    else if (c === "}") {
      const { box, brace } = open.pop() ?? NO_BOX;
      if (box >= 0) add(stated(text, box, brace + 1, i));
    } else if (c === "\\") {
      const name = boxAt(text, i);
      if (name === undefined) {
        if (isEscaped(text, i + 1)) i++;
        continue;
      }
      let argument = i + name.length;
      while (text[argument] === " ") argument++;
      if (text[argument] === "{") open.push({ box: i, brace: argument });
      else add(unbraced(text, i, argument--));
      i = argument; // in front of an argument without braces, which may hold boxes of its own
    }
  }
  return found.sort((a, b) => b.start - a.start);
}

const NO_BOX = { box: -1, brace: -1 };

function firstBox(text: string): number {
  const places = NAMES.map((name) => text.indexOf(name)).filter((at) => at >= 0);
  return places.length === 0 ? text.length : Math.min(...places);
}

function boxAt(text: string, at: number): string | undefined {
  return NAMES.find((name) => text.startsWith(name, at));
}

/** Whether the backslash before belongs to this character, so that it is no brace and no box. */
function isEscaped(text: string, at: number): boolean {
  const c = text[at];
  return c === "{" || c === "}" || (c === "\\" && boxAt(text, at) === undefined);
}

function unbraced(text: string, box: number, at: number): Statement | undefined {
  UNBRACED.lastIndex = at;
  return UNBRACED.test(text) ? stated(text, box, at, UNBRACED.lastIndex) : undefined;
}
