/**
 * The policy's targets of a search: at each node of a tree, the shares of the walks that went on by each of its steps; and of a right
 * chain, each of its steps.
 *
 * A tree is written as few chains, from the root to where it teaches no more; a step that several of them share is learnt in
 * one of them. So a token's weight is the share of its step, and the loss is the mean over nodes of the cross-entropy
 * between shares and policy, each step's log-probability being the sum of its tokens'.
 */

import type { Problem } from "../../core/problem.ts";
import type { TrainingSequence } from "../../engine/packing.ts";
import type { SearchNode } from "../../search/search-tree.ts";

/** One chain of a tree: its steps, and the share of each among the steps that were open there; 0 for one learnt elsewhere. */
export type VisitTarget = {
  readonly problem: Problem;
  readonly steps: readonly { readonly text: string; readonly share: number }[];
  /** Nodes whose choice is learnt in this chain, counted by their shares: all chains of a tree together come to its nodes. */
  readonly nodes: number;
};

/**
 * Chains whose shares add up to 1 at every node that teaches: one from which at least `minVisits` walks went on, and came to
 * more by one step than by another.
 *
 * @example
 * import { ROOT } from "../../search/steps.ts";
 * const leaf = (text: string, visits: number, total: number) => {
 *   return { path: { ...ROOT, steps: [text], text }, prior: 0.5, visits, total };
 * };
 * const root = { path: ROOT, prior: 1, visits: 5, total: 3, children: [leaf("a", 3, 3), leaf("b", 1, 0)] };
 * const targets = targetsOf({ id: "p", prompt: "?" }, root, 2);
 * targets.map(({ steps }) => steps); // [[{ text: "a", share: 0.75 }], [{ text: "b", share: 0.25 }]]
 */
export function targetsOf(problem: Problem, root: SearchNode, minVisits: number): VisitTarget[] {
  const targets: VisitTarget[] = [];
  const descend = (node: SearchNode, steps: VisitTarget["steps"]): void => {
    const visited = (node.children ?? []).filter(({ visits }) => visits > 0);
    if (visited.length === 0) {
      const nodes = steps.reduce((sum, { share }) => sum + share, 0);
      if (nodes > 0) targets.push({ problem, steps: untilLastTaught(steps), nodes });
      return;
    }
    const walks = visited.reduce((sum, { visits }) => sum + visits, 0);
    const teaches = walks >= minVisits && tellsApart(visited);
    for (const [i, child] of visited.entries()) {
      const text = child.path.steps.at(-1) as string;
      // What leads here is learnt with the first of its children, and given in the others.
      const before = i === 0 ? steps : steps.map((step) => ({ ...step, share: 0 }));
      descend(child, [...before, { text, share: teaches ? child.visits / walks : 0 }]);
    }
  };
  descend(root, []);
  return targets;
}

/** What is imitated of the right chains of a problem. */
export type Imitation = {
  /** Distinct ones, at most: the shortest. */
  readonly keep: number;
  /** A chain as its steps, whose texts together are the chain. */
  readonly split: (chain: string) => readonly string[];
};

/**
 * The shortest right chains as targets: at every step of one nothing else is to be done.
 *
 * @param right distinct, in any order
 * @example
 * const model = { encode: (prompt: string, chain = "") => [...`${prompt}${chain}`].map((letter) => letter.charCodeAt(0)) };
 * const split = (chain: string) => chain.match(/../g) ?? [];
 * imitationTargets({ id: "p", prompt: "?" }, ["abcdef", "abcd"], { keep: 1, split }, model)[0]?.nodes; // 2
 */
export function imitationTargets(
  problem: Problem,
  right: readonly string[],
  { keep, split }: Imitation,
  model: Encoder,
): VisitTarget[] {
  return right
    .map((text) => ({ text, length: model.encode(problem.prompt, text).length }))
    .sort((a, b) => a.length - b.length || (a.text < b.text ? -1 : 1))
    .slice(0, keep)
    .map(({ text }) => {
      const steps = split(text).map((step) => ({ text: step, share: 1 }));
      return { problem, steps, nodes: steps.length };
    });
}

type Encoder = { encode(prompt: string, chain?: string): number[] };

/**
 * Whether the walks came to different values by different steps. Where they did not, visits only repeat the policy, with the
 * noise of what was sampled, and to learn from that again and again is to collapse.
 */
function tellsApart(children: readonly SearchNode[]): boolean {
  const mean = ({ total, visits }: SearchNode): number => total / visits;
  return children.some((child) => mean(child) !== mean(children[0] as SearchNode));
}

function untilLastTaught(steps: VisitTarget["steps"]): VisitTarget["steps"] {
  return steps.slice(0, steps.findLastIndex(({ share }) => share > 0) + 1);
}

/**
 * Sequences for cross-entropy: the mean over the nodes of the batch.
 *
 * @example
 * const model = { encode: (prompt: string, chain = "") => [...`${prompt}${chain}`].map((letter) => letter.charCodeAt(0)) };
 * const target = { problem: { id: "p", prompt: "?" }, steps: [{ text: "ab", share: 0.5 }], nodes: 0.5 };
 * sequencesOf([target], model)[0]?.fields["weight"]; // [0, 1, 1]
 */
export function sequencesOf(targets: readonly VisitTarget[], model: Encoder): TrainingSequence[] {
  const nodes = targets.reduce((sum, target) => sum + target.nodes, 0);
  return targets.map(({ problem, steps }) => {
    const weight = model.encode(problem.prompt).map(() => 0);
    let text = "";
    for (const step of steps) {
      text += step.text;
      const length = model.encode(problem.prompt, text).length;
      while (weight.length < length) weight.push(step.share / nodes);
    }
    return { tokens: model.encode(problem.prompt, text), fields: { weight } };
  });
}
