/**
 * A finished search tree as plain JSON, for files, pages and figures: of every node its step, prior, visits and mean value, what the
 * scorer said of it, the verdict where the chain came to its end, and the truth where somebody knows it.
 *
 *   nodes <- root; until there are as many as wanted: add the child most visited (of equals, the likelier) of any node that is in
 *
 * So a node's parent always stands before it, and what is left out was visited no more than what is kept beside it.
 */

import { z } from "zod";
import type { Verifier } from "../core/interfaces.ts";
import type { Problem } from "../core/problem.ts";
import type { SearchNode } from "./search-tree.ts";

const share = z.number().min(0).max(1);

/** One node; its place in `nodes` is its name. */
export const treeNodeSchema = z.object({
  /** Place of its parent in `nodes`, always a smaller one; null for the root. */
  parent: z.number().int().min(0).nullable(),
  /** What this step adds to the chain, its separator included; empty for the root. */
  step: z.string(),
  /** Of the step under the policy, renormalised over its siblings. */
  prior: share,
  /** Walks that went through it. */
  visits: z.number().int().min(0),
  /** Mean of what those walks came to; null where there were none. */
  value: share.nullable(),
  /** What the scorer (a value head, roll-outs, for an end perhaps the verdict) said of it; null where it was not asked. */
  score: share.nullable(),
  /** Whether the chain is at its end here. */
  ended: z.boolean(),
  /** Of the whole chain, where it is at its end. */
  verdict: z.object({ status: z.enum(["correct", "wrong", "unscored"]), reason: z.string() }).nullable(),
  /** Whether the present attempt can still come out right, in truth; null where nobody knows. */
  solvable: z.boolean().nullable(),
});

export const treeRecordSchema = z.object({
  version: z.literal(1),
  problem: z.object({ id: z.string(), prompt: z.string() }),
  /** The root first, parents before children. */
  nodes: z.array(treeNodeSchema).min(1),
  /** Nodes of the tree that are not in `nodes`. */
  leftOut: z.number().int().min(0),
});

export type TreeNodeRecord = z.infer<typeof treeNodeSchema>;
export type TreeRecord = z.infer<typeof treeRecordSchema>;

export type TreeRecordOptions = {
  /** Judges chains that came to their end. */
  readonly verifier: Verifier;
  /** Whether the present attempt can still come out right after these steps; null where that cannot be said. */
  readonly solvable?: (problem: Problem, steps: readonly string[]) => boolean | null;
  /** Nodes, at most. Default 400. */
  readonly limit?: number;
};

/**
 * @example
 * import { ROOT } from "./steps.ts";
 * import { correct } from "../core/verdict.ts";
 * const verifier: Verifier = { name: "yes", verify: async () => correct("as it should be") };
 * const end = { path: { ...ROOT, steps: ["4"], text: "4", ended: true }, prior: 1, visits: 3, total: 3 };
 * const root: SearchNode = { path: ROOT, prior: 1, visits: 4, total: 3, children: [end] };
 * const { nodes } = await recordTree({ id: "a", prompt: "2 + 2" }, root, { verifier });
 * nodes.map(({ step, visits }) => [step, visits]); // [["", 4], ["4", 3]]
 */
export async function recordTree(
  problem: Problem,
  root: SearchNode,
  { verifier, solvable, limit = 400 }: TreeRecordOptions,
): Promise<TreeRecord> {
  const kept: { readonly node: SearchNode; readonly parent: number | null }[] = [];
  const open: typeof kept = [{ node: root, parent: null }];
  while (open.length > 0 && kept.length < limit) {
    const next = open.reduce((leader, each) => (comesBefore(each.node, leader.node) ? each : leader));
    open.splice(open.indexOf(next), 1);
    const parent = kept.push(next) - 1;
    for (const node of next.node.children ?? []) open.push({ node, parent });
  }
  const nodes = await Promise.all(
    kept.map(async ({ node: { path, prior, visits, total, score }, parent }): Promise<TreeNodeRecord> => {
      const verdict = path.ended ? await verifier.verify(problem, path.text) : null;
      return {
        parent,
        step: path.steps.at(-1) ?? "",
        prior,
        visits,
        value: visits === 0 ? null : Math.min(1, total / visits), // a sum may be rounded up
        score: score ?? null,
        ended: path.ended,
        verdict: verdict === null ? null : { status: verdict.status, reason: verdict.reason },
        solvable: solvable?.(problem, path.steps) ?? null,
      };
    }),
  );
  const leftOut = open.reduce((sum, { node }) => sum + sizeOf(node), 0);
  return { version: 1, problem: { id: problem.id, prompt: problem.prompt }, nodes, leftOut };
}

function comesBefore(a: SearchNode, b: SearchNode): boolean {
  return a.visits > b.visits || (a.visits === b.visits && a.prior > b.prior);
}

function sizeOf({ children }: SearchNode): number {
  return (children ?? []).reduce((sum, child) => sum + sizeOf(child), 1);
}
