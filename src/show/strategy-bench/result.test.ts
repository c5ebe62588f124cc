import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Cell, cellName, cellsOf, type Solved } from "./grid.ts";
import { benchFigure, benchHtml, findings } from "./page.ts";
import { type BenchResult, bestAt, pointsOf, warningsOf } from "./result.ts";

const contenders = [
  { strategy: "majority", verified: false },
  { strategy: "mcts", verified: false },
  { strategy: "mcts", verified: true },
] as const;
const problems = Array.from({ length: 40 }, (_, i) => `p${i}`);
const cells = cellsOf(contenders, [1000, 100], [1, 2]);

/** Majority solves a half; tree search the first 30 of 40, the verifier helping it to all but the last with the first seed. */
function answer(cell: Cell, problem: string): Solved {
  const i = Number(problem.slice(1));
  const solved = cell.strategy === "majority" ? i % 2 === 0 : cell.verified ? i < 39 || cell.seed === 2 : i < 30;
  const correct = cell.budget === 1000 && solved;
  const warnings = cell.verified ? [`${i} chains agree`] : [];
  const spent = { calls: 2, tokens: cell.budget / 2, flops: cell.budget * 1e6 };
  return { cell: cellName(cell), problem, answer: correct ? "7" : null, correct, ...spent, warnings };
}

const solved = cells.flatMap((cell) => problems.map((problem) => answer(cell, problem)));
const points = pointsOf(cells, problems, solved);
const result: BenchResult = {
  task: "countdown",
  model: "<b>tiny</b>",
  problems: 40,
  seeds: [1, 2],
  points,
  spent: { calls: 10, tokens: 100, promptTokens: 0, dollars: 1.5, flops: 1e9 },
  warnings: warningsOf(solved),
  versions: {},
};

describe("the points", () => {
  test("are means over problems and seeds, by contender, budgets rising", () => {
    assert.deepEqual(
      points.map(({ name, budget, accuracy }) => [name, budget, accuracy]),
      [
        ["majority", 100, 0],
        ["majority", 1000, 0.5],
        ["mcts", 100, 0],
        ["mcts", 1000, 0.75],
        ["mcts+verifier", 100, 0],
        ["mcts+verifier", 1000, 79 / 80],
      ],
    );
    const [, majority] = points;
    assert.deepEqual([majority?.tokens, majority?.calls, majority?.abstained], [500, 2, 0.5]);
    const [low = 0, high = 0] = majority?.ci ?? [];
    assert.ok(low > 0.3 && low < 0.45 && high > 0.55 && high < 0.7);
  });

  test("of a cell that is not done there are none", () => {
    const partly = solved.filter(({ cell, problem }) => !(cell === "mcts @1000 #2" && problem === "p3"));
    const names = pointsOf(cells, problems, partly).map(({ name, budget }) => `${name} ${budget}`);
    assert.ok(!names.includes("mcts 1000") && names.includes("mcts+verifier 1000"));
  });

  test("warnings are counted whatever their numbers are", () => {
    assert.deepEqual(result.warnings, [{ name: "mcts+verifier", warning: "N chains agree", times: 160 }]);
  });

  test("warnings stand in one order, whoever was solved first", () => {
    const cut = [...solved.slice(0, 2), ...solved.slice(-2)].map((one, i) => ({ ...one, warnings: [`cut ${i % 2}`] }));
    assert.equal(warningsOf(cut).length, 2);
    assert.deepEqual(warningsOf(cut.toReversed()), warningsOf(cut));
  });
});

describe("the report", () => {
  test("says whether search beats sampling, and does not compare what the verifier chose with what it did not", () => {
    assert.deepEqual(
      bestAt(points, true).map(({ name }) => name),
      ["mcts+verifier", "mcts+verifier"],
    );
    const [only, ...more] = findings(result);
    assert.match(
      only ?? "",
      /^With 1000 tokens a problem, chosen without a verifier, .*mcts solves 75\.0%.*majority 50\.0%/,
    );
    assert.deepEqual(more, []);
  });

  test("holds every number, and lets no name become markup", () => {
    const page = benchHtml(result);
    assert.match(page, /&lt;b&gt;tiny&lt;\/b&gt; on countdown/);
    assert.doesNotMatch(page, /<b>tiny/);
    assert.match(page, /98\.8%/);
    assert.match(page, /N chains agree/);
    const figure = benchFigure(result);
    assert.match(figure, /^<svg/);
    assert.match(figure, /FLOPs a problem/);
    assert.equal(benchFigure(result), figure);
    const uncounted = { ...result, points: points.map((point) => ({ ...point, flops: 0 })) };
    assert.match(benchFigure(uncounted), /tokens a problem/);
  });
});
