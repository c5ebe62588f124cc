import assert from "node:assert/strict";
import { test } from "node:test";
import { decimal, wholeNumber } from "./options.ts";

test("whole numbers within bounds", () => {
  const read = wholeNumber(0, 100);
  assert.deepEqual(["0", "100", "+7", "007"].map(read), [0, 100, 7, 7]);
  for (const text of ["", " 7", "7.0", "1e2", "0x10", "101", "-1", "NaN", "Infinity", "seven", "9".repeat(40)]) {
    assert.throws(() => read(text), /Expected a whole number from 0 to 100/, text);
  }
});

test("decimals within bounds", () => {
  const read = decimal(0, 10);
  assert.deepEqual(["0", "0.7", ".5", "1.", "1e-3", "10"].map(read), [0, 0.7, 0.5, 1, 0.001, 10]);
  for (const text of ["", ".", "-0.1", "10.01", "1,5", "NaN", "Infinity", "1e", "0x1"]) {
    assert.throws(() => read(text), /Expected a number from 0 to 10/, text);
  }
});
