/** Who is ahead, who improved on which of its seeds, and why there is no map. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CellResult } from "../cells/cell-result.ts";
import type { MethodName } from "../method-names.ts";
import { findings } from "./findings.ts";
import { comparisonOf, madeUpCell, PROBLEMS } from "./fixtures/comparison.ts";
import { leadOf } from "./lead.ts";
import { compareHtml } from "./page.ts";

function cell(method: MethodName, seed: number, byProblem: readonly number[]): CellResult {
  const made = madeUpCell({ method, seed, steps: method === "base" ? [] : [{}] });
  const passAt1 = byProblem.reduce((sum, own) => sum + own, 0) / byProblem.length;
  return { ...made, final: { ...made.final, passAt1, byProblem: [...byProblem] } };
}

const problems = (of: (p: number) => number): number[] => Array.from({ length: PROBLEMS }, (_, p) => of(p));
const NONE = problems(() => 0);
const HALF = problems((p) => p % 2);

test("contenders are told apart by their difference on the same puzzles", () => {
  const better = HALF.map((own) => own * 0.9 + 0.1); // by a tenth or nothing on each, where accuracies spread from 0 to 1
  const base = cell("base", 1, NONE);
  const said = findings(comparisonOf([cell("filter", 1, better), cell("grpo", 1, HALF), base])).join("\n");
  assert.match(
    said,
    /Next, and clearly behind, is GRPO .*: on the same puzzles the lead is \+5\.0 points \(\+3\.\d to /,
  );
  const other = problems((p) => (p % 4 === 0 || p < 20 ? 1 : 0)); // right elsewhere, and as often by chance
  const unsure = findings(comparisonOf([cell("filter", 1, other), cell("grpo", 1, HALF), base])).join("\n");
  assert.match(unsure, /It cannot be told apart from GRPO .* \(−\d+\.\d to \+\d+\.\d points\)/);
});

test("a lead is over seeds as well: in pairs where both have the same", () => {
  const [low, high] = [problems(() => 0.2), problems(() => 0.6)];
  const more = (row: readonly number[]): number[] => row.map((own) => own + 0.1);
  const pairs = leadOf(
    [cell("filter", 1, more(low)), cell("filter", 2, more(high))],
    [cell("grpo", 2, high), cell("grpo", 1, low)],
  );
  for (const value of [pairs.value, ...pairs.ci]) assert.ok(Math.abs(value - 0.1) < 1e-9);
  const apart = leadOf(
    [cell("filter", 1, more(low)), cell("filter", 2, more(high))],
    [cell("grpo", 3, low), cell("grpo", 4, high)],
  );
  assert.ok(apart.ci[0] < -0.2 && apart.ci[1] > 0.2);
});

test("a contender improves on seeds of its own, however many others have", () => {
  const bases = [1, 2, 3].map((seed) => cell("base", seed, HALF));
  const said = (own: readonly CellResult[]) => findings(comparisonOf([...own, ...bases])).join("\n");
  assert.match(said([cell("filter", 1, NONE)]), /filter improves on the base on no seed\./);
  const two = [
    cell("filter", 1, NONE),
    cell(
      "filter",
      2,
      problems(() => 1),
    ),
  ];
  assert.match(said(two), /filter does not improve on the base on one seed of 2\./);
});

test("a best method whose cells were trained elsewhere has no map, and that is said", () => {
  const result = comparisonOf([cell("filter", 1, HALF), cell("base", 1, NONE)]);
  assert.doesNotMatch(findings(result).join("\n"), /no map/);
  const without = { ...result, unmapped: "filter" };
  assert.match(findings(without).join("\n"), /There is no map .*: filter comes furthest, and an earlier comparison/);
  assert.match(compareHtml(without), /<section id="map".*There is no map/s);
});
