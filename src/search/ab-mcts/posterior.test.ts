import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { posterior } from "./aggregated.ts";
import { drawScores, gridPosterior } from "./mixed.ts";

const near = (actual: number, expected: number, tolerance = 1e-9): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, expected ${expected}`);

test("the normal-inverse-chi-squared posterior, worked out by hand", () => {
  // Scores 0.4 and 0.8: average .6, spread .08, and .24 from the shift away from the prior's mean.
  const { mean, k, nu, variance } = posterior({ count: 2, sum: 1.2, squares: 0.16 + 0.64 });
  assert.deepEqual([k, nu], [3, 3]);
  near(mean, 0.4);
  near(variance, (0.1 + 0.08 + (2 * 0.36) / 3) / 3);
});

describe("the mixed model's grid", () => {
  const groups = [[0.2, 0.4, 0.3], [0.9], [0.5, 0.7]];
  const cells = gridPosterior(groups);

  test("sums to one", () =>
    near(
      cells.reduce((sum, { weight }) => sum + weight, 0),
      1,
    ));

  test("agrees with integrating everything numerically", () => {
    const normal = (x: number, mean: number, deviation: number): number =>
      Math.exp(-0.5 * ((x - mean) / deviation) ** 2) / (deviation * Math.sqrt(2 * Math.PI));
    const integral = (from: number, to: number, steps: number, f: (x: number) => number): number => {
      const width = (to - from) / steps;
      let sum = 0;
      for (let i = 0; i < steps; i++) sum += f(from + (i + 0.5) * width);
      return sum * width;
    };
    const chosen = [cells[5 * 16 + 4], cells[9 * 16 + 7], cells[12 * 16 + 3]].map((cell) => cell as (typeof cells)[0]);
    const evidence = chosen.map(({ between, within, mean }) => {
      const likelihood = (mu: number): number =>
        groups.reduce(
          (product, scores) =>
            product *
            integral(-2, 3, 400, (centre) =>
              scores.reduce((p, y) => p * normal(y, centre, within), normal(centre, mu, between)),
            ),
          normal(mu, 0.5, 0.2),
        );
      const whole = integral(-1, 2, 200, likelihood);
      near(integral(-1, 2, 200, (mu) => mu * likelihood(mu)) / whole, mean, 1e-6);
      return whole * Math.exp(-0.5 * ((between / 0.2) ** 2 + (within / 0.3) ** 2));
    });
    for (const i of [1, 2]) {
      const ratio = (chosen[i]?.weight as number) / (chosen[0]?.weight as number);
      near(ratio / ((evidence[i] as number) / (evidence[0] as number)), 1, 1e-5);
    }
  });

  test("draws lie where the groups' scores lie, and a new group's are widest", () => {
    const rng = new Rng(1);
    const far = [
      [0.1, 0.12, 0.11, 0.1, 0.13],
      [0.9, 0.88, 0.91, 0.9, 0.89],
    ];
    const draws = Array.from({ length: 4000 }, () => drawScores(far, rng));
    const of = (j: number): { mean: number; deviation: number } => {
      const values = draws.map((each) => each[j] as number);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return { mean, deviation: Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length) };
    };
    near(of(0).mean, 0.112, 0.02);
    near(of(1).mean, 0.896, 0.02);
    near(of(2).mean, 0.5, 0.06);
    assert.ok(of(2).deviation > 3 * of(0).deviation);
  });
});
