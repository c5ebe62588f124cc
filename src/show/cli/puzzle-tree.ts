/** The tree that was searched for a puzzle as JSON, with what the exact solver says of every node. */

import type { Problem } from "../../core/problem.ts";
import type { SearchNode } from "../../search/search-tree.ts";
import { recordTree, type TreeRecord } from "../../search/tree-record.ts";
import { solvabilityOf } from "../../tasks/countdown/solvability.ts";
import type { CountdownTask } from "../../tasks/countdown/task.ts";

/** Nodes that are told of a tree, at most: those visited most. */
const TREE_NODES = 200;

export async function puzzleTree(
  problem: Problem,
  root: SearchNode,
  { verifier, solver }: CountdownTask,
): Promise<TreeRecord> {
  const solvable = (_: Problem, steps: readonly string[]): boolean | null =>
    solvabilityOf(problem, [steps.join("")], solver)[0]?.solvable ?? null;
  return recordTree(problem, root, { verifier, solvable, limit: TREE_NODES });
}
