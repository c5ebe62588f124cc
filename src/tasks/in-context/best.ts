/**
 * What can be known from examples: the best guess, and how often it is right, exactly.
 *
 * Every meaning is as likely as another beforehand and a misprint is any of them, so the best guess is the meaning that the
 * asked name was most often shown with; of several, any. A name that comes up with probability p is shown c of k times by
 * the binomial law. Of its c examples t are true and the others spread evenly over the MEANINGS - 1 wrong meanings; the
 * guess is right if none of these has more, and with a share of 1 / (1 + ties) if j have as many:
 *
 *   right(c) = sum over t   binomial(c, t, true) sum over j   P(c - t spread with none above t, j at t) / (1 + j)
 *
 * The spread is counted by exponential generating functions, cut off at t.
 */

import { type Example, NAME_SHARES, NOISE } from "./dictionary.ts";
import { MEANINGS } from "./vocabulary.ts";

/** Probability that an example shows the true meaning. */
const TRUE = 1 - NOISE + NOISE / MEANINGS;

/**
 * Meanings that the examples speak most for, all of them where they speak for none.
 *
 * @example
 * bestGuesses([{ name: 1, meaning: 4 }, { name: 2, meaning: 5 }, { name: 1, meaning: 4 }], 1); // [4]
 */
export function bestGuesses(examples: readonly Example[], asked: number): number[] {
  const counts = new Array<number>(MEANINGS).fill(0);
  for (const { name, meaning } of examples) if (name === asked) counts[meaning - 1]!++;
  const most = Math.max(...counts);
  return counts.flatMap((count, i) => (count === most ? [i + 1] : []));
}

/**
 * Probability that the best guess is right after so many examples of the name itself.
 *
 * @example
 * rightAfter(0); // 0.125
 */
export function rightAfter(shown: number): number {
  let right = 0;
  for (let t = 0; t <= shown; t++) {
    right += binomial(shown, t, TRUE) * shareOfGuess(shown - t, t);
  }
  return right;
}

/**
 * Accuracy of the best guess after `shots` examples, over all that can be drawn.
 *
 * @example
 * bestAccuracy(0); // 0.125
 */
export function bestAccuracy(shots: number): number {
  const after = Array.from({ length: shots + 1 }, (_, c) => rightAfter(c));
  return NAME_SHARES.reduce(
    (sum, p) => sum + p * after.reduce((inner, right, c) => inner + binomial(shots, c, p) * right, 0),
    0,
  );
}

/** With `wrong` examples spread over the wrong meanings and `t` of the true one: the share of the truth among the best. */
function shareOfGuess(wrong: number, t: number): number {
  const others = MEANINGS - 1;
  let share = 0;
  for (let ties = 0; ties <= others && ties * t <= wrong; ties++) {
    if (t === 0 && ties < others) continue; // at t = 0 no example is there at all: every meaning ties
    const below = power(t, others - ties, wrong - ties * t);
    const ways = choose(others, ties) * Math.exp(-ties * logFactorial(t)) * below;
    share += (ways * Math.exp(logFactorial(wrong) - wrong * Math.log(others))) / (1 + ties);
  }
  return share;
}

/** The coefficient of x^degree in (sum over i below t of x^i / i!)^exponent. */
function power(t: number, exponent: number, degree: number): number {
  let product = new Float64Array(degree + 1);
  product[0] = 1;
  for (let e = 0; e < exponent; e++) {
    const next = new Float64Array(degree + 1);
    for (let d = 0; d <= degree; d++) {
      for (let i = 0; i < t && i <= d; i++) next[d]! += product[d - i]! * Math.exp(-logFactorial(i));
    }
    product = next;
  }
  return product[degree] as number;
}

function binomial(n: number, k: number, p: number): number {
  return choose(n, k) * p ** k * (1 - p) ** (n - k);
}

function choose(n: number, k: number): number {
  return Math.exp(logFactorial(n) - logFactorial(k) - logFactorial(n - k));
}

const LOG_FACTORIALS: readonly number[] = (() => {
  const values = [0];
  for (let n = 1; n <= 256; n++) values.push((values[n - 1] as number) + Math.log(n));
  return values;
})();

function logFactorial(n: number): number {
  return LOG_FACTORIALS[n] as number;
}
