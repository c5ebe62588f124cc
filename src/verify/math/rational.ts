/** Exact evaluation of what is rational, in bounded work: null for what is not, or not seen to be. */

import { type Expression, gcd, MATH_LIMITS, TooMuchWork } from "./expression.ts";

export type Rational = { readonly numerator: bigint; readonly denominator: bigint };

const BITS = Math.ceil(MATH_LIMITS.digits * Math.log2(10));

/** @throws TooMuchWork for a number of more digits than are computed */
export function rationalOf(expression: Expression): Rational | null {
  switch (expression.kind) {
    case "number":
      return expression;
    case "sum": {
      let sum: Rational = { numerator: 0n, denominator: 1n };
      for (const term of expression.terms) {
        const value = rationalOf(term);
        if (value === null) return null;
        sum = reduced(
          sum.numerator * value.denominator + value.numerator * sum.denominator,
          sum.denominator * value.denominator,
        );
      }
      return sum;
    }
    case "product": {
      let product: Rational = { numerator: 1n, denominator: 1n };
      for (const factor of expression.factors) {
        const value = rationalOf(factor);
        if (value === null) return null;
        product = reduced(product.numerator * value.numerator, product.denominator * value.denominator);
      }
      return product;
    }
    case "quotient": {
      const above = rationalOf(expression.above);
      const below = rationalOf(expression.below);
      if (above === null || below === null || below.numerator === 0n) return null;
      return reduced(above.numerator * below.denominator, above.denominator * below.numerator);
    }
    case "power":
      return powerOf(rationalOf(expression.base), rationalOf(expression.exponent));
    case "root": {
      const radicand = rationalOf(expression.radicand);
      const index = rationalOf(expression.index);
      if (radicand === null || index === null || index.denominator !== 1n) return null;
      return rootOf(radicand, index.numerator);
    }
    case "binomial":
      return binomialOf(rationalOf(expression.n), rationalOf(expression.k));
    case "function":
      return functionOf(expression.name, rationalOf(expression.argument));
    default:
      return null;
  }
}

export function sameRational(a: Rational, b: Rational): boolean {
  return a.numerator * b.denominator === b.numerator * a.denominator;
}

export function reduced(numerator: bigint, denominator: bigint): Rational {
  checkSize(numerator);
  checkSize(denominator);
  const divisor = gcd(numerator, denominator) * (denominator < 0n ? -1n : 1n);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

function checkSize(value: bigint): void {
  if (bitsOf(value) > BITS) throw new TooMuchWork("a number has too many digits");
}

/** Within 64 of the bits of |value|. */
export function bitsOf(value: bigint): number {
  return value.toString(16).length * 4;
}

function powerOf(base: Rational | null, exponent: Rational | null): Rational | null {
  if (base === null || exponent === null || exponent.denominator !== 1n) return null;
  const { numerator: n } = exponent;
  if (base.numerator === 0n && n <= 0n) return null;
  const size = n < 0n ? -n : n;
  const bits = Math.max(bitsOf(base.numerator), bitsOf(base.denominator));
  const unit = bits === 4 && base.denominator === 1n && base.numerator >= -1n && base.numerator <= 1n;
  if (unit) return { numerator: base.numerator === -1n && size % 2n === 0n ? 1n : base.numerator, denominator: 1n };
  // Of a huge power nothing rational is told: it may still be compared by its logarithm.
  if (size > BigInt(BITS) || Number(size) * bits > 4 * BITS) return null;
  const [above, below] = [base.numerator ** size, base.denominator ** size];
  return n < 0n ? reduced(below, above) : reduced(above, below);
}

/** Where it is exact. */
function rootOf({ numerator, denominator }: Rational, index: bigint): Rational | null {
  if (index < 2n || index > 64n) return null;
  if (numerator < 0n) return null; // principal roots of negative numbers are complex
  const above = exactRoot(numerator, index);
  const below = exactRoot(denominator, index);
  return above === null || below === null ? null : { numerator: above, denominator: below };
}

function exactRoot(value: bigint, index: bigint): bigint | null {
  if (value < 2n) return value;
  let low = 1n;
  let high = 1n << BigInt(Math.ceil(bitsOf(value) / Number(index)) + 1);
  while (low < high) {
    const middle = (low + high) >> 1n;
    if (middle ** index < value) low = middle + 1n;
    else high = middle;
  }
  return low ** index === value ? low : null;
}

/** n is bounded so that its factorial is. */
const MOST_FACTORIAL = 700n;

function functionOf(name: string, argument: Rational | null): Rational | null {
  if (argument === null) return null;
  const { numerator, denominator } = argument;
  if (name === "abs") return { numerator: numerator < 0n ? -numerator : numerator, denominator };
  if (name === "floor") return { numerator: floorOf(argument), denominator: 1n };
  if (name === "ceil") return { numerator: -floorOf({ numerator: -numerator, denominator }), denominator: 1n };
  if (name !== "factorial" || denominator !== 1n || numerator < 0n) return null;
  if (numerator > MOST_FACTORIAL) throw new TooMuchWork("a factorial is too large");
  let product = 1n;
  for (let i = 2n; i <= numerator; i++) product *= i;
  return { numerator: product, denominator: 1n };
}

function floorOf({ numerator, denominator }: Rational): bigint {
  const quotient = numerator / denominator;
  return numerator < 0n && numerator % denominator !== 0n ? quotient - 1n : quotient;
}

function binomialOf(n: Rational | null, k: Rational | null): Rational | null {
  if (n === null || k === null || n.denominator !== 1n || k.denominator !== 1n) return null;
  if (n.numerator < 0n || k.numerator < 0n) return null;
  if (k.numerator > n.numerator) return { numerator: 0n, denominator: 1n };
  const steps = k.numerator * 2n > n.numerator ? n.numerator - k.numerator : k.numerator;
  if (steps > MOST_FACTORIAL) throw new TooMuchWork("a binomial is too large");
  let value = 1n;
  for (let i = 1n; i <= steps; i++) {
    value = (value * (n.numerator - steps + i)) / i;
    checkSize(value);
  }
  return { numerator: value, denominator: 1n };
}
