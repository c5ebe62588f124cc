import assert from "node:assert/strict";
import { test } from "node:test";
import {
  counted,
  duration,
  fixed,
  intervalText,
  percent,
  points,
  pointsInterval,
  powerOfTen,
  powerOfTenPlain,
  significant,
} from "./format.ts";

test("fixed: thousands apart, a true minus sign, no minus zero", () => {
  assert.equal(fixed(1234567.891, 1), "1\u2009234\u2009567.9");
  assert.equal(fixed(1024), "1024");
  assert.equal(fixed(-3.25, 1), "−3.3");
  assert.equal(fixed(-0.001, 1), "0.0");
  assert.equal(fixed(Number.NaN), "–");
});

test("powers of ten: two decimals, carried over where they round up", () => {
  assert.equal(powerOfTen(1.534e13), "1.53×10^13");
  assert.equal(powerOfTen(1e12), "10^12");
  assert.equal(powerOfTen(9.999e11), "10^12");
  assert.equal(powerOfTen(3e-5), "3×10^-5");
  assert.equal(powerOfTen(0), "0");
  assert.equal(powerOfTenPlain(3e-5), "3×10⁻⁵");
  assert.equal(powerOfTenPlain(1.534e13), "1.53×10¹³");
});

test("percentages, points and intervals", () => {
  assert.equal(percent(0.7425), "74.3%");
  assert.equal(percent(0.7425, 0), "74%");
  assert.equal(percent(null), "–");
  assert.equal(points(0.501), "+50.1 points");
  assert.equal(points(-0.01), "−1.0 point");
  assert.equal(points(0), "0.0 points");
  assert.equal(pointsInterval([-0.037, 0.055]), "−3.7 to +5.5 points");
  assert.equal(pointsInterval([0, 0.01]), "0.0 to +1.0 points");
  assert.equal(intervalText([0.2, 0.284]), "20.0% to 28.4%");
});

test("significant digits, durations, counts", () => {
  assert.equal(significant(0.08126), "0.0813");
  assert.equal(significant(66.41), "66.4");
  assert.equal(significant(0), "0");
  assert.equal(significant(4.2e-9), "4.2×10^-9");
  assert.equal(significant(null), "–");
  assert.equal(duration(42.4), "42 s");
  assert.equal(duration(724), "12 min 4 s");
  assert.equal(duration(720), "12 min");
  assert.equal(duration(3780), "1 h 3 min");
  assert.equal(duration(7200), "2 h");
  assert.equal(counted(1, "token"), "one token");
  assert.equal(counted(0, "token"), "0 tokens");
});
