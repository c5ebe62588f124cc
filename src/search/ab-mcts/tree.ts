/** The tree of adaptive-branching search: answers, each a revision of its parent or a fresh one at the root. */

import type { Completion } from "../../core/completion.ts";

export type AnswerNode = {
  /** Null at the root, which is no answer. */
  readonly chain: Completion | null;
  /** In [0, 1]; of the root 0, which nobody looks at. */
  readonly score: number;
  readonly parent: AnswerNode | null;
  readonly children: AnswerNode[];
};

export function rootNode(): AnswerNode {
  return { chain: null, score: 0, parent: null, children: [] };
}

/** From a node up to the root, itself first. */
export function lineage(node: AnswerNode): AnswerNode[] {
  return node.parent === null ? [node] : [node, ...lineage(node.parent)];
}

/** The scores of all answers under a node, its own included. */
export function scoresUnder(node: AnswerNode): number[] {
  const below = node.children.flatMap(scoresUnder);
  return node.chain === null ? below : [node.score, ...below];
}

/** Decides from which node the next answer is generated, and learns from its score. */
export interface BranchingPolicy {
  /** The node to generate a child of. Draws from its own generator. */
  choose(root: AnswerNode): AnswerNode;
  /** A child has been added to its parent. */
  observe(node: AnswerNode): void;
}
