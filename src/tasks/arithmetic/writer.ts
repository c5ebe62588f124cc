/**
 * The mediocre calculator whose chains the base model is trained on.
 *
 * Often it writes the answer at once, out of its head; else it shows its work, place by place. It makes slips: misreads
 * a digit, is off in a result, forgets what was to be carried, stops before it has reached the last place. It goes on
 * unaware of them.
 */

import type { Rng } from "../../core/rng.ts";
import { type Calculation, firstPlace, placeOf, placesOf } from "./calculation.ts";
import { placeName } from "./vocabulary.ts";

export type WriterOptions = {
  /** Probability of answering at once. */
  readonly direct: number;
  /** Probability, a digit of an answer at once, of being off. */
  readonly mental: number;
  /** Probability, a place, of reading one of its digits wrong. */
  readonly misread: number;
  /** Probability, a place, that the digit written is off by one or two. */
  readonly slip: number;
  /** Probability, where there is something to carry, of carrying nothing. */
  readonly forget: number;
  /** Probability, a place but the last, of stopping behind it. */
  readonly stop: number;
};

export const MEDIOCRE: WriterOptions = {
  direct: 0.35,
  mental: 0.12,
  misread: 0.02,
  slip: 0.04,
  forget: 0.08,
  stop: 0.02,
};

/** One who makes no mistakes and shows the work. */
export const PERFECT: WriterOptions = { direct: 0, mental: 0, misread: 0, slip: 0, forget: 0, stop: 0 };

/**
 * One chain for a calculation.
 *
 * @example
 * import { Rng } from "../../core/rng.ts";
 * writeChain({ op: "+", a: "7", b: "5" }, new Rng(1), PERFECT); // "steps u 7 U 5 =2 ^1 =1 end"
 */
export function writeChain(calculation: Calculation, rng: Rng, options: WriterOptions = MEDIOCRE): string {
  return rng.bool(options.direct) ? writeDirect(calculation, rng, options) : writeSteps(calculation, rng, options);
}

function writeDirect(calculation: Calculation, rng: Rng, { mental }: WriterOptions): string {
  const places = placesOf(calculation);
  const last = places.at(-1)?.carry ?? 0;
  const digits = [...places.map(({ digit }) => digit), ...(last > 0 ? [last] : [])];
  return `direct ${digits.map((digit) => `=${rng.bool(mental) ? off(digit, rng) : digit}`).join(" ")} end`;
}

function writeSteps(calculation: Calculation, rng: Rng, options: WriterOptions): string {
  const { op } = calculation;
  const first = firstPlace(calculation);
  const words = ["steps"];
  let carry = 0;
  const places = placesOf(calculation);
  for (const [i, place] of places.entries()) {
    const a = rng.bool(options.misread) ? rng.int(10) : place.a;
    const right = placeOf(op, a, place.b, carry);
    const digit = rng.bool(options.slip) ? off(right.digit, rng) : right.digit;
    carry = right.carry > 0 && rng.bool(options.forget) ? 0 : right.carry;
    const second = op === "+" ? placeName(first + i, 1) : "*";
    words.push(placeName(first + i, 0), String(a), second, String(place.b), `=${digit}`, `^${carry}`);
    if (i < places.length - 1 && rng.bool(options.stop)) break;
  }
  if (carry > 0) words.push(`=${carry}`);
  words.push("end");
  return words.join(" ");
}

/** A digit that is one or two away. */
function off(digit: number, rng: Rng): number {
  return (digit + rng.pick([1, 2, 8, 9])) % 10;
}
