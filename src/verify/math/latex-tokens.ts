/**
 * An answer as tokens. LaTeX is parsed by KaTeX, which knows its macros, groups, scripts and environments; what it gives, a
 * tree of layout, is read here as mathematics. Plain text goes the same way, after its words have been marked as words.
 */

import katex from "katex";
import { MATH_LIMITS, Unreadable } from "./expression.ts";
import { checkNesting, prepared } from "./latex-text.ts";

export type Token =
  /** Digits, with at most one decimal point. */
  | { readonly kind: "number"; readonly text: string }
  /** A variable: a letter, `\alpha`, with its accents. */
  | { readonly kind: "letter"; readonly name: string }
  /** Words of text, or a name of several letters; trimmed, spaces single. */
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "operator"; readonly name: "+" | "-" | "*" | "/" | "+-" | "-+" | "!" | "'" | "|" }
  | { readonly kind: "relation"; readonly name: string }
  | { readonly kind: "separator"; readonly name: "," | ";" | ":" }
  | { readonly kind: "open" | "close"; readonly name: string }
  | { readonly kind: "function"; readonly name: string }
  | { readonly kind: "symbol"; readonly name: string }
  /** Space between two numbers, which would else be one. */
  | { readonly kind: "space" }
  | { readonly kind: "group"; readonly body: readonly Token[] }
  | {
      readonly kind: "fraction";
      readonly above: readonly Token[];
      readonly below: readonly Token[];
      readonly bar: boolean;
    }
  | { readonly kind: "root"; readonly body: readonly Token[]; readonly index: readonly Token[] | null }
  | { readonly kind: "superscript" | "subscript" | "overline"; readonly body: readonly Token[] }
  | { readonly kind: "matrix"; readonly rows: readonly (readonly (readonly Token[])[])[] };

/** KaTeX's tree, as far as it is read. */
type Layout = {
  readonly type: string;
  readonly text?: string;
  readonly name?: string;
  readonly family?: string;
  readonly label?: string;
  readonly left?: string;
  readonly right?: string;
  readonly hasBarLine?: boolean;
  readonly body?: Layout | readonly Layout[] | readonly (readonly Layout[])[];
  readonly numer?: Layout;
  readonly denom?: Layout;
  readonly base?: Layout | null;
  readonly sup?: Layout | null;
  readonly sub?: Layout | null;
  readonly index?: Layout | null;
};

const parse = (katex as unknown as { __parse(text: string, options: object): readonly Layout[] }).__parse;
const OPTIONS = { strict: false, throwOnError: false, trust: false, maxExpand: 200, maxSize: 10 };

/** @throws Unreadable where it is no LaTeX, or beyond the bounds */
export function tokensOf(answer: string): Token[] {
  if (answer.length > MATH_LIMITS.characters) throw new Unreadable("too long");
  const text = prepared(answer);
  checkNesting(text);
  let layout: readonly Layout[];
  try {
    layout = parse(text, OPTIONS);
  } catch (error) {
    throw new Unreadable("not LaTeX", { cause: error });
  }
  const tokens: Token[] = [];
  for (const node of layout) read(node, tokens);
  return merged(tokens);
}

function read(node: Layout, into: Token[]): void {
  switch (node.type) {
    case "textord":
    case "mathord":
      readCharacter(node.text ?? "", into);
      return;
    case "atom":
      readAtom(node.family ?? "", node.text ?? "", into);
      return;
    case "ordgroup":
    case "mclass":
    case "htmlmathml":
      if (node.type === "ordgroup") into.push({ kind: "group", body: inside(node.body) });
      else if (node.type === "mclass") into.push(...inside(node.body));
      return;
    case "styling":
    case "sizing":
    case "color":
    case "enclose":
    case "html":
    case "pmb":
    case "lap":
      into.push(...inside(node.body));
      return;
    case "spacing":
      into.push({ kind: "space" });
      return;
    case "kern":
    case "cr":
    case "internal":
    case "phantom":
    case "rule":
      return;
    case "text":
      readText(node, into);
      return;
    case "font":
    case "operatorname":
      readNamed(node, into);
      return;
    case "genfrac":
      into.push({
        kind: "fraction",
        above: inside(node.numer),
        below: inside(node.denom),
        bar: node.hasBarLine ?? true,
      });
      return;
    case "sqrt":
      into.push({ kind: "root", body: inside(node.body), index: node.index ? inside(node.index) : null });
      return;
    case "supsub":
      readScripts(node, into);
      return;
    case "op":
      readOperator(node, into);
      return;
    case "overline":
      into.push({ kind: "overline", body: inside(node.body) });
      return;
    case "accent": {
      const body = inside(node.base ?? undefined);
      into.push({ kind: "letter", name: `${node.label ?? ""}${spelled(body)}` });
      return;
    }
    case "leftright":
      readLeftRight(node, into);
      return;
    case "middle":
      return;
    case "delimsizing":
      return;
    case "array":
      into.push({ kind: "matrix", rows: rowsOf(node) });
      return;
    default:
      throw new Unreadable(`a ${node.type} is no mathematics that is read`);
  }
}

function inside(body: Layout["body"] | undefined): Token[] {
  const tokens: Token[] = [];
  if (body === undefined) return tokens;
  for (const node of Array.isArray(body) ? (body as readonly Layout[]) : [body as Layout]) {
    if (node.type === "ordgroup" && node === body) tokens.push(...inside(node.body));
    else read(node, tokens);
  }
  return merged(tokens);
}

function readCharacter(text: string, into: Token[]): void {
  if (/^[0-9.]$/.test(text)) into.push({ kind: "number", text });
  else if (/^[a-zA-Z]$/.test(text)) into.push({ kind: "letter", name: text });
  else if (text === "!" || text === "'" || text === "|") into.push({ kind: "operator", name: text });
  else if (text === "/") into.push({ kind: "operator", name: "/" });
  else if (text === "\\infty" || text === "∞") into.push({ kind: "symbol", name: "\\infty" });
  else if (text === "\\%") into.push({ kind: "symbol", name: "%" });
  else if (text === "\\prime") into.push({ kind: "operator", name: "'" });
  else if (text === "\\pi" || text === "π") into.push({ kind: "letter", name: "\\pi" });
  else if (/^\\(?:ldots|dots|cdots|dotsc|dotsb|dotsm)$/.test(text)) into.push({ kind: "symbol", name: "..." });
  else if (text === "\\emptyset" || text === "\\varnothing" || text === "∅")
    into.push({ kind: "symbol", name: "empty" });
  else if (/^\\(?:deg|degree)$/.test(text)) into.push({ kind: "symbol", name: "degree" });
  else if (/^\\[a-zA-Z]+$/.test(text) || /^\p{L}$/u.test(text)) into.push({ kind: "letter", name: text });
  else if (/^["“”.]$/.test(text)) return;
  else into.push({ kind: "symbol", name: text });
}

const RELATIONS: Readonly<Record<string, string>> = {
  "=": "=",
  "<": "<",
  ">": ">",
  "\\lt": "<",
  "\\gt": ">",
  "\\le": "<=",
  "\\leq": "<=",
  "\\leqslant": "<=",
  "≤": "<=",
  "\\ge": ">=",
  "\\geq": ">=",
  "\\geqslant": ">=",
  "≥": ">=",
  "\\ne": "!=",
  "\\neq": "!=",
  "≠": "!=",
  "\\in": "in",
  "∈": "in",
  "\\approx": "~",
  "\\sim": "~",
  "\\equiv": "===",
  "\\mid": "mid",
  "\\to": "->",
  "\\rightarrow": "->",
  ":": ":",
};

function readAtom(family: string, text: string, into: Token[]): void {
  if (family === "open" || (family === "close" && text !== "!" && text !== "?")) {
    const name = BRACKETS[text] ?? text;
    if (name === "|") into.push({ kind: "operator", name: "|" });
    else into.push({ kind: family as "open" | "close", name });
    return;
  }
  if (text === "!") into.push({ kind: "operator", name: "!" });
  else if (text === "," || text === ";") into.push({ kind: "separator", name: text });
  else if (text === ":") into.push({ kind: "separator", name: ":" });
  else if (text === "+" || text === "-") into.push({ kind: "operator", name: text });
  else if (text === "\\pm" || text === "±") into.push({ kind: "operator", name: "+-" });
  else if (text === "\\mp" || text === "∓") into.push({ kind: "operator", name: "-+" });
  else if (/^(?:\*|\\cdot|\\times|\\ast|∗|⋅)$/.test(text)) into.push({ kind: "operator", name: "*" });
  else if (text === "\\div") into.push({ kind: "operator", name: "/" });
  else if (text === "\\circ") into.push({ kind: "symbol", name: "degree" });
  else if (text === "\\cup" || text === "∪") into.push({ kind: "symbol", name: "union" });
  else if (family === "rel") into.push({ kind: "relation", name: RELATIONS[text] ?? text });
  else if (family === "inner") into.push({ kind: "symbol", name: "..." });
  else into.push({ kind: "symbol", name: text });
}

const BRACKETS: Readonly<Record<string, string>> = {
  "(": "(",
  ")": ")",
  "[": "[",
  "]": "]",
  "\\{": "{",
  "\\}": "}",
  "\\lbrace": "{",
  "\\rbrace": "}",
  "\\langle": "(",
  "\\rangle": ")",
  "\\lvert": "|",
  "\\rvert": "|",
  "|": "|",
  "\\vert": "|",
  "\\lfloor": "floor",
  "\\rfloor": "floor",
  "\\lceil": "ceil",
  "\\rceil": "ceil",
  "\\lbrack": "[",
  "\\rbrack": "]",
  ".": "",
  "<": "(",
  ">": ")",
};

function readText(node: Layout, into: Token[]): void {
  const text = lettersOf(node).replaceAll(/\s+/g, " ").trim();
  if (text === "") into.push({ kind: "space" });
  // A choice, or a name: after something else a letter of text is a unit.
  else if (/^\([A-Za-z]\)$/.test(text) || (text.length === 1 && into.length === 0 && /[A-Za-z]/.test(text)))
    into.push({ kind: "letter", name: text.replaceAll(/[()]/g, "") });
  else if (/^[\d.,]+$/.test(text)) for (const digit of text.replaceAll(",", "")) readCharacter(digit, into);
  else into.push({ kind: "word", text });
}

function lettersOf(node: Layout): string {
  if (node.type === "spacing") return " ";
  if (node.text !== undefined) return node.text.replace(/^\\(?=[%$#&_])/, "");
  const { body } = node;
  if (body === undefined) return "";
  return Array.isArray(body) ? (body as readonly Layout[]).map(lettersOf).join("") : lettersOf(body as Layout);
}

const NAMED_FUNCTIONS = new Set([
  "sin",
  "cos",
  "tan",
  "cot",
  "sec",
  "csc",
  "arcsin",
  "arccos",
  "arctan",
  "sinh",
  "cosh",
  "tanh",
  "ln",
  "log",
  "exp",
  "lg",
]);

/** \mathrm{e} and \mathbb{R} are letters, \mathrm{cm} and \operatorname{lcm} words. */
function readNamed(node: Layout, into: Token[]): void {
  const body = inside(node.body);
  const text = spelled(body);
  if (body.length === 1 && body[0]?.kind === "letter")
    into.push(
      node.type === "font" && text !== "e" && text !== "i" ? { kind: "letter", name: text } : (body[0] as Token),
    );
  else if (NAMED_FUNCTIONS.has(text)) into.push({ kind: "function", name: text });
  else if (/^[a-zA-Z]+$/.test(text)) into.push({ kind: "word", text });
  else into.push(...body);
}

function spelled(tokens: readonly Token[]): string {
  return tokens
    .map((token) =>
      token.kind === "letter"
        ? token.name
        : token.kind === "word" || token.kind === "number"
          ? token.text
          : token.kind === "group"
            ? spelled(token.body)
            : "",
    )
    .join("");
}

function readScripts(node: Layout, into: Token[]): void {
  if (node.base) read(node.base, into);
  if (node.sub) into.push({ kind: "subscript", body: inside(node.sub) });
  if (!node.sup) return;
  const body = inside(node.sup);
  const [only, ...more] = body;
  if (only?.kind === "symbol" && only.name === "degree" && more.length === 0) into.push(only);
  else if (body.length > 0 && body.every((token) => token.kind === "operator" && token.name === "'"))
    into.push(...body);
  else into.push({ kind: "superscript", body });
}

function readOperator(node: Layout, into: Token[]): void {
  const name = (node.name ?? "").replace(/^\\/, "");
  if (NAMED_FUNCTIONS.has(name)) into.push({ kind: "function", name });
  else if (name === "") into.push({ kind: "word", text: lettersOf(node) });
  else into.push({ kind: "symbol", name: `\\${name}` });
}

function readLeftRight(node: Layout, into: Token[]): void {
  const [left, right] = [BRACKETS[node.left ?? ""] ?? "", BRACKETS[node.right ?? ""] ?? ""];
  const body = Array.isArray(node.body) ? (node.body as readonly Layout[]) : [];
  const only = body.filter(({ type }) => type !== "spacing");
  if (only.length === 1 && only[0]?.type === "array" && left !== "{" && left !== "|") {
    read(only[0] as Layout, into);
    return;
  }
  const tokens = inside(body);
  if (left === "|" || right === "|") {
    into.push({ kind: "operator", name: "|" }, ...tokens, { kind: "operator", name: "|" });
    return;
  }
  if (left !== "") into.push({ kind: "open", name: left });
  into.push(...tokens);
  if (right !== "") into.push({ kind: "close", name: right });
}

function rowsOf(node: Layout): Token[][][] {
  const rows = (node.body ?? []) as readonly (readonly Layout[])[];
  return rows
    .map((cells) => cells.map((cell) => inside(cell)))
    .filter((cells) => cells.some((cell) => cell.length > 0));
}

/** Digits that stand together are one number; space matters only between two numbers. */
function merged(tokens: readonly Token[]): Token[] {
  const result: Token[] = [];
  for (const [i, token] of tokens.entries()) {
    const last = result.at(-1);
    if (token.kind === "space") {
      if (last?.kind === "number" && tokens[i + 1]?.kind === "number") result.push(token);
      else if (last?.kind === "space" && tokens[i + 1]?.kind === "number") result.push(token);
      continue;
    }
    if (token.kind === "number" && last?.kind === "number") {
      result[result.length - 1] = { kind: "number", text: last.text + token.text };
    } else result.push(token);
  }
  return result;
}
