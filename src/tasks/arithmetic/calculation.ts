/**
 * One calculation: the sum of two numbers of n digits, or the product of one with a digit from 2 to 9. How it is written,
 * worked out place by place, and carried in a `Problem`.
 *
 * The prompt of 473 + 528, from the lowest place up, its places named from `c` on: `c 3 d 7 e 4 + C 8 D 2 E 5 =`.
 * The prompt of 473 * 8: `c 3 d 7 e 4 * 8 =`.
 */

import { z } from "zod";
import { MullError } from "../../core/errors.ts";
import type { Problem } from "../../core/problem.ts";
import { deriveSeed } from "../../core/rng.ts";
import { LETTERS, MAX_DIGITS, OPERATORS, type Operator, placeName } from "./vocabulary.ts";

export type Calculation = {
  readonly op: Operator;
  /** In decimal, without leading zeros. */
  readonly a: string;
  /** As many digits as `a`; of a product one digit, 2 to 9. */
  readonly b: string;
};

/** What is done at one place: `a` and `b` with the carry `carryIn` make the digit `digit` and the carry `carry`. */
export type Place = {
  readonly a: number;
  readonly b: number;
  readonly carryIn: number;
  readonly digit: number;
  readonly carry: number;
};

/** Any change makes other prompts, and so other models. */
const PLACE_SEED = 71;

const number = z
  .string()
  .regex(/^[1-9][0-9]*$/)
  .max(MAX_DIGITS);
const CALCULATION = z
  .object({ op: z.enum(OPERATORS), a: number, b: number })
  .refine(({ op, a, b }) => (op === "+" ? a.length === b.length : /^[2-9]$/.test(b)));

/** The calculation that a problem of this task carries in `data`, or null where it carries none. */
export function calculationOf(problem: Problem): Calculation | null {
  const parsed = CALCULATION.safeParse(problem.data);
  return parsed.success ? parsed.data : null;
}

/** How many digits the (first) number has: what makes a problem hard. */
export function digitsOf({ a }: Calculation): number {
  return a.length;
}

/** The letter, counted from 0, that names the lowest place: a function of the calculation, as good as random. */
export function firstPlace({ op, a, b }: Calculation): number {
  return deriveSeed(PLACE_SEED, `${a}${op}${b}`) % (LETTERS - a.length + 1);
}

/**
 * The problem of a calculation.
 *
 * @example
 * problemOf({ op: "*", a: "473", b: "8" }).id; // "ar3:473*8"
 */
export function problemOf(calculation: Calculation): Problem {
  const { op, a, b } = calculation;
  return {
    id: `ar${a.length}:${a}${op}${b}`,
    prompt: promptOf(calculation, firstPlace(calculation)),
    answer: String(productOrSum(calculation)),
    data: { op, a, b },
    tags: { n: String(a.length), op },
  };
}

/**
 * How a calculation is asked.
 *
 * @param first names the lowest place, counted from 0
 * @param carry what a place below has carried, where there is one
 * @example
 * promptOf({ op: "+", a: "47", b: "52" }, 3, 1); // "d 7 e 4 + D 2 E 5 ^1 ="
 */
export function promptOf({ op, a, b }: Calculation, first: number, carry = 0): string {
  const written = (digits: string, operand: 0 | 1): string =>
    [...digits]
      .reverse()
      .map((digit, i) => `${placeName(first + i, operand)} ${digit}`)
      .join(" ");
  return `${written(a, 0)} ${op} ${op === "+" ? written(b, 1) : b}${carry > 0 ? ` ^${carry}` : ""} =`;
}

/** The right answer. */
export function productOrSum({ op, a, b }: Calculation): bigint {
  return op === "+" ? BigInt(a) + BigInt(b) : BigInt(a) * BigInt(b);
}

/**
 * The work at each place, from the lowest up.
 *
 * @example
 * placesOf({ op: "+", a: "47", b: "58" }).map(({ digit, carry }) => [digit, carry]); // [[5, 1], [0, 1]]
 */
export function placesOf({ op, a, b }: Calculation): Place[] {
  const second = op === "+" ? [...b].reverse() : [...a].map(() => b);
  let carryIn = 0;
  return [...a].reverse().map((digit, i) => {
    const place = placeOf(op, Number(digit), Number(second[i]), carryIn);
    carryIn = place.carry;
    return place;
  });
}

/** One place worked out. */
export function placeOf(op: Operator, a: number, b: number, carryIn: number): Place {
  const value = (op === "+" ? a + b : a * b) + carryIn;
  return { a, b, carryIn, digit: value % 10, carry: Math.floor(value / 10) };
}

/**
 * Reads a calculation that a person typed: `473 + 528`, `473 x 8`.
 *
 * @throws MullError `input` where it is none that this task knows
 * @example
 * parseCalculation("473+528"); // { op: "+", a: "473", b: "528" }
 */
export function parseCalculation(text: string): Calculation {
  const [, a, sign, b] = /^\s*(\d{1,40})\s*([+*x×])\s*(\d{1,40})\s*=?\s*$/.exec(text.slice(0, 200)) ?? [];
  const parsed = CALCULATION.safeParse({ op: sign === "+" ? "+" : "*", a, b });
  if (parsed.success) return parsed.data;
  throw new MullError("input", `${JSON.stringify(text.slice(0, 80))} is no calculation of this task`, {
    hint: `write the sum of two numbers of as many digits (up to ${MAX_DIGITS}), or the product of a number and a digit from 2 to 9: "473 + 528", "473 * 8"`,
  });
}
