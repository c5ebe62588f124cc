/** Tokens to an answer: lists, sets, tuples, intervals, unions, relations, matrices, and values with their units. */

import type { MathAnswer } from "./answer.ts";
import { type Expression, MATH_LIMITS, negated, Unreadable } from "./expression.ts";
import type { Token } from "./latex-tokens.ts";
import { readExpression } from "./read-expression.ts";

/** Never throws for a text that is no mathematics: that is text. @throws Unreadable beyond the bounds */
export function readAnswer(tokens: readonly Token[]): MathAnswer {
  const all = unwrapped(tokens);
  // "p = 5, q = 2; p = 7, q = 2": semicolons part what commas hold together.
  const semicolons = split(all, (token) => token.kind === "separator" && token.name === ";");
  const mixed = semicolons.length > 1 && semicolons.some((part) => split(part, isListSeparator).length > 1);
  const parts = mixed ? semicolons : split(all, isListSeparator);
  if (parts.length > MATH_LIMITS.members) throw new Unreadable("too many members");
  if (parts.length === 1) return readPart(all);
  return listOf(parts.filter((part) => part.length > 0));
}

/** A group or a box around everything is none. */
function unwrapped(tokens: readonly Token[]): readonly Token[] {
  const trimmed = withoutEnd(tokens);
  const [only] = trimmed;
  return trimmed.length === 1 && only?.kind === "group" ? unwrapped(only.body) : trimmed;
}

/** Without a full stop or a separator at the end. */
function withoutEnd(tokens: readonly Token[]): readonly Token[] {
  const last = tokens.at(-1);
  if (last?.kind === "separator" || (last?.kind === "number" && last.text === "."))
    return withoutEnd(tokens.slice(0, -1));
  if (last?.kind === "number" && last.text.endsWith(".") && last.text.length > 1) {
    return [...tokens.slice(0, -1), { kind: "number", text: last.text.slice(0, -1) }];
  }
  return tokens;
}

function isListSeparator(token: Token): boolean {
  if (token.kind === "separator") return token.name !== ":";
  return token.kind === "word" && /^(?:and|or)$/i.test(token.text);
}

/** Parts between separators that stand outside all brackets. */
function split(tokens: readonly Token[], separates: (token: Token) => boolean): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === "open") depth++;
    if (token.kind === "close") depth--;
    if (depth === 0 && separates(token)) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

/** "n = 1, 2, 3" says three values of n. */
function listOf(parts: readonly (readonly Token[])[]): MathAnswer {
  const members = parts.map(readAnswer);
  const [first, ...others] = members;
  if (
    first?.kind === "relation" &&
    first.relations.join("") === "=" &&
    others.length > 0 &&
    others.every(({ kind }) => kind === "value")
  ) {
    const [name, value] = first.sides as [MathAnswer, MathAnswer];
    return {
      kind: "relation",
      sides: [name, { kind: "set", members: [value, ...others], bare: true }],
      relations: ["="],
    };
  }
  return { kind: "set", members, bare: true };
}

function readPart(tokens: readonly Token[]): MathAnswer {
  const sides = split(tokens, (token) => token.kind === "relation");
  if (sides.length > 1) return readRelation(tokens, sides);
  const united = split(tokens, (token) => token.kind === "symbol" && token.name === "union");
  if (united.length > 1) return { kind: "union", members: united.map(readAnswer) };
  const ratio = split(tokens, (token) => token.kind === "separator" && token.name === ":");
  if (ratio.length > 1) return { kind: "tuple", open: ":", close: ":", members: ratio.map(readAnswer) };
  return readBracketed(tokens) ?? readMatrices(tokens) ?? readBothSigns(tokens) ?? readValue(tokens);
}

function readRelation(tokens: readonly Token[], sides: readonly (readonly Token[])[]): MathAnswer {
  let depth = 0;
  const relations: string[] = [];
  for (const token of tokens) {
    if (token.kind === "open") depth++;
    if (token.kind === "close") depth--;
    if (depth === 0 && token.kind === "relation") relations.push(token.name);
  }
  return { kind: "relation", sides: sides.map(readAnswer), relations };
}

/** All of it in one pair of brackets that hold members, or in braces. */
function readBracketed(tokens: readonly Token[]): MathAnswer | null {
  const [first, last] = [tokens[0], tokens.at(-1)];
  const [only] = tokens;
  if (tokens.length === 1 && only?.kind === "symbol" && only.name === "empty")
    return { kind: "set", members: [], bare: false };
  if (first?.kind !== "open" || last?.kind !== "close") return null;
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    if (token.kind === "open") depth++;
    if (token.kind === "close") depth--;
    if (depth === 0 && i < tokens.length - 1) return null;
  }
  const inside = tokens.slice(1, -1);
  if (first.name === "{") {
    if (inside.length === 0) return { kind: "set", members: [], bare: false };
    const inner = readAnswer(inside);
    return { kind: "set", members: inner.kind === "set" && inner.bare ? inner.members : [inner], bare: false };
  }
  const parts = split(inside, (token) => token.kind === "separator" && token.name !== ":");
  if (parts.length < 2) return null;
  return { kind: "tuple", open: first.name, close: last.name, members: parts.map(readAnswer) };
}

type Matrix = readonly (readonly Expression[])[];

/** A matrix, or sums and products of matrices, computed. */
function readMatrices(tokens: readonly Token[]): MathAnswer | null {
  if (!tokens.some(({ kind }) => kind === "matrix")) return null;
  if (tokens.some(({ kind, ...rest }) => kind !== "matrix" && !("name" in rest && /^[-+*]$/.test(rest.name))))
    return null;
  let sum: Matrix | null = null;
  let product: Matrix | null = null;
  let sign: "+" | "-" = "+";
  const close = (): void => {
    if (product === null) throw new Unreadable("an operand is missing");
    const term: Matrix = sign === "-" ? product.map((row) => row.map(negated)) : product;
    sum = sum === null ? term : added(sum, term);
    product = null;
  };
  for (const [i, token] of tokens.entries()) {
    if (token.kind === "matrix") {
      const rows = token.rows.map((cells) => cells.map((cell) => cellOf(cell)));
      product = product === null ? rows : multiplied(product, rows);
    } else if (token.kind === "operator" && token.name !== "*") {
      if (i > 0) close();
      sign = token.name as "+" | "-";
    }
  }
  close();
  const value = (expression: Expression): MathAnswer => ({ kind: "value", expression, unit: null });
  return { kind: "matrix", rows: ((sum as Matrix | null) ?? []).map((row) => row.map(value)) };
}

function cellOf(tokens: readonly Token[]): Expression {
  const cell = readAnswer(tokens);
  if (cell.kind !== "value") throw new Unreadable("an entry is no value");
  return cell.expression;
}

function added(a: Matrix, b: Matrix): Matrix {
  if (a.length !== b.length || a[0]?.length !== b[0]?.length) throw new Unreadable("matrices of other sizes");
  return a.map((row, r) => row.map((cell, c) => ({ kind: "sum", terms: [cell, b[r]?.[c] as Expression] })));
}

/** [n, k] times [k, m]; of small ones, as answers are. */
function multiplied(a: Matrix, b: Matrix): Matrix {
  const inner = b.length;
  if (a.some((row) => row.length !== inner) || a.length * inner * (b[0]?.length ?? 0) > 200)
    throw new Unreadable("matrices of other sizes");
  return a.map((row) =>
    (b[0] ?? []).map((_, c) => ({
      kind: "sum",
      terms: row.map((cell, k) => ({ kind: "product", factors: [cell, b[k]?.[c] as Expression] })),
    })),
  );
}

/** a \pm b is both. */
function readBothSigns(tokens: readonly Token[]): MathAnswer | null {
  if (!has(tokens)) return null;
  return { kind: "set", members: [readValue(signed(tokens, "+")), readValue(signed(tokens, "-"))], bare: true };
}

function has(tokens: readonly Token[]): boolean {
  return tokens.some((token) => {
    if (token.kind === "operator") return token.name === "+-" || token.name === "-+";
    if (token.kind === "group") return has(token.body);
    return token.kind === "fraction" ? has(token.above) || has(token.below) : false;
  });
}

function signed(tokens: readonly Token[], upper: "+" | "-"): Token[] {
  const lower = upper === "+" ? "-" : "+";
  return tokens.map((token) => {
    if (token.kind === "operator" && token.name === "+-") return { kind: "operator", name: upper };
    if (token.kind === "operator" && token.name === "-+") return { kind: "operator", name: lower };
    if (token.kind === "group") return { ...token, body: signed(token.body, upper) };
    if (token.kind === "fraction")
      return { ...token, above: signed(token.above, upper), below: signed(token.below, upper) };
    return token;
  });
}

/** A number and what it counts, an expression, or words. */
function readValue(tokens: readonly Token[]): MathAnswer {
  const text = spell(tokens);
  if (tokens.length === 0) return { kind: "text", text: "" };
  const start = tokens.findIndex((token) => token.kind !== "word" || isMath(token));
  const introduced = start > 0 ? tokens.slice(0, start) : [];
  const rest = start > 0 ? tokens.slice(start) : tokens;
  if (introduced.some((token) => token.kind === "word" && DENIALS.test(token.text))) return { kind: "text", text };
  // sin 30 degrees is no number of degrees.
  const hasFunction = rest.some(({ kind }) => kind === "function");
  const signs =
    rest.findLastIndex((token) => token.kind !== "symbol" || !UNIT_SIGNS.has(token.name) || hasFunction) + 1;
  for (let end = signs; end > 0; end--) {
    const unit = rest.slice(end);
    if (unit.length > 0 && !isUnit(unit)) continue;
    if (end < rest.length && introduced.length > 0 && !isQuantity(rest.slice(0, end))) break;
    try {
      const expression = readExpression(rest.slice(0, end));
      return { kind: "value", expression, unit: unit.length === 0 ? null : spell(unit) };
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
    }
  }
  return { kind: "text", text };
}

/** Words in front that turn what follows around, or leave it open. */
const DENIALS = /\b(?:not|no|never|none|neither|nor|except|without|isn't|unless|wrong|maybe|perhaps|either)\b/i;

function isMath(token: Extract<Token, { kind: "word" }>): boolean {
  return /^[a-zA-Z]{1,3}$/.test(token.text) || /^(?:sqrt|infinity|infty)$/.test(token.text);
}

/** Words, degrees, percent, and powers of units. */
function isUnit(tokens: readonly Token[]): boolean {
  return tokens.every((token, i) => {
    if (token.kind === "word") return !DENIALS.test(token.text);
    if (token.kind === "symbol") return token.name === "degree" || token.name === "%";
    if (token.kind === "operator") return i > 0 && (token.name === "/" || token.name === "*");
    if (token.kind === "letter") return UNIT_LETTERS.has(token.name);
    return i > 0 && token.kind === "superscript";
  });
}

const UNIT_SIGNS = new Set(["degree", "%"]);
const UNIT_LETTERS = new Set(["m", "g", "s", "L", "l", "C", "F", "K", "J", "N", "W", "V", "h"]);

function isQuantity(tokens: readonly Token[]): boolean {
  return tokens.every(({ kind }) => kind !== "word");
}

/** The words and signs of tokens, as text. */
export function spell(tokens: readonly Token[]): string {
  return tokens
    .map((token): string => {
      switch (token.kind) {
        case "number":
        case "word":
          return token.text;
        case "space":
          return " ";
        case "group":
        case "superscript":
        case "subscript":
        case "overline":
          return `${token.kind === "superscript" ? "^" : token.kind === "subscript" ? "_" : ""}${spell(token.body)}`;
        case "fraction":
          return `(${spell(token.above)})/(${spell(token.below)})`;
        case "root":
          return `sqrt(${spell(token.body)})`;
        case "matrix":
          return token.rows.map((row) => row.map(spell).join(" ")).join(";");
        default:
          return token.name;
      }
    })
    .join(" ");
}
