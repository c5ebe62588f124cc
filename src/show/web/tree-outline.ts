/**
 * A search tree as an outline: its record (a flat list, parents first) as nested branches with the words for each. Pure.
 *
 *   for each node: its words are the lines that its chain has more than its parent's chain
 *   of each branch's children the one most visited (of equals, the first) goes on the main line, if it was visited at all
 */

import type { TreeNodeRecord, TreeRecord } from "../../search/tree-record.ts";
import { stepWords } from "../report/chain-text.ts";
import { percent } from "../report/format.ts";

export type Branch = {
  /** The step as people read it; whatever the model wrote, so text and nothing else. */
  readonly words: string;
  /** Share of the root's visits, 0 to 1. */
  readonly share: number;
  /** Visits, prior, value and score, each with its name. */
  readonly figures: readonly string[];
  /** `right` and `wrong` are the verifier's, of a finished chain; `open` and `lost` the solver's, of an unfinished one. */
  readonly standing: "right" | "wrong" | "open" | "lost" | "";
  /** What that standing means; empty where nobody knows. */
  readonly remark: string;
  /** Whether the search went here most often, at each step from the root. */
  readonly main: boolean;
  readonly children: readonly Branch[];
};

type Growing = Omit<Branch, "main" | "children"> & { main: boolean; readonly children: Growing[] };

/**
 * The root's branch.
 *
 * @example
 * const end = { verdict: null, solvable: null, ended: false, score: null };
 * const root = { parent: null, step: "", prior: 1, visits: 4, value: 0.5, ...end };
 * const child = { parent: 0, step: "8 * 3 =24", prior: 0.25, visits: 1, value: 1, ...end };
 * const problem = { id: "a", prompt: "8 3 1 = 24" };
 * outline({ version: 1, problem, nodes: [root, child], leftOut: 0 }).children[0]?.words; // "8 × 3 = 24"
 */
export function outline(record: TreeRecord): Branch {
  const { nodes, problem } = record;
  const all = nodes[0]?.visits ?? 0;
  const texts: string[] = [];
  const branches: Growing[] = [];
  for (const node of nodes) {
    const before = node.parent === null ? "" : (texts[node.parent] ?? "");
    texts.push(before + node.step);
    const branch: Growing = {
      words: node.parent === null ? problem.prompt : stepWords(before, node.step, problem.prompt),
      share: all === 0 ? 0 : Math.min(1, node.visits / all),
      figures: figuresOf(node),
      ...standingOf(node),
      main: node.parent === null,
      children: [],
    };
    branches.push(branch);
    if (node.parent !== null) branches[node.parent]?.children.push(branch);
  }
  const root = branches[0];
  if (root === undefined) throw new RangeError("A tree's record has no root.");
  for (let at: Growing | undefined = root; at !== undefined; ) {
    const next: Growing | undefined = at.children.reduce<Growing | undefined>(
      (leader, each) => (each.share > (leader?.share ?? 0) ? each : leader),
      undefined,
    );
    if (next !== undefined) next.main = true;
    at = next;
  }
  return root;
}

/** "200 of 341 steps are shown: the ones visited most." */
export function sizeWords({ nodes, leftOut }: TreeRecord): string {
  const shown = nodes.length - 1;
  if (leftOut === 0) return `${shown} ${shown === 1 ? "step" : "steps"} in all.`;
  return `${shown} of ${shown + leftOut} steps are shown: the ones visited most.`;
}

function figuresOf({ parent, visits, prior, value, score }: TreeNodeRecord): string[] {
  const figures = [visits === 1 ? "1 visit" : `${visits} visits`];
  if (parent !== null) figures.push(`prior ${percent(prior, 0)}`);
  if (value !== null) figures.push(`value ${percent(value, 0)}`);
  if (score !== null && parent !== null) figures.push(`score ${percent(score, 0)}`);
  return figures;
}

function standingOf({ verdict, solvable }: TreeNodeRecord): Pick<Branch, "standing" | "remark"> {
  if (verdict !== null && verdict.status !== "unscored") {
    const standing = verdict.status === "correct" ? "right" : "wrong";
    return { standing, remark: verdict.reason === "" ? standing : `${standing}: ${verdict.reason}` };
  }
  if (solvable === null) return { standing: "", remark: "" };
  return solvable
    ? { standing: "open", remark: "can still be solved" }
    : { standing: "lost", remark: "cannot be solved from here" };
}
