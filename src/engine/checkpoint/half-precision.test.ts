import assert from "node:assert/strict";
import { test } from "node:test";
import { widenBfloat16, widenFloat16 } from "./half-precision.ts";

const widen = (how: (from: Uint16Array, into: Float32Array) => void, ...bits: number[]): number[] => {
  const into = new Float32Array(bits.length);
  how(new Uint16Array(bits), into);
  return Array.from(into);
};

test("float16, by its bits", () => {
  // 1, -2, largest, smallest normal, smallest subnormal, largest subnormal, 1/3 rounded, zeros
  assert.deepEqual(widen(widenFloat16, 0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x03ff, 0x3555, 0x0000, 0x8000), [
    1,
    -2,
    65504,
    2 ** -14,
    2 ** -24,
    1023 * 2 ** -24,
    0.333251953125,
    0,
    -0,
  ]);
  assert.deepEqual(widen(widenFloat16, 0x7c00, 0xfc00, 0x7e00), [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
  ]);
});

test("bfloat16 is the upper half of a float32", () => {
  assert.deepEqual(widen(widenBfloat16, 0x3f80, 0xc000, 0x4049, 0x0001, 0x8000), [1, -2, 3.140625, 2 ** -133, -0]);
  assert.deepEqual(widen(widenBfloat16, 0x7f80, 0xff80, 0x7fc0), [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    Number.NaN,
  ]);
});
