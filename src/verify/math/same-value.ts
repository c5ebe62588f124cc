/**
 * Whether two expressions have the same value, by layers; each later one is asked only where the earlier cannot tell.
 *
 * 1. Rational numbers are compared exactly.
 * 2. A side that is written as a decimal number is compared within a relative 1e-6, and within one unit of its last place: it
 *    must be the other side, rounded or cut.
 * 3. Other closed forms are evaluated to as many digits as the cancellation on the way asks for, 60 or more. A difference
 *    that vanishes must go on vanishing at twice the digits: e^-1000 stays, sin(pi) goes.
 * 4. Expressions with variables are the same if they are at five fixed points of unlike size and sign. Each point is a
 *    number of many digits, so that an identity of polynomials that holds there by accident would have to have it for a
 *    root (Schwartz 1980, Zippel 1979).
 *
 * Everything is bounded by counts, never by a clock.
 */

import type { Decimal } from "decimal.js";
import { type Arithmetic, arithmeticOf, type Complex } from "./complex.ts";
import { type Evaluation, evaluate } from "./evaluate.ts";
import { type Expression, MATH_LIMITS, partsOf, TooMuchWork, variablesOf, type Work } from "./expression.ts";
import { bitsOf, type Rational, rationalOf, sameRational } from "./rational.ts";

export type Sameness = { readonly same: boolean; readonly how: string };

const FIRST_DIGITS = 60;
/** Digits that must be left over after the largest cancellation. */
const GUARD = 30;
const RELATIVE = { numerator: 1n, denominator: 1_000_000n };

/**
 * @throws TooMuchWork where the bounds do not let it be told
 */
export function sameValue(a: Expression, b: Expression, work: Work): Sameness {
  if (identical(a, b)) return { same: true, how: "the same, as it is built" };
  const variables = new Set([...variablesOf(a), ...variablesOf(b)]);
  if (variables.size > 0) return sameFunction(a, b, variables, work);
  const [x, y] = [rationalOf(a), rationalOf(b)];
  if (x !== null && y !== null) {
    if (sameRational(x, y)) return { same: true, how: "the same number" };
    return { same: nearDecimal(a, b, x, y), how: "within the rounding of a decimal" };
  }
  const decimals = [decimalsOf(a), decimalsOf(b)].filter((places) => places !== null);
  if (decimals.length > 0) return nearNumerically(a, b, Math.min(...decimals), work);
  return { same: equalAt(a, b, new Map(), work), how: "the same number" };
}

function identical(a: Expression, b: Expression): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === "number" && b.kind === "number") return a.numerator === b.numerator && a.denominator === b.denominator;
  if ("name" in a && "name" in b && a.name !== b.name) return false;
  const [mine, others] = [partsOf(a), partsOf(b)];
  return mine.length === others.length && mine.every((part, i) => identical(part, others[i] as Expression));
}

/** Places of a side that is one decimal number; null for any other side. */
function decimalsOf(expression: Expression): number | null {
  if (expression.kind === "number") return expression.decimals ?? null;
  if (expression.kind !== "product") return null;
  const [sign, number, ...more] = expression.factors;
  const minus = sign?.kind === "number" && sign.numerator === -1n && sign.denominator === 1n;
  return minus && number !== undefined && more.length === 0 ? decimalsOf(number) : null;
}

function nearDecimal(a: Expression, b: Expression, x: Rational, y: Rational): boolean {
  const decimals = [decimalsOf(a), decimalsOf(b)].filter((each) => each !== null);
  if (decimals.length === 0) return false;
  const places = Math.min(...decimals);
  const common = x.denominator * y.denominator;
  const difference = absolute(x.numerator * y.denominator - y.numerator * x.denominator);
  const larger = [absolute(x.numerator * y.denominator), absolute(y.numerator * x.denominator)].reduce((p, q) =>
    p > q ? p : q,
  );
  const withinRelative = difference * RELATIVE.denominator < larger * RELATIVE.numerator;
  const withinPlace = difference * 10n ** BigInt(places) < common;
  return withinRelative && withinPlace;
}

function nearNumerically(a: Expression, b: Expression, places: number, work: Work): Sameness {
  const arithmetic = arithmeticOf(FIRST_DIGITS);
  const [x, y] = [evaluate(a, arithmetic, new Map(), work).value, evaluate(b, arithmetic, new Map(), work).value];
  if (!isFiniteAt(x) || !isFiniteAt(y)) return { same: false, how: "a decimal" };
  const difference = arithmetic.magnitude(arithmetic.add(x, { re: y.re.negated(), im: y.im.negated() }));
  const larger = maximum(arithmetic.magnitude(x), arithmetic.magnitude(y));
  const same = difference.lt(larger.times("1e-6")) && difference.lt(new arithmetic.Real(10).pow(-places));
  return { same, how: "within the rounding of a decimal" };
}

/** Values of unlike size. */
const POINTS = [
  "0.7390851332151606416553120876738734",
  "1.3247179572447460259609088544780973",
  "2.2360679774997896964091736687312762",
  "0.5671432904097838729999686622103555",
  "1.2020569031595942853997381615114499",
] as const;

/** Value of the i-th variable at point p: powers of a number near 1 keep variables apart, and every sign occurs. */
function pointOf(p: number, i: number, { Real }: Arithmetic): Decimal {
  const value = new Real(POINTS[p] as string).times(new Real("1.3862943611198906").pow(i));
  return ((p >> (i % 3)) & 1) === 1 ? value.negated() : value;
}

function sameFunction(a: Expression, b: Expression, names: ReadonlySet<string>, work: Work): Sameness {
  const how = "the same expression";
  const [mine, others] = [variablesOf(a), variablesOf(b)];
  if (mine.size !== others.size && mine.size > 0 && others.size > 0 && names.size > Math.max(mine.size, others.size)) {
    return { same: false, how };
  }
  const sorted = [...names].sort();
  let defined = 0;
  for (const p of POINTS.keys()) {
    const at = (digits: number): ReadonlyMap<string, Complex> => {
      const arithmetic = arithmeticOf(digits);
      return new Map(sorted.map((name, i) => [name, arithmetic.real(pointOf(p, i, arithmetic))]));
    };
    const equal = comparedAt(a, b, at, work);
    if (equal === false) return { same: false, how };
    if (equal === true) defined++;
  }
  if (defined === 0) throw new TooMuchWork("neither side has a value where it was tried");
  return { same: true, how };
}

function equalAt(a: Expression, b: Expression, variables: ReadonlyMap<string, Complex>, work: Work): boolean {
  const equal = comparedAt(a, b, () => variables, work);
  if (equal === null) throw new TooMuchWork("neither side has a finite value");
  return equal;
}

/** Null where neither has a finite value. */
function comparedAt(
  a: Expression,
  b: Expression,
  at: (digits: number) => ReadonlyMap<string, Complex>,
  work: Work,
): boolean | null {
  let digits = Math.max(FIRST_DIGITS, 40 + 4 * Math.max(heightOf(a), heightOf(b)));
  for (;;) {
    if (digits > MATH_LIMITS.precision) throw new TooMuchWork("it would take too many digits");
    const arithmetic = arithmeticOf(digits);
    const [x, y] = [evaluate(a, arithmetic, at(digits), work), evaluate(b, arithmetic, at(digits), work)];
    const [finiteX, finiteY] = [isFiniteAt(x.value), isFiniteAt(y.value)];
    if (!finiteX || !finiteY) return finiteX === finiteY ? sameInfinity(x, y) : false;
    const seen = compareOnce(x, y, arithmetic);
    if (seen !== "unclear") return seen === "unequal" ? false : vanishes(a, b, at, digits, seen.difference, work);
    digits *= 2;
  }
}

function sameInfinity(x: Evaluation, y: Evaluation): boolean | null {
  const infinite = ({ re, im }: Complex): boolean => !re.isNaN() && !re.isFinite() && im.isZero();
  if (!infinite(x.value) || !infinite(y.value)) return null;
  return x.value.re.eq(y.value.re);
}

/** Equal as far as these digits go, unequal, or too much was lost to say. */
function compareOnce(
  x: Evaluation,
  y: Evaluation,
  arithmetic: Arithmetic,
): "unequal" | "unclear" | { readonly difference: Decimal } {
  const minus = { re: y.value.re.negated(), im: y.value.im.negated() };
  const difference = arithmetic.magnitude(arithmetic.add(x.value, minus));
  const larger = maximum(arithmetic.magnitude(x.value), arithmetic.magnitude(y.value));
  const noise = new arithmetic.Real(10).pow(Math.max(x.scale, y.scale) - arithmetic.precision + 15);
  if (difference.lte(noise)) {
    // A term that is smaller than all digits of its sum went unseen.
    if (Math.max(x.gap, y.gap) > arithmetic.precision - 20) return "unclear";
    // Nothing is left of both sides, or enough digits agree.
    if (larger.lte(noise) || noise.lte(larger.times(new arithmetic.Real(10).pow(-GUARD)))) return { difference };
    return "unclear";
  }
  return "unequal";
}

/** Whether a difference that cannot be told from nothing goes on vanishing at twice the digits. */
function vanishes(
  a: Expression,
  b: Expression,
  at: (digits: number) => ReadonlyMap<string, Complex>,
  digits: number,
  difference: Decimal,
  work: Work,
): boolean {
  const arithmetic = arithmeticOf(Math.min(2 * digits, MATH_LIMITS.precision));
  const [x, y] = [evaluate(a, arithmetic, at(2 * digits), work), evaluate(b, arithmetic, at(2 * digits), work)];
  const again = arithmetic.magnitude(arithmetic.add(x.value, { re: y.value.re.negated(), im: y.value.im.negated() }));
  if (again.isZero()) return true;
  if (difference.isZero()) return again.e < Math.max(x.scale, y.scale) - arithmetic.precision + 15;
  return again.e < difference.e - digits / 4;
}

function isFiniteAt({ re, im }: Complex): boolean {
  return re.isFinite() && im.isFinite();
}

function maximum(x: Decimal, y: Decimal): Decimal {
  return x.gt(y) ? x : y;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

/** Digits of the longest whole number in it: nearly equal surds of long numbers differ late. */
function heightOf(expression: Expression): number {
  let height = 0;
  const exact = rationalOf(expression);
  if (exact !== null) {
    const bits = Math.max(bitsOf(exact.numerator), bitsOf(exact.denominator));
    return Math.ceil(bits / Math.log2(10));
  }
  for (const part of partsOf(expression)) height = Math.max(height, heightOf(part));
  return height;
}
