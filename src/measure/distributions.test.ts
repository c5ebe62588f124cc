import assert from "node:assert/strict";
import { test } from "node:test";
import { normalCdf, normalQuantile, studentTCdf, studentTQuantile } from "./distributions.ts";

const close = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

test("normal: values of the printed tables", () => {
  assert.equal(normalCdf(0), 0.5);
  close(normalCdf(1), 0.8413447460685429, 1e-14);
  close(normalCdf(-3), 0.0013498980316300946, 1e-15);
  close(normalQuantile(0.975), 1.959963984540054, 1e-12);
  close(normalQuantile(0.005), -2.5758293035489004, 1e-12);
  assert.equal(normalCdf(-40), 0);
  assert.equal(normalCdf(40), 1);
});

test("Student's t: closed forms for 1 and 2 degrees, tables above", () => {
  for (const x of [-5, -0.7, 0, 0.3, 2, 40]) {
    close(studentTCdf(x, 1), 0.5 + Math.atan(x) / Math.PI, 1e-13); // Cauchy
    close(studentTCdf(x, 2), 0.5 + x / (2 * Math.sqrt(2 + x * x)), 1e-13);
  }
  close(studentTQuantile(0.975, 1), 12.706204736, 1e-8);
  close(studentTQuantile(0.975, 5), 2.570581836, 1e-8);
  close(studentTQuantile(0.975, 10), 2.228138852, 1e-8);
  close(studentTQuantile(0.025, 30), -2.042272456, 1e-8);
  close(studentTQuantile(0.975, 1e6), normalQuantile(0.975), 1e-5);
});
