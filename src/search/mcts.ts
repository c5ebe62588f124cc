/**
 * Monte-Carlo tree search with PUCT (Silver et al. 2017, AlphaZero) over steps. A node is a chain so far. A simulation walks down
 * from the root by Q + P (c1 + ln((N + c2 + 1) / c2)) sqrt(N) / (1 + n), where N are the visits of the node and n those of
 * the child; at a node without children it samples up to m distinct steps, whose priors P are the policy's own probabilities
 * renormalised over them, and values the node by the scorer; the value is added to every node on the way. A child that
 * nobody has visited is taken to be worth what its parent is.
 *
 * Simulations go in rounds of `parallel`, so that the model writes many steps at once: within a round a walk counts as a
 * visit worth nothing until its value is known (virtual loss), which sends the next walk elsewhere.
 */

import type { Strategy } from "../core/interfaces.ts";
import type { Rng } from "../core/rng.ts";
import { type Candidate, type Selection, select } from "./candidates.ts";
import { candidatesOf, lastScores, type ScorerFor } from "./roll-outs.ts";
import { checkCount } from "./search-options.ts";
import { Spending } from "./spending.ts";
import { chainOf, type Growth, grow, type Path, ROOT, type StepFormat, type StepSampling } from "./steps.ts";

export type MctsOptions = StepSampling & {
  /** Steps that a node is expanded with, at most. Default 4. */
  readonly m?: number;
  /** Walks a round. Default 4. */
  readonly parallel?: number;
  /** Walks in all, at most. Default 1024; mostly the budget ends the search. */
  readonly simulations?: number;
  readonly format: StepFormat;
  readonly scorer: ScorerFor;
  /** Default `weighted`. */
  readonly selection?: Selection;
};

const C1 = 1.25;
const C2 = 19_652;

type Node = {
  readonly path: Path;
  readonly prior: number;
  /** Absent until the node is expanded. */
  children?: readonly Node[];
  visits: number;
  /** Sum of the values of the visits. */
  total: number;
};

/**
 * @throws MullError `input` for a number of steps or walks that is no whole number
 * @example
 * import { rollOuts } from "./roll-outs.ts";
 * const format = { stop: ["\n\n"], maxTokens: 256 };
 * mcts({ format, scorer: rollOuts({ maxTokens: 1024 }) }).name; // "mcts"
 */
export function mcts(options: MctsOptions): Strategy {
  const { m = 4, parallel = 4, simulations = 1024, format, selection = "weighted" } = options;
  checkCount("m", m);
  checkCount("parallel", parallel);
  checkCount("simulations", simulations);
  return {
    name: "mcts",
    async solve(problem, context) {
      const model = new Spending(context);
      const scorer = options.scorer(context, model, context.rng.split("scorer"));
      const growth = { problem, model, format, sampling: { temperature: 1, ...options } };
      const root = nodeOf(ROOT, 1);
      const ended = new Map<string, Candidate>();
      for (let done = 0; done < simulations; ) {
        const walks = Array.from({ length: Math.min(parallel, simulations - done) }, () => walk(root));
        done += walks.length;
        const tips = [...new Set(walks.map((nodes) => nodes.at(-1) as Node))];
        const leaves = tips.filter(({ path }) => !path.ended);
        const left = model.left;
        const [scores] = await Promise.all([
          lastScores(problem, scorer, tips.map(rooted), context.signal),
          expand(growth, leaves, m, context.rng.split("walk", done)),
        ]);
        const values = new Map(tips.map((tip, i) => [tip, scores[i] as number]));
        for (const [tip, score] of values) {
          if (tip.path.ended) ended.set(tip.path.text, { chain: chainOf(tip.path), score });
        }
        for (const nodes of walks) {
          for (const node of nodes) node.total += values.get(nodes.at(-1) as Node) as number; // visited when walked
        }
        // Nothing left to spend, or nothing but known ends visited: more walks would change only counts.
        if (model.left < 1 || (leaves.length > 0 && model.left === left)) break;
        if (leaves.length === 0 && exhausted(root)) break;
      }
      const candidates = [...ended.values(), ...candidatesOf(scorer)];
      return select(problem, context, candidates, selection, model.usage);
    },
  };
}

/** A scorer looks at steps; before the first it scores the empty chain. */
function rooted({ path }: Node): { readonly steps: readonly string[] } {
  return path.steps.length === 0 ? { steps: [""] } : path;
}

function nodeOf(path: Path, prior: number): Node {
  return { path, prior, visits: 0, total: 0 };
}

/** From the root to a node without children, counting a visit of each. */
function walk(root: Node): Node[] {
  const nodes = [root];
  for (let node = root; node.children !== undefined && node.children.length > 0; ) {
    node = bestChild(node, node.children);
    nodes.push(node);
  }
  for (const node of nodes) node.visits++;
  return nodes;
}

function bestChild(parent: Node, children: readonly Node[]): Node {
  const explore = (C1 + Math.log((parent.visits + C2 + 1) / C2)) * Math.sqrt(parent.visits);
  const unvisited = parent.visits === 0 ? 0 : parent.total / parent.visits;
  const upper = ({ visits, total, prior }: Node): number =>
    (visits === 0 ? unvisited : total / visits) + (prior * explore) / (1 + visits);
  return children.reduce((leader, child) => (upper(child) > upper(leader) ? child : leader));
}

/** Gives each leaf its children: distinct steps, with priors. */
async function expand(growth: Growth, leaves: readonly Node[], m: number, rng: Rng): Promise<void> {
  const tips = leaves.flatMap(({ path }) => Array.from({ length: m }, () => path));
  const grown = await grow(growth, tips, rng);
  for (const [i, leaf] of leaves.entries()) {
    const steps = grown.slice(i * m, (i + 1) * m).filter((path) => path !== null);
    if (steps.length > 0) leaf.children = childrenOf(steps);
  }
}

/** Distinct steps; priors by the model's probabilities, or by how often each was drawn where it does not say. */
function childrenOf(steps: readonly Path[]): Node[] {
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
function exhausted({ path, children }: Node): boolean {
  return children === undefined ? path.ended : children.every(exhausted);
}
