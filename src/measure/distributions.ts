/**
 * The two distributions that intervals need: the standard normal and Student's t.
 *
 * Normal CDF: Marsaglia 2004, "Evaluating the Normal Distribution": 1/2 + phi(x) (x + x^3/3 + x^5/15 + ...), good to
 * about 1e-15 for |x| < 7. Student's CDF: the regularised incomplete beta function by Lentz's continued fraction
 * (Numerical Recipes, section 6.4), log-gamma by Lanczos (g = 7, 9 terms). Quantiles by bisection of the CDF: 200 halvings
 * at most, fast enough for the handful of intervals a report draws.
 */

/** P(Z <= x) for a standard normal Z. */
export function normalCdf(x: number): number {
  if (x < -8) return 0;
  if (x > 8) return 1;
  let term = x;
  let sum = x;
  for (let i = 3; Math.abs(term) > 1e-17 * Math.abs(sum); i += 2) {
    term *= (x * x) / i;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

/** The x with P(Z <= x) = p, for 0 < p < 1. `normalQuantile(0.975)` is 1.959964. */
export function normalQuantile(p: number): number {
  return bisect(normalCdf, p, 8);
}

/** P(T <= x) for Student's t with `dof` > 0 degrees of freedom. */
export function studentTCdf(x: number, dof: number): number {
  const tail = 0.5 * incompleteBeta(dof / 2, 0.5, dof / (dof + x * x));
  return x > 0 ? 1 - tail : tail;
}

/** The x with P(T <= x) = p, for 0 < p < 1. `studentTQuantile(0.975, 5)` is 2.570582. */
export function studentTQuantile(p: number, dof: number): number {
  return bisect((x) => studentTCdf(x, dof), p, 1e6);
}

/** The root of an increasing cdf(x) = p within +-bound. */
function bisect(cdf: (x: number) => number, p: number, bound: number): number {
  let lo = -bound;
  let hi = bound;
  for (let i = 0; i < 200; i++) {
    const mid = (lo + hi) / 2;
    if (mid === lo || mid === hi) break;
    if (cdf(mid) < p) lo = mid;
    else hi = mid;
  }
  return (lo + hi) / 2;
}

/** I_x(a, b), the regularised incomplete beta function. */
function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The continued fraction converges fast on this side of the mean, and the function is symmetric.
  if (x < (a + 1) / (a + b + 2)) return (front * betaFraction(a, b, x)) / a;
  return 1 - (front * betaFraction(b, a, 1 - x)) / b;
}

function betaFraction(a: number, b: number, x: number): number {
  const awayFromZero = (y: number): number => (Math.abs(y) < 1e-300 ? 1e-300 : y);
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let h = d;
  for (let m = 1; m <= 1000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    h *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return h;
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Gamma(z) for z >= 1/2, which is all that half degrees of freedom ask for. */
function logGamma(z: number): number {
  const x = z - 1;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (x + i);
  const t = x + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(sum);
}
