/** Complex arithmetic of any precision, on decimal.js; principal branches, as everywhere. */

import { Decimal } from "decimal.js";

export type Complex = { readonly re: Decimal; readonly im: Decimal };
type Real = typeof Decimal;

const ARITHMETICS = new Map<number, Arithmetic>();
/** Precisions come in steps, so that their constants are computed once. */
const STEP = 60;

/** @param digits significant digits, at least */
export function arithmeticOf(digits: number): Arithmetic {
  const precision = Math.ceil(digits / STEP) * STEP;
  let arithmetic = ARITHMETICS.get(precision);
  if (arithmetic === undefined) {
    arithmetic = new Arithmetic(precision);
    ARITHMETICS.set(precision, arithmetic);
  }
  return arithmetic;
}

export class Arithmetic {
  readonly precision: number;
  readonly Real: Real;
  readonly zero: Decimal;
  readonly pi: Decimal;

  constructor(precision: number) {
    this.precision = precision;
    this.Real = Decimal.clone({ precision, maxE: 9e15, minE: -9e15, toExpNeg: -9e15, toExpPos: 9e15 });
    this.zero = new this.Real(0);
    this.pi = this.Real.acos(-1);
  }

  real(value: Decimal.Value): Complex {
    return { re: new this.Real(value), im: this.zero };
  }

  add(a: Complex, b: Complex): Complex {
    return { re: a.re.plus(b.re), im: a.im.plus(b.im) };
  }

  multiply(a: Complex, b: Complex): Complex {
    if (a.im.isZero() && b.im.isZero()) return { re: a.re.times(b.re), im: this.zero };
    return { re: a.re.times(b.re).minus(a.im.times(b.im)), im: a.re.times(b.im).plus(a.im.times(b.re)) };
  }

  divide(a: Complex, b: Complex): Complex {
    if (b.im.isZero()) return { re: a.re.div(b.re), im: a.im.isZero() ? this.zero : a.im.div(b.re) };
    const norm = b.re.times(b.re).plus(b.im.times(b.im));
    const { re, im } = this.multiply(a, { re: b.re, im: b.im.negated() });
    return { re: re.div(norm), im: im.div(norm) };
  }

  magnitude({ re, im }: Complex): Decimal {
    if (im.isZero()) return re.abs();
    return re.times(re).plus(im.times(im)).sqrt();
  }

  log(a: Complex): Complex {
    if (a.im.isZero() && !a.re.isNegative()) return { re: a.re.ln(), im: this.zero };
    return { re: this.magnitude(a).ln(), im: this.Real.atan2(a.im, a.re) };
  }

  exp({ re, im }: Complex): Complex {
    const size = re.exp();
    if (im.isZero()) return { re: size, im: this.zero };
    return { re: size.times(this.Real.cos(im)), im: size.times(this.Real.sin(im)) };
  }

  power(base: Complex, exponent: Complex): Complex {
    if (exponent.im.isZero() && exponent.re.isInteger() && exponent.re.abs().lte(1e6)) {
      if (base.im.isZero()) return { re: base.re.pow(exponent.re), im: this.zero };
      return this.#repeated(base, exponent.re.toNumber());
    }
    if (base.re.isZero() && base.im.isZero()) {
      return exponent.re.gt(0) ? this.real(0) : this.real(Number.NaN);
    }
    if (base.im.isZero() && exponent.im.isZero() && base.re.gt(0)) {
      return { re: base.re.ln().times(exponent.re).exp(), im: this.zero };
    }
    return this.exp(this.multiply(exponent, this.log(base)));
  }

  #repeated(base: Complex, exponent: number): Complex {
    let result = this.real(1);
    let square = base;
    for (let n = Math.abs(exponent); n > 0; n = Math.floor(n / 2)) {
      if (n % 2 === 1) result = this.multiply(result, square);
      square = this.multiply(square, square);
    }
    return exponent < 0 ? this.divide(this.real(1), result) : result;
  }

  sin({ re, im }: Complex): Complex {
    if (im.isZero()) return { re: this.Real.sin(re), im: this.zero };
    const [sin, cos] = [this.Real.sin(re), this.Real.cos(re)];
    return { re: sin.times(im.cosh()), im: cos.times(im.sinh()) };
  }

  cos({ re, im }: Complex): Complex {
    if (im.isZero()) return { re: this.Real.cos(re), im: this.zero };
    const [sin, cos] = [this.Real.sin(re), this.Real.cos(re)];
    return { re: cos.times(im.cosh()), im: sin.times(im.sinh()).negated() };
  }

  /** (e^a - s e^-a) / 2, with s 1 for the sine and -1 for the cosine. */
  hyperbolic(a: Complex, sign: 1 | -1): Complex {
    const [up, down] = [this.exp(a), this.exp({ re: a.re.negated(), im: a.im.negated() })];
    const half = this.real(0.5);
    return this.multiply(half, this.add(up, this.multiply(this.real(-sign), down)));
  }

  /** Inverse functions of real arguments in their real range; NaN elsewhere. */
  inverse(name: "asin" | "acos" | "atan", { re, im }: Complex): Complex {
    if (!im.isZero()) return this.real(Number.NaN);
    return { re: re[name](), im: this.zero };
  }
}
