/** What a completion claims in SMT-LIB: a formula, a verdict on satisfiability, or the values of a model. */

import { atomsOf, readSExpressions, type SExpression } from "./s-expression.ts";

/** Words that are commands or change what others mean: none has a place in a term. */
const COMMANDS =
  /^(?:assert|check-sat|check-sat-assuming|declare-.*|define-.*|echo|exit|get-.*|include|minimize|maximize|pop|push|reset.*|set-.*|simplify|apply|eval|display|labels|!)$/;

const FENCE = /```[ \t]*(?:smt2?|smtlib|lisp|scheme)?[ \t]*\n([\s\S]*?)```/gi;

/** The text that holds the claim: the last fenced block, or all of it. */
export function claimText(completion: string): string {
  return [...completion.matchAll(FENCE)].at(-1)?.[1] ?? completion;
}

/**
 * The last term of a text, `(assert ...)` taken off; null where there is none that may be handed on.
 *
 * @example
 * termOf("so (assert (> x 0))"); // [">", "x", "0"]
 * termOf("(exit)"); // null
 */
export function termOf(text: string): SExpression | null {
  const found = readSExpressions(text) ?? readSExpressions(lastBalanced(text));
  const asserts = found?.filter((each) => Array.isArray(each) && each[0] === "assert" && each.length === 2) ?? [];
  if (asserts.length > 1) return allowed(["and", ...asserts.map((each) => each[1] as SExpression)]);
  if (asserts.length === 1) return allowed(asserts[0]?.[1] as SExpression);
  const at = found?.findLastIndex((each) => typeof each !== "string" || /^(?:true|false)$/.test(each)) ?? -1;
  const last = found?.[at];
  if (found?.[at - 1] === "not") return null; // said in words not to be so
  return last === undefined ? null : allowed(last);
}

function allowed(term: SExpression): SExpression | null {
  for (const atom of atomsOf(term)) if (COMMANDS.test(atom)) return null;
  return term;
}

/** From the bracket that closes last back to its opening; nothing where it is said not to be so. */
function lastBalanced(text: string): string {
  const end = text.lastIndexOf(")");
  let depth = 0;
  for (let i = end; i >= 0; i--) {
    if (text[i] === ")") depth++;
    if (text[i] === "(" && --depth === 0) return /\bnot\s*$/i.test(text.slice(0, i)) ? "" : text.slice(i, end + 1);
  }
  return "";
}

/** `sat` or `unsat`, the last that is said; null for none. */
export function satisfiabilityOf(text: string): "sat" | "unsat" | null {
  return ([...text.matchAll(/\b(?:un)?sat\b/gi)].at(-1)?.[0].toLowerCase() ?? null) as "sat" | "unsat" | null;
}

/** Values of constants: `(define-fun x () Int 3)`, `(= x 3)` or `x = 3`. */
export function valuesOf(text: string): Map<string, SExpression> {
  const values = new Map<string, SExpression>();
  const note = (name: unknown, value: SExpression | undefined): void => {
    if (typeof name === "string" && value !== undefined && isValue(value)) values.set(name, value);
  };
  const visit = (expression: SExpression): void => {
    if (typeof expression === "string") return;
    const [head, name, third, , fifth] = expression;
    if (head === "define-fun" && Array.isArray(third) && third.length === 0) note(name, fifth);
    else if (head === "=") note(name, third);
    else expression.forEach(visit);
  };
  (readSExpressions(text) ?? []).forEach(visit);
  if (values.size > 0) return values;
  for (const [, name, value] of text.matchAll(
    /^\s*([A-Za-z_][\w.$]*)\s*(?:=|:|->)\s*(-?\d+(?:\.\d+)?|true|false|#[xb][0-9a-fA-F]+)\s*$/gm,
  )) {
    note(name, (value as string).startsWith("-") ? ["-", (value as string).slice(1)] : (value as string));
  }
  return values;
}

/** A literal, its negative, or a quotient of two. */
function isValue(value: SExpression): boolean {
  if (typeof value === "string") return /^(?:\d+(?:\.\d+)?|true|false|#[xb][0-9a-fA-F]+|"(?:[^"]|"")*")$/.test(value);
  const [head, ...rest] = value;
  if (head === "-" || head === "/" || head === "to_real")
    return rest.length >= 1 && rest.length <= 2 && rest.every(isValue);
  return (
    head === "_" &&
    rest.length === 2 &&
    typeof rest[0] === "string" &&
    /^bv\d+$/.test(rest[0]) &&
    /^\d+$/.test(String(rest[1]))
  );
}
