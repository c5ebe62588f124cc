import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Rng } from "../core/rng.ts";
import { type FitPoint, fitLogCompute, fitLogit } from "./fit.ts";

const close = (actual: number | null | undefined, expected: number, tolerance = 1e-9) =>
  assert.ok(typeof actual === "number" && Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

/** Accuracies at 1e6, 1e6 * step, ... */
const curve = (accuracies: readonly number[], step = 10): FitPoint[] =>
  accuracies.map((accuracy, i) => ({ flops: 1e6 * step ** i, accuracy }));

describe("fit of accuracy against log compute", () => {
  test("golden: the line 1, 3, 2, 5 in tenths", () => {
    // slope .11, residual squares .027, standard error of the slope sqrt(.027 / 2 / 5), t(.975, 2) = 4.302653
    const fit = fitLogCompute(curve([0.1, 0.3, 0.2, 0.5]));
    close(fit.slope, 0.11);
    close(fit.intercept, 0.11 - 0.11 * 6);
    close(fit.residual, Math.sqrt(0.027 / 4));
    close(fit.r2, 1 - 0.027 / 0.0875);
    const half = 4.30265273 * Math.sqrt(0.027 / 2 / 5);
    close(fit.slopeCi?.[0], 0.11 - half, 1e-8);
    close(fit.slopeCi?.[1], 0.11 + half, 1e-8);
    assert.match(fit.verdict, /^no clear trend: the slope's interval \[-0\.\d+, \+0\.\d+\] holds zero/);
  });

  test("a straight line is called one, with its slope", () => {
    const fit = fitLogCompute(curve([0.21, 0.29, 0.405, 0.5, 0.59]));
    assert.match(
      fit.verdict,
      /^a line describes the points over 4\.0 decades: \+0\.097 accuracy per tenfold compute \[/,
    );
    close(fit.slope, 0.097, 5e-4);
  });

  test("noise of .01 about a line leaves it a line", () => {
    const rng = new Rng(4);
    let lines = 0;
    for (let trial = 0; trial < 100; trial++) {
      const points = curve(Array.from({ length: 8 }, (_, i) => 0.2 + 0.08 * i + 0.01 * rng.normal()));
      if (/^a line/.test(fitLogCompute(points).verdict)) lines++;
    }
    assert.ok(lines >= 95, `${lines} of 100`); // bends under .02 are not held against it
  });

  test("a bend is called a bend, and log-odds are offered where they fit better", () => {
    const logistic = [-2, -1, 0, 1, 2, 3, 4, 5].map((x) => 1 / (1 + Math.exp(-x)));
    const { verdict } = fitLogCompute(curve(logistic));
    assert.match(
      verdict,
      /^not a line: it saturates, at 0\.99; log-odds fit better .*odds multiply by 2\.7 per tenfold/,
    );
    assert.match(fitLogCompute(curve([0.2, 0.4, 0.52, 0.58, 0.61, 0.62])).verdict, /^not a line: it bends downwards/);
    assert.match(fitLogCompute(curve([0.1, 0.11, 0.13, 0.2, 0.35, 0.6])).verdict, /^not a line: it bends upwards/);
  });

  test("a clear fall is not a line, a fall within the intervals is", () => {
    const rising = [0.2, 0.35, 0.3, 0.45, 0.55, 0.65];
    const withCi = (half: number) =>
      curve(rising).map((point) => ({ ...point, ci: [point.accuracy - half, point.accuracy + half] as const }));
    assert.match(fitLogCompute(withCi(0.02)).verdict, /accuracy falls from 0\.35 to 0\.30 while compute grows/);
    assert.match(fitLogCompute(withCi(0.05)).verdict, /^a line describes/);
    assert.match(fitLogCompute(curve([0.2, 0.35, 0.28, 0.5, 0.6])).verdict, /falls from 0\.35 to 0\.28/);
  });

  test("too few points, no variance, and points without compute", () => {
    assert.deepEqual(fitLogCompute([]), {
      slope: null,
      slopeCi: null,
      intercept: null,
      r2: null,
      residual: null,
      points: 0,
      verdict: "too few points: 0 amounts of compute make no line",
    });
    assert.equal(fitLogCompute([{ flops: 0, accuracy: 0.2 }, ...curve([0.3])]).points, 1);
    const two = fitLogCompute(curve([0.2, 0.3]));
    close(two.slope, 0.1);
    assert.equal(two.slopeCi, null);
    assert.match(two.verdict, /^too few points: 2 amounts/);
    assert.match(fitLogCompute(curve([0.4, 0.4, 0.4, 0.4])).verdict, /^no trend/);
    assert.equal(fitLogCompute([0.1, 0.2, 0.3, 0.4].map((accuracy) => ({ flops: 1e9, accuracy }))).slope, null);
  });

  test("much scatter is a loose trend; a short or full range is said", () => {
    const loose = fitLogCompute(curve([0.2, 0.24, 0.2, 0.25, 0.22, 0.27, 0.23, 0.28, 0.24, 0.29]));
    assert.ok((loose.r2 ?? 1) < 0.8);
    assert.match(loose.verdict, /^a loose trend, not a line: .* but R2 is only 0\.\d\d$/);
    assert.match(fitLogCompute(curve([0.2, 0.25, 0.3, 0.35], 1.5)).verdict, /less than one decade/);
    assert.match(fitLogCompute(curve([0.4, 0.6, 0.79, 0.99])).verdict, /near 1, so it cannot go on/);
  });

  test("order of the points does not matter", () => {
    const points = curve([0.2, 0.28, 0.41, 0.5, 0.61]);
    assert.deepEqual(fitLogCompute(points.toReversed()), fitLogCompute(points));
  });
});

test("a logit fit finds a logistic curve again", () => {
  const fit = fitLogit(curve([-2, -1, 0, 1, 2].map((x) => 1 / (1 + Math.exp(-1.5 * x)))));
  close(fit?.slope, 1.5);
  close(fit?.residual, 0);
  assert.equal(fitLogit(curve([0.5])), null);
});
