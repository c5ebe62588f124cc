/** What names mean in mathematics, and which short words are of a language or a unit instead. */

import type { FunctionName } from "./expression.ts";
import type { Token } from "./latex-tokens.ts";

export const FUNCTIONS: Readonly<Record<string, FunctionName>> = {
  sin: "sin",
  cos: "cos",
  tan: "tan",
  cot: "cot",
  sec: "sec",
  csc: "csc",
  arcsin: "arcsin",
  arccos: "arccos",
  arctan: "arctan",
  asin: "arcsin",
  acos: "arccos",
  atan: "arctan",
  sinh: "sinh",
  cosh: "cosh",
  tanh: "tanh",
  ln: "ln",
  exp: "exp",
  abs: "abs",
  floor: "floor",
  ceil: "ceil",
};
export const INVERSES: Readonly<Record<string, FunctionName>> = { sin: "arcsin", cos: "arccos", tan: "arctan" };

export const PLAIN_WORDS: Readonly<Record<string, Token>> = {
  pi: { kind: "letter", name: "\\pi" },
  infinity: { kind: "symbol", name: "\\infty" },
  inf: { kind: "symbol", name: "\\infty" },
  infty: { kind: "symbol", name: "\\infty" },
};
/** Words of at most so many letters are products of variables, unless they mean something. */
const PRODUCT_LETTERS = 3;
const COMMON_WORDS = new Set([
  "and",
  "or",
  "not",
  "no",
  "is",
  "the",
  "of",
  "to",
  "in",
  "at",
  "by",
  "an",
  "for",
  "cm",
  "mm",
  "km",
  "kg",
  "mg",
  "ft",
  "mi",
  "hr",
  "min",
  "sec",
  "yes",
  "if",
  "as",
  "so",
  "it",
  "be",
  "we",
  "per",
  "day",
  "mph",
  "lb",
  "lbs",
  "oz",
  "ml",
  "pct",
  "non",
  "odd",
  "yd",
  "mol",
  "Hz",
  "cal",
  "all",
  "one",
  "two",
  "six",
  "ten",
]);

/** What a word may mean inside an expression; null for words of a language. */
export function meaningOf(word: string): "constant" | "function" | "product" | null {
  if (PLAIN_WORDS[word] !== undefined) return "constant";
  if (FUNCTIONS[word] !== undefined || word === "sqrt" || word === "log") return "function";
  return /^[a-zA-Z]{2,}$/.test(word) && word.length <= PRODUCT_LETTERS && !COMMON_WORDS.has(word) ? "product" : null;
}
