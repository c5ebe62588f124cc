import assert from "node:assert/strict";
import { test } from "node:test";
import type { TreeNodeRecord, TreeRecord } from "../../search/tree-record.ts";
import { outline, sizeWords } from "./tree-outline.ts";

const BARE = { prior: 1, visits: 0, value: null, score: null, ended: false, verdict: null, solvable: null } as const;

function recordOf(leftOut: number, ...nodes: (Partial<TreeNodeRecord> & { parent: number | null })[]): TreeRecord {
  const filled = nodes.map((node) => ({ ...BARE, step: "", ...node }));
  return { version: 1, problem: { id: "a", prompt: "3 7 8 2 = 24" }, nodes: filled, leftOut };
}

const TREE = recordOf(
  5,
  { parent: null, visits: 10, value: 0.5, score: 0 },
  { parent: 0, step: "7 - 3 =4", prior: 0.3, visits: 6, value: 0.75, score: 0.5, solvable: true },
  { parent: 0, step: "3 + 7 =10", prior: 0.7, visits: 4, value: 0, solvable: false },
  { parent: 2, step: " back:0 8 * 3 =25", prior: 0.2 },
  { parent: 1, step: " solved", visits: 1, value: 0, ended: true, verdict: { status: "wrong", reason: "too early" } },
  { parent: 1, step: " 8 - 2 =6", visits: 5, value: 1, solvable: true },
);

test("a record becomes nested branches in words, each with its figures and who says what of it", () => {
  const root = outline(TREE);
  assert.deepEqual(
    [root.words, root.figures, root.share, root.children.map(({ words }) => words)],
    ["3 7 8 2 = 24", ["10 visits", "value 50%"], 1, ["7 − 3 = 4", "3 + 7 = 10"]],
  );
  const [first, second] = root.children;
  assert.deepEqual(first?.figures, ["6 visits", "prior 30%", "value 75%", "score 50%"]);
  assert.equal(first?.share, 0.6);
  assert.deepEqual([first?.standing, second?.standing], ["open", "lost"]);
  assert.deepEqual([first?.children[0]?.standing, first?.children[0]?.remark], ["wrong", "wrong: too early"]);
  assert.equal(second?.children[0]?.words, "go back to the start, 8 × 3 = 25 (8 × 3 is 24)");
  assert.deepEqual(second?.children[0]?.figures, ["0 visits", "prior 20%"]);
});

test("the main line follows the visits, and ends where nothing was visited", () => {
  const root = outline(TREE);
  const first = root.children[0];
  assert.deepEqual([root.main, first?.main, first?.children.map(({ main }) => main)], [true, true, [false, true]]);
  assert.equal(root.children[1]?.main, false);
  const unvisited = outline(recordOf(0, { parent: null }, { parent: 0, step: "x" }));
  assert.deepEqual([unvisited.children[0]?.main, unvisited.children[0]?.share], [false, 0]);
});

test("says how much of the tree is shown", () => {
  assert.equal(sizeWords(TREE), "5 of 10 steps are shown: the ones visited most.");
  assert.equal(sizeWords(recordOf(0, { parent: null }, { parent: 0 })), "1 step in all.");
});
