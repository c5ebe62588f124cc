import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { evaluate, leastSquares } from "./least-squares.ts";

const close = (actual: number | undefined, expected: number, tolerance = 1e-9) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

test("a line by hand", () => {
  // x 0 1 2 3, y 1 3 2 5: mean 1.5, 2.75; Sxy 5.5, Sxx 5; slope 1.1, intercept 1.1; residuals -.1 .8 -1.3 .6
  const fit = leastSquares(
    [1, 3, 2, 5].map((y, x) => ({ x, y })),
    1,
  );
  close(fit?.coefficients[0], 1.1);
  close(fit?.coefficients[1], 1.1);
  close(fit?.squares, 0.01 + 0.64 + 1.69 + 0.36);
  close(fit?.leadingError, Math.sqrt(2.7 / 2 / 5));
});

test("a polynomial is found again, far from the origin too", () => {
  const coefficient = fc.double({ min: -2, max: 2, noNaN: true });
  fc.assert(
    fc.property(coefficient, coefficient, coefficient, fc.integer({ min: -20, max: 20 }), (a, b, c, from) => {
      const points = [0, 1, 2, 3, 4].map((i) => ({ x: from + i / 2, y: evaluate([a, b, c], from + i / 2) }));
      const fit = leastSquares(points, 2);
      for (const { x, y } of points) close(evaluate(fit?.coefficients ?? [], x), y, 1e-7);
      close(fit?.coefficients[2], c, 1e-7);
    }),
  );
});

test("null where the points do not determine it", () => {
  assert.equal(leastSquares([{ x: 1, y: 1 }], 1), null);
  assert.equal(
    leastSquares(
      [0, 1, 2].map((y) => ({ x: 7.3, y })),
      1,
    ),
    null,
  );
  assert.equal(
    leastSquares(
      [0, 1, 2].map((y) => ({ x: y % 2, y })),
      2,
    ),
    null,
  );
});
