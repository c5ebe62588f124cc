/** Compares what an example computes with what its comment shows. */

import assert from "node:assert/strict";

/**
 * Asserts that `actual` is `expected`, with numbers compared to the digits that are shown and a typed array taken as
 * its numbers.
 *
 * @example
 * shows([2 / 3, 1], [0.667, 1]);
 */
export function shows(actual: unknown, expected: unknown): void {
  assert.deepEqual(asShown(actual, expected), expected);
}

/** `actual` with each number that agrees with `expected` in the digits shown replaced by it. */
function asShown(actual: unknown, expected: unknown): unknown {
  if (typeof actual === "number" && typeof expected === "number") {
    return Math.abs(actual - expected) <= tolerance(expected) ? expected : actual;
  }
  if (Array.isArray(expected) && (Array.isArray(actual) || ArrayBuffer.isView(actual))) {
    return Array.from(actual as ArrayLike<unknown>, (item, i) => asShown(item, expected[i]));
  }
  if (isRecord(actual) && isRecord(expected)) {
    return Object.fromEntries(Object.entries(actual).map(([key, value]) => [key, asShown(value, expected[key])]));
  }
  return actual;
}

/** Half of the last digit of a decimal; for a whole number, what rounding leaves. */
function tolerance(expected: number): number {
  const [, decimals = "", exponent = "0"] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(expected)) ?? [];
  const half = decimals === "" && exponent === "0" ? 0 : 0.5 * 10 ** (Number(exponent) - decimals.length);
  return half + 1e-9 * Math.abs(expected);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
