import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { chiSquared } from "./aggregated.ts";

for (const nu of [1, 2, 3, 50]) {
  test(`chi-squared of ${nu} degrees of freedom: mean and variance`, () => {
    const rng = new Rng(nu);
    const draws = Array.from({ length: 40_000 }, () => chiSquared(nu, rng));
    const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    assert.ok(Math.abs(mean / nu - 1) < 0.03, `mean ${mean}`);
    assert.ok(Math.abs(variance / (2 * nu) - 1) < 0.08, `variance ${variance}`);
  });
}
