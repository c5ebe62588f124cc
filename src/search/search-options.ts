/** Checks that the searches share. */

import { MullError } from "../core/errors.ts";
import { LIMITS } from "../core/limits.ts";

/** @throws MullError `input` for a number that is no whole number from 1 to the most requests of a call */
export function checkCount(name: string, value: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= LIMITS.requests) return;
  throw new MullError("input", `${name} is ${value}, expected a whole number from 1 to ${LIMITS.requests}`);
}

/** n beams, of which floor(n / m) are continued with m steps each. */
export function checkWidth(n: number, m: number): void {
  checkCount("n", n);
  checkCount("m", m);
  if (m > n) throw new MullError("input", `m is ${m}, expected at most n, which is ${n}`);
}
