/** Numbers as they are written: decimals, repeating decimals, numerals of other bases. */

import { type Expression, MATH_LIMITS, numberOf, Unreadable } from "./expression.ts";

/** A number without a sign; it remembers its decimal places. @throws Unreadable */
export function decimal(text: string): Expression {
  const [, whole = "", point, places = ""] = /^(\d*)(\.?)(\d*)$/.exec(text) ?? [];
  if (`${whole}${places}` === "" || whole.length + places.length > MATH_LIMITS.digits)
    throw new Unreadable("no number");
  const digits = BigInt(`${whole}${places}`);
  if (point === "" || places === "") return numberOf(digits);
  return numberOf(digits, 10n ** BigInt(places.length), places.length);
}

/** 0.1(6): the digits so far, and those that come again and again. */
export function repeating(text: string, again: string): Expression {
  const [, whole = "", places = ""] = /^(\d*)\.(\d*)$/.exec(text) ?? [];
  if (!text.includes(".") || !/^\d+$/.test(again) || text.length + again.length > 200)
    throw new Unreadable("no number");
  const nines = 10n ** BigInt(again.length) - 1n;
  const shift = 10n ** BigInt(places.length);
  return numberOf(BigInt(`${whole}${places}` || "0") * nines + BigInt(again), nines * shift);
}

/** 204_5: the digits of a number in another base. */
export function inBase(text: string, base: Expression): Expression {
  if (base.kind !== "number" || base.denominator !== 1n) throw new Unreadable("no base");
  const { numerator: b } = base;
  if (b < 2n || b > 36n || !/^\d+$/.test(text)) throw new Unreadable("no number of that base");
  let value = 0n;
  for (const digit of text) {
    if (BigInt(digit) >= b) throw new Unreadable("no number of that base");
    value = value * b + BigInt(digit);
  }
  return numberOf(value);
}
