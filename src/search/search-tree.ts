/**
 * The tree of a Monte-Carlo tree search with PUCT (Silver et al. 2017, AlphaZero) over steps, and the search that grows it. A
 * node is a chain so far. A simulation walks down from the root by Q + P (c1 + ln((N + c2 + 1) / c2)) sqrt(N) / (1 + n), where
 * N are the visits of the node and n those of the child; at a node without children it samples up to m distinct steps, whose
 * priors P are the policy's own probabilities renormalised over them, and values the node by the scorer; the value is added
 * to every node on the way. A child that nobody has visited is taken to be worth what its parent is.
 *
 * Simulations go in rounds of `parallel`, so that the model writes many steps at once: within a round a walk counts as a
 * visit worth nothing until its value is known (virtual loss), which sends the next walk elsewhere.
 */

import type { StepScorer } from "../core/interfaces.ts";
import type { Rng } from "../core/rng.ts";
import { lastScores } from "./roll-outs.ts";
import type { Spending } from "./spending.ts";
import { type Growth, grow, type Path, ROOT } from "./steps.ts";

const C1 = 1.25;
const C2 = 19_652;

export type SearchNode = {
  readonly path: Path;
  /** Of the step that leads here, among its siblings. */
  readonly prior: number;
  /** Absent until the node is expanded. */
  children?: readonly SearchNode[];
  visits: number;
  /** Sum of the values of the visits. */
  total: number;
  /** What the scorer said of it; absent until a walk has ended here. */
  score?: number;
};

export type TreeSearch = {
  readonly growth: Growth & { readonly model: Spending };
  readonly scorer: StepScorer;
  /** Steps that a node is expanded with, at most. */
  readonly m: number;
  /** Walks a round. */
  readonly parallel: number;
  /** Walks in all, at most; mostly the budget ends the search. */
  readonly simulations: number;
  readonly signal: AbortSignal | undefined;
};

/**
 * Grows a tree until its walks are done, nothing is left to spend, or every chain in it has come to its end.
 *
 * @param rng its own for every tree
 * @param onEnd told of a chain that came to its end, each time it is visited, with its score
 */
export async function searchTree(
  { growth, scorer, m, parallel, simulations, signal }: TreeSearch,
  rng: Rng,
  onEnd: (path: Path, score: number) => void = () => {},
): Promise<SearchNode> {
  const { model, problem } = growth;
  const root = nodeOf(ROOT, 1);
  for (let done = 0; done < simulations; ) {
    const walks = Array.from({ length: Math.min(parallel, simulations - done) }, () => walk(root));
    done += walks.length;
    const tips = [...new Set(walks.map((nodes) => nodes.at(-1) as SearchNode))];
    const leaves = tips.filter(({ path }) => !path.ended);
    const left = model.left;
    const [scores] = await Promise.all([
      lastScores(problem, scorer, tips.map(rooted), signal),
      expand(growth, leaves, m, rng.split("walk", done)),
    ]);
    const values = new Map(tips.map((tip, i) => [tip, scores[i] as number]));
    for (const [tip, score] of values) {
      tip.score = score;
      if (tip.path.ended) onEnd(tip.path, score);
    }
    for (const nodes of walks) {
      for (const node of nodes) node.total += values.get(nodes.at(-1) as SearchNode) as number; // visited when walked
    }
    // Nothing left to spend, or nothing but known ends visited: more walks would change only counts.
    if (model.left < 1 || (leaves.length > 0 && model.left === left)) break;
    if (leaves.length === 0 && exhausted(root)) break;
  }
  return root;
}

/** A scorer looks at steps; before the first it scores the empty chain. */
function rooted({ path }: SearchNode): { readonly steps: readonly string[] } {
  return path.steps.length === 0 ? { steps: [""] } : path;
}

function nodeOf(path: Path, prior: number): SearchNode {
  return { path, prior, visits: 0, total: 0 };
}

/** From the root to a node without children, counting a visit of each. */
function walk(root: SearchNode): SearchNode[] {
  const nodes = [root];
  for (let node = root; node.children !== undefined && node.children.length > 0; ) {
    node = bestChild(node, node.children);
    nodes.push(node);
  }
  for (const node of nodes) node.visits++;
  return nodes;
}

function bestChild(parent: SearchNode, children: readonly SearchNode[]): SearchNode {
  const explore = (C1 + Math.log((parent.visits + C2 + 1) / C2)) * Math.sqrt(parent.visits);
  const unvisited = parent.visits === 0 ? 0 : parent.total / parent.visits;
  const upper = ({ visits, total, prior }: SearchNode): number =>
    (visits === 0 ? unvisited : total / visits) + (prior * explore) / (1 + visits);
  return children.reduce((leader, child) => (upper(child) > upper(leader) ? child : leader));
}

/** Gives each leaf its children: distinct steps, with priors. */
async function expand(growth: Growth, leaves: readonly SearchNode[], m: number, rng: Rng): Promise<void> {
  const tips = leaves.flatMap(({ path }) => Array.from({ length: m }, () => path));
  const grown = await grow(growth, tips, rng);
  for (const [i, leaf] of leaves.entries()) {
    const steps = grown.slice(i * m, (i + 1) * m).filter((path) => path !== null);
    if (steps.length > 0) leaf.children = childrenOf(steps);
  }
}

/** Distinct steps; priors by the model's probabilities, or by how often each was drawn where it does not say. */
function childrenOf(steps: readonly Path[]): SearchNode[] {
  const distinct = new Map<string, { readonly path: Path; drawn: number }>();
  for (const path of steps) {
    const known = distinct.get(path.text);
    if (known === undefined) distinct.set(path.text, { path, drawn: 1 });
    else known.drawn++;
  }
  const weights = [...distinct.values()].map(({ path, drawn }) =>
    path.logprob === null ? drawn : Math.exp(path.logprob),
  );
  const sum = weights.reduce((a, b) => a + b, 0);
  return [...distinct.values()].map(({ path }, i) =>
    nodeOf(path, sum > 0 ? (weights[i] as number) / sum : 1 / distinct.size),
  );
}

/** Whether every chain of the tree has come to its end. */
function exhausted({ path, children }: SearchNode): boolean {
  return children === undefined ? path.ended : children.every(exhausted);
}
