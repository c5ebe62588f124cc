/** Numeric evaluation of an expression to many digits, with its variables at given points. */

import type { Decimal } from "decimal.js";
import type { Arithmetic, Complex } from "./complex.ts";
import { type Expression, type FunctionName, TooMuchWork, type Work } from "./expression.ts";
import { type Rational, rationalOf } from "./rational.ts";

export type Evaluation = {
  readonly value: Complex;
  /** Decimal exponent of the largest number on the way: what cancellation may have cost. */
  readonly scale: number;
  /** Digits by which a term of a sum was smaller than the sum, at most: beyond the precision it went unseen. */
  readonly gap: number;
};

/** Largest decimal exponent of an angle: its place in the circle is lost beyond. */
const LARGEST_ANGLE = 40;

/** NaN where the expression has no finite value there. */
export function evaluate(
  expression: Expression,
  arithmetic: Arithmetic,
  variables: ReadonlyMap<string, Complex>,
  work: Work,
): Evaluation {
  const evaluator = new Evaluator(arithmetic, variables, work);
  const value = evaluator.valueOf(expression);
  return { value, scale: evaluator.scale, gap: evaluator.gap };
}

class Evaluator {
  scale = 0;
  gap = 0;
  readonly #arithmetic: Arithmetic;
  readonly #variables: ReadonlyMap<string, Complex>;
  readonly #work: Work;
  /** Of a transcendental function at this precision. */
  readonly #cost: number;

  constructor(arithmetic: Arithmetic, variables: ReadonlyMap<string, Complex>, work: Work) {
    this.#arithmetic = arithmetic;
    this.#variables = variables;
    this.#work = work;
    this.#cost = (arithmetic.precision / 60) ** 2;
  }

  valueOf(expression: Expression): Complex {
    const value = this.#compute(expression);
    for (const part of [value.re, value.im]) {
      if (part.isFinite() && !part.isZero() && part.e > this.scale) this.scale = part.e;
    }
    return value;
  }

  #compute(expression: Expression): Complex {
    const a = this.#arithmetic;
    this.#work.spend(costOf(expression) * this.#cost);
    switch (expression.kind) {
      case "number": {
        const above = new a.Real(expression.numerator.toString());
        const { denominator } = expression;
        return a.real(denominator === 1n ? above : above.div(denominator.toString()));
      }
      case "constant":
        return this.#constant(expression.name);
      case "variable":
        return this.#variables.get(expression.name) ?? a.real(Number.NaN);
      case "sum":
        return this.#sum(expression.terms.map((term) => this.valueOf(term)));
      case "product":
        return expression.factors.map((factor) => this.valueOf(factor)).reduce((x, y) => a.multiply(x, y));
      case "quotient":
        return this.#quotient(this.valueOf(expression.above), this.valueOf(expression.below));
      case "power":
        return this.#power(
          this.valueOf(expression.base),
          this.valueOf(expression.exponent),
          rationalOf(expression.exponent),
        );
      case "root":
        return this.#root(this.valueOf(expression.radicand), this.valueOf(expression.index));
      case "logarithm":
        return a.divide(a.log(this.valueOf(expression.argument)), a.log(this.valueOf(expression.base)));
      case "binomial":
        return this.#binomial(this.valueOf(expression.n), this.valueOf(expression.k));
      case "function":
        return this.#call(expression.name, this.valueOf(expression.argument));
    }
  }

  #sum(terms: readonly Complex[]): Complex {
    const sum = terms.reduce((x, y) => this.#arithmetic.add(x, y));
    for (const part of ["re", "im"] as const) {
      const size = Math.max(...terms.map((term) => exponentOf(term[part])), exponentOf(sum[part]));
      for (const term of terms) {
        const { [part]: own } = term;
        if (own.isFinite() && !own.isZero()) this.gap = Math.max(this.gap, size - own.e);
      }
    }
    return sum;
  }

  #quotient(above: Complex, below: Complex): Complex {
    const a = this.#arithmetic;
    return below.re.isZero() && below.im.isZero() ? a.real(Number.NaN) : a.divide(above, below);
  }

  #constant(name: "pi" | "e" | "i" | "infinity"): Complex {
    const a = this.#arithmetic;
    if (name === "pi") return a.real(a.pi);
    if (name === "e") return a.real(a.Real.exp(1));
    if (name === "i") return { re: a.zero, im: new a.Real(1) };
    return a.real(Number.POSITIVE_INFINITY);
  }

  /** x^(2/3) of a negative x is real, as its cube root is. */
  #power(base: Complex, exponent: Complex, rational: Rational | null): Complex {
    const { re } = exponent;
    // A power that is no product is an exponential of a logarithm; of complex numbers four of them.
    const isOdd = rational !== null && rational.denominator % 2n === 1n;
    const isReal = base.im.isZero() && exponent.im.isZero() && (base.re.gt(0) || isOdd);
    if (rational?.denominator !== 1n) this.#work.spend((isReal ? 2 : 8) * this.#cost);
    if (
      rational !== null &&
      rational.denominator % 2n === 1n &&
      rational.denominator !== 1n &&
      base.im.isZero() &&
      base.re.isNegative()
    ) {
      const size = this.#arithmetic.power({ re: base.re.negated(), im: base.im }, exponent);
      return rational.numerator % 2n === 0n ? size : { re: size.re.negated(), im: size.im };
    }
    if (re.abs().gt(1e9) && !isUnit(base)) {
      // Beyond anything that is compared; the logarithm of its size says whether it can be held at all.
      const size = this.#arithmetic.magnitude(base).ln().times(re);
      if (size.abs().gt(1e12)) throw new TooMuchWork("a power is too large");
    }
    return this.#arithmetic.power(base, exponent);
  }

  /** Odd roots of negative numbers are real, as everyone but a computer means them. */
  #root(radicand: Complex, index: Complex): Complex {
    const a = this.#arithmetic;
    if (index.re.eq(2)) {
      if (!radicand.im.isZero()) return a.power(radicand, a.real(0.5));
      const root = radicand.re.abs().sqrt();
      return radicand.re.isNegative() ? { re: a.zero, im: root } : { re: root, im: a.zero };
    }
    const exponent = a.divide(a.real(1), index);
    const odd = index.im.isZero() && index.re.isInteger() && !index.re.mod(2).isZero();
    if (odd && radicand.im.isZero() && radicand.re.isNegative()) {
      const { re } = a.power({ re: radicand.re.negated(), im: a.zero }, exponent);
      return { re: re.negated(), im: a.zero };
    }
    return a.power(radicand, exponent);
  }

  #binomial(n: Complex, k: Complex): Complex {
    const a = this.#arithmetic;
    if (!k.im.isZero() || !k.re.isInteger() || k.re.isNegative()) return a.real(Number.NaN);
    if (k.re.gt(500)) throw new TooMuchWork("a binomial is too large");
    let value = a.real(1);
    for (let i = 1; i <= k.re.toNumber(); i++) {
      value = a.multiply(value, a.divide(a.add(n, a.real(1 - i)), a.real(i)));
    }
    return value;
  }

  #call(name: FunctionName, x: Complex): Complex {
    const a = this.#arithmetic;
    const nothing = a.real(Number.NaN);
    if (ANGLES.has(name) && exponentOf(x.re) > LARGEST_ANGLE) throw new TooMuchWork("an angle is too large");
    const over = (above: Complex, below: Complex): Complex => this.#quotient(above, below);
    const one = a.real(1);
    const functions: Readonly<Record<FunctionName, () => Complex>> = {
      sin: () => a.sin(x),
      cos: () => a.cos(x),
      tan: () => over(a.sin(x), a.cos(x)),
      cot: () => over(a.cos(x), a.sin(x)),
      sec: () => over(one, a.cos(x)),
      csc: () => over(one, a.sin(x)),
      arcsin: () => a.inverse("asin", x),
      arccos: () => a.inverse("acos", x),
      arctan: () => a.inverse("atan", x),
      sinh: () => a.hyperbolic(x, 1),
      cosh: () => a.hyperbolic(x, -1),
      tanh: () => over(a.hyperbolic(x, 1), a.hyperbolic(x, -1)),
      ln: () => (x.re.isZero() && x.im.isZero() ? nothing : a.log(x)),
      exp: () => a.exp(x),
      abs: () => ({ re: a.magnitude(x), im: a.zero }),
      floor: () => (x.im.isZero() ? a.real(x.re.floor()) : nothing),
      ceil: () => (x.im.isZero() ? a.real(x.re.ceil()) : nothing),
      factorial: () => this.#factorial(x),
    };
    return functions[name]();
  }

  #factorial({ re, im }: Complex): Complex {
    const a = this.#arithmetic;
    if (!im.isZero() || !re.isInteger() || re.isNegative()) return a.real(Number.NaN);
    if (re.gt(700)) throw new TooMuchWork("a factorial is too large");
    let product: Decimal = new a.Real(1);
    for (let i = 2; i <= re.toNumber(); i++) product = product.times(i);
    return a.real(product);
  }
}

function isUnit({ re, im }: Complex): boolean {
  return im.isZero() && re.abs().eq(1);
}

/** In units of a sine, as measured; whole powers and roots cost little more than products. */
function costOf(expression: Expression): number {
  switch (expression.kind) {
    case "function":
      return FUNCTION_COSTS[expression.name] ?? 1;
    case "power":
      return 0.2;
    case "logarithm":
      return 2;
    case "root":
      return expression.index.kind === "number" && expression.index.numerator === 2n ? 0.3 : 2;
    case "binomial":
      return 1;
    default:
      return 0.02;
  }
}

const FUNCTION_COSTS: Partial<Readonly<Record<FunctionName, number>>> = {
  tan: 2,
  cot: 2,
  arcsin: 5,
  arccos: 5,
  arctan: 5,
  sinh: 3,
  cosh: 3,
  tanh: 6,
};
const ANGLES = new Set(["sin", "cos", "tan", "cot", "sec", "csc"]);

/** Decimal exponent; of 0 and of what is no number as small as can be. */
function exponentOf(value: Decimal): number {
  return value.isFinite() && !value.isZero() ? value.e : Number.NEGATIVE_INFINITY;
}
