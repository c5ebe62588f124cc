/**
 * Answers as expressions, and their canonical form, on which votes are counted.
 *
 * Sums and products are flattened: `a - b` is a sum with b on its minus side, `a / b` a product with b on its bottom
 * side. Operands of each side are sorted, bracketed ones first, then by value. So (2 + 8) - 3, 8 - 3 + 2 and
 * 8 - (3 - 2) are one answer, `2+8-3`; a product that is not multiplied out stays apart from one that is.
 */

import { OPERATORS, type Operator } from "./rules.ts";

export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "operation"; readonly op: Operator; readonly a: Expression; readonly b: Expression };

/** Deepest nesting and most words of an expression that is read. */
const MAX_DEPTH = 32;
const MAX_WORDS = 200;

type Flat = {
  readonly text: string;
  readonly value: number;
  /** The binding strength of the outermost operator; numbers have none. */
  readonly of: "number" | "sum" | "product";
};

/**
 * The canonical text of an expression.
 *
 * @example
 * canonical(parseExpression("2 * (7 + 3)") as Expression); // "(3+7)*2"
 */
export function canonical(expression: Expression): string {
  return flatten(expression).text;
}

function flatten(expression: Expression): Flat {
  if (expression.kind === "number") return { text: String(expression.value), value: expression.value, of: "number" };
  const of = expression.op === "+" || expression.op === "-" ? "sum" : "product";
  const front: Flat[] = [];
  const rear: Flat[] = [];
  gather(expression, of, front, rear);
  const plain = of === "sum" ? (["+", "-"] as const) : (["*", "/"] as const);
  const words = [front.map((each) => show(each, of)).join(plain[0]), ...rear.map((each) => show(each, of))];
  const value =
    of === "sum"
      ? sum(front) - sum(rear)
      : front.reduce((product, each) => product * each.value, 1) /
        rear.reduce((product, each) => product * each.value, 1);
  return { text: words.join(plain[1]), value, of };
}

/** Splits a sum into what is added and what is taken away, a product into top and bottom; each sorted. */
function gather(expression: Expression, of: "sum" | "product", front: Flat[], rear: Flat[]): void {
  const visit = (node: Expression, side: Flat[], other: Flat[]): void => {
    if (node.kind === "operation" && (of === "sum") === (node.op === "+" || node.op === "-")) {
      const inverse = node.op === "-" || node.op === "/";
      visit(node.a, side, other);
      visit(node.b, inverse ? other : side, inverse ? side : other);
    } else side.push(flatten(node));
  };
  visit(expression, front, rear);
  front.sort(inOrder);
  rear.sort(inOrder);
}

function inOrder(x: Flat, y: Flat): number {
  const bracketed = Number(y.of !== "number") - Number(x.of !== "number");
  return bracketed || x.value - y.value || (x.text < y.text ? -1 : x.text > y.text ? 1 : 0);
}

/** Only a sum inside a product needs brackets: flattening left no other case. */
function show(part: Flat, inside: "sum" | "product"): string {
  return inside === "product" && part.of === "sum" ? `(${part.text})` : part.text;
}

const sum = (parts: readonly Flat[]): number => parts.reduce((total, each) => total + each.value, 0);

/**
 * Reads `(3 + 7) * 2 + 4`: whole numbers, + - * /, brackets, the usual precedence, left to right.
 * Returns null for anything else; never throws.
 */
export function parseExpression(text: string): Expression | null {
  const words = text.match(/\d+|\S/g) ?? [];
  if (words.length === 0 || words.length > MAX_WORDS) return null;
  let at = 0;
  const isOperator = (word: string | undefined): word is Operator => OPERATORS.includes(word as Operator);

  const atom = (depth: number): Expression | null => {
    const word = words[at++];
    if (word === "(") {
      const inner = depth < MAX_DEPTH ? chain(depth + 1, "sum") : null;
      return words[at++] === ")" ? inner : null;
    }
    return word !== undefined && /^\d{1,15}$/.test(word) ? { kind: "number", value: Number(word) } : null;
  };
  const chain = (depth: number, of: "sum" | "product"): Expression | null => {
    const part = () => (of === "sum" ? chain(depth, "product") : atom(depth));
    let left = part();
    for (let op = words[at]; left !== null && isOperator(op); op = words[at]) {
      if ((of === "sum") !== (op === "+" || op === "-")) break;
      at++;
      const right = part();
      left = right === null ? null : { kind: "operation", op, a: left, b: right };
    }
    return left;
  };

  const whole = chain(0, "sum");
  return at === words.length ? whole : null;
}

/** The numbers of an expression, in the order they are written. */
export function numbersOf(expression: Expression): number[] {
  return expression.kind === "number" ? [expression.value] : [...numbersOf(expression.a), ...numbersOf(expression.b)];
}
