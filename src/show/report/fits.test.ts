import assert from "node:assert/strict";
import { test } from "node:test";
import { fitLogCompute } from "../../measure/fit.ts";
import { fitName, fitted, supportsLine } from "./fits.ts";

const at = (accuracies: readonly number[]) =>
  fitLogCompute(accuracies.map((accuracy, i) => ({ flops: 10 ** (9 + i / 2), accuracy })));

test("a line is drawn through points on a line, and runs through them", () => {
  const fit = at([0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
  assert.equal(supportsLine(fit), true);
  assert.ok(Math.abs((fitted(fit, 10 ** 10) ?? 0) - 0.4) < 1e-9);
});

test("no line through points that bend, scatter, stay or are too few", () => {
  for (const accuracies of [
    [0.1, 0.6, 0.8, 0.85, 0.87, 0.88],
    [0.2, 0.7, 0.1, 0.6, 0.2, 0.9],
    [0.4, 0.4, 0.4, 0.4, 0.4],
    [0.2, 0.5],
    [],
  ]) {
    const fit = at(accuracies);
    assert.equal(supportsLine(fit), false, fit.verdict);
    assert.equal(fitted(fit, 1e10), null);
  }
  assert.equal(fitted(undefined, 1e10), null);
});

test("names of fits for people", () => {
  assert.equal(fitName("train"), "training");
  assert.equal(fitName("samples.final.pass@n"), "trained, pass@n");
  assert.equal(fitName("length.base"), "base, longer chain");
  assert.equal(fitName("something else"), "something else");
});
