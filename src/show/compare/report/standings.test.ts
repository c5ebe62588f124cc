/** Means over seeds are of the same moments of training, and nothing is told of a base that was not measured. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CellResult } from "../cells/cell-result.ts";
import { findings } from "./findings.ts";
import { comparisonOf, madeUpCell, PROBLEMS } from "./fixtures/comparison.ts";
import { compareHtml } from "./page.ts";

/** Solves so many of the problems, each with every chain. */
function solving(problems: number): number[] {
  return Array.from({ length: PROBLEMS }, (_, p) => (p < problems ? 1 : 0));
}

function withFinal(cell: CellResult, final: Partial<CellResult["final"]>): CellResult {
  return { ...cell, final: { ...cell.final, ...final } };
}

test("what many chains gain over the base is told only beside a base with as many chains", () => {
  const trained = withFinal(madeUpCell({ method: "grpo", steps: [{}] }), { byProblem: solving(10) });
  const base = withFinal(madeUpCell({ method: "base" }), { byProblem: solving(30) });
  const fewer = withFinal(base, { passAtN: { n: 4, accuracy: 0.5, ci: [0.4, 0.6] } });
  const gain = (cells: readonly CellResult[]) =>
    comparisonOf(cells).standings.find(({ name }) => name === "grpo")?.passAtNGain;
  assert.equal(gain([trained, base])?.value, -0.5);
  assert.equal(gain([trained]), null);
  assert.equal(gain([trained, fewer]), null);

  assert.match(findings(comparisonOf([trained, base])).join("\n"), /GRPO narrowed: with 2 chains .* −50\.0 points/);
  const alone = comparisonOf([trained]);
  assert.doesNotMatch(findings(alone).join("\n"), /narrowed/);
  assert.match(compareHtml(alone), /<td>25\.0%<\/td><td>–<\/td><td>50<\/td>/); // pass@2, over the base's, tokens
});

test("a point of the curve is the mean of all seeds at the same share of the budget", () => {
  const budget = { budgetFlops: 1000, points: [0.25, 0.5, 1] };
  const curve = (seed: number, flops: readonly number[], solved: readonly number[]): CellResult => {
    const cell = madeUpCell({ method: "grpo", seed, steps: [{}] });
    const [point] = cell.points;
    assert.ok(point !== undefined);
    const points = flops.map((spent, i) => ({ ...point, step: i, flops: spent, byProblem: solving(solved[i] ?? 0) }));
    return { ...cell, points };
  };
  const even = curve(1, [0, 260, 520, 1010], [4, 8, 12, 20]);
  const jumps = curve(2, [0, 300, 1100], [4, 12, 32]); // from a quarter to the end
  const late = curve(3, [0, 560, 620, 1000], [4, 8, 16, 20]); // past a quarter and a half at once: a half, and one of nothing
  const told = (cells: readonly CellResult[]): (readonly [flops: number, solved: number])[] => {
    const [standing] = comparisonOf(cells, budget).standings;
    return (standing?.curve ?? []).map(({ flops, passAt1 }) => [flops, passAt1 * PROBLEMS]);
  };
  const flopsOf = (cells: readonly CellResult[]): number[] => told(cells).map(([flops]) => flops);
  const solvedOf = (cells: readonly CellResult[]): number[] => told(cells).map(([, solved]) => solved);
  assert.deepEqual(solvedOf([even]), [4, 8, 12, 20]);
  assert.deepEqual(
    [flopsOf([even, jumps]), solvedOf([even, jumps])],
    [
      [0, 280, 1055],
      [4, 10, 26],
    ],
  );
  assert.deepEqual(
    [flopsOf([even, late]), solvedOf([even, late])],
    [
      [0, 540, 1005],
      [4, 10, 20],
    ],
  );
});
