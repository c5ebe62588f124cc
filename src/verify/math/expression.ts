/** A mathematical expression as a tree, and how much of it is read at most. */

export type FunctionName =
  | "sin"
  | "cos"
  | "tan"
  | "cot"
  | "sec"
  | "csc"
  | "arcsin"
  | "arccos"
  | "arctan"
  | "sinh"
  | "cosh"
  | "tanh"
  | "ln"
  | "exp"
  | "abs"
  | "factorial"
  | "floor"
  | "ceil";

export type Expression =
  /** numerator / denominator, in lowest terms, the denominator above 0. `decimals`: it was written with so many places. */
  | { readonly kind: "number"; readonly numerator: bigint; readonly denominator: bigint; readonly decimals?: number }
  | { readonly kind: "constant"; readonly name: "pi" | "e" | "i" | "infinity" }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "sum"; readonly terms: readonly Expression[] }
  | { readonly kind: "product"; readonly factors: readonly Expression[] }
  | { readonly kind: "quotient"; readonly above: Expression; readonly below: Expression }
  | { readonly kind: "power"; readonly base: Expression; readonly exponent: Expression }
  | { readonly kind: "root"; readonly radicand: Expression; readonly index: Expression }
  | { readonly kind: "logarithm"; readonly base: Expression; readonly argument: Expression }
  | { readonly kind: "binomial"; readonly n: Expression; readonly k: Expression }
  | { readonly kind: "function"; readonly name: FunctionName; readonly argument: Expression };

/** Bounds on one answer. What exceeds them is not read, and then compared as text only. */
export const MATH_LIMITS = {
  /** Of one answer. */
  characters: 4000,
  /** Brackets within brackets. */
  nesting: 60,
  /** Parts of one answer's tree. */
  nodes: 2000,
  /** Of a whole number that is computed exactly. */
  digits: 2000,
  /** Significant digits of numeric evaluation, at most. */
  precision: 900,
  /** Of one question, in units of a sine of 60 digits, which takes about half a millisecond. */
  work: 200,
  /** Readings of an answer that may be meant in several ways. */
  readings: 8,
  /** Members of a list, set or tuple. */
  members: 200,
} as const;

/** Thrown where work would exceed its bounds: nothing can be said. Never leaves this folder. */
export class TooMuchWork extends Error {}

/** Thrown where a text is no mathematics that is understood. Never leaves this folder. */
export class Unreadable extends Error {}

/** What one question may cost: arithmetic of many digits, counted in operations of 60 digits; never a clock. */
export class Work {
  #left: number;

  constructor(units: number = MATH_LIMITS.work) {
    this.#left = units;
  }

  /** @throws TooMuchWork */
  spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0) throw new TooMuchWork("it would take too much work");
  }
}

export function numberOf(numerator: bigint, denominator = 1n, decimals?: number): Expression {
  const divisor = gcd(numerator, denominator) * (denominator < 0n ? -1n : 1n);
  const reduced = { kind: "number" as const, numerator: numerator / divisor, denominator: denominator / divisor };
  return decimals === undefined ? reduced : { ...reduced, decimals };
}

export const ONE = numberOf(1n);

export function negated(of: Expression): Expression {
  if (of.kind !== "number") return { kind: "product", factors: [numberOf(-1n), of] };
  return { ...of, numerator: -of.numerator };
}

/** Above 0 for anything but (0, 0), where it is 1. */
export function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x === 0n ? 1n : x;
}

/** The names of an expression's variables. */
export function variablesOf(expression: Expression, into = new Set<string>()): Set<string> {
  if (expression.kind === "variable") into.add(expression.name);
  for (const part of partsOf(expression)) variablesOf(part, into);
  return into;
}

export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "sum":
      return expression.terms;
    case "product":
      return expression.factors;
    case "quotient":
      return [expression.above, expression.below];
    case "power":
      return [expression.base, expression.exponent];
    case "root":
      return [expression.radicand, expression.index];
    case "logarithm":
      return [expression.base, expression.argument];
    case "binomial":
      return [expression.n, expression.k];
    case "function":
      return [expression.argument];
    default:
      return [];
  }
}
