/**
 * A tree search as the policy's teacher, in the manner of AlphaZero (Silver et al. 2017): PUCT over steps, guided by the policy's own
 * probabilities and by a value. The shares of walks at a node say what to do there; a right chain that the tree, or a roll-out from
 * one of its leaves, came to says it at every step. The value learns what the walks through a node came to.
 */

import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import { type SearchNode, searchTree } from "../../search/search-tree.ts";
import { Spending } from "../../search/spending.ts";
import { CountedModel } from "../chains/counted-model.ts";
import type { Taught, Teacher, TeacherOptions, ValueExample } from "../guidance.ts";
import type { Learner } from "../learn-step.ts";
import { RememberingVerifier } from "./remembering-verifier.ts";
import { imitationTargets, targetsOf } from "./visit-targets.ts";

export type TreeOptions = TeacherOptions & {
  /** Steps that a node is expanded with, at most. */
  readonly m: number;
  /** Walks a round. */
  readonly parallel: number;
  readonly simulations: number;
  /** At which steps are sampled in a tree: above 1 it sees more than the policy would try. */
  readonly temperature: number;
  /** Of one tree, roll-outs included, at most. */
  readonly maxTokens: number;
  /** A node teaches where at least so many walks went on from it. */
  readonly minVisits: number;
};

/**
 * @example
 * import { byVerifier, rollOuts } from "../../search/roll-outs.ts";
 * const value = { scorer: rollOuts({ n: 2, maxTokens: 64, judge: byVerifier }) };
 * const steps = { format: { stop: ["\n"], maxTokens: 16 }, split: (text: string) => text.split(/(?<=\n)/) };
 * const ended = (text: string) => text.endsWith("end");
 * const size = { m: 4, parallel: 4, simulations: 32, maxTokens: 1000, temperature: 1, minVisits: 4, keep: 2 };
 * treeTeacher({ value, ...steps, ...size, ended }).name; // "tree"
 */
export function treeTeacher(options: TreeOptions): Teacher {
  return {
    name: "tree",
    value: options.value,
    search: (learner, problem, rng, signal) => searched(learner, problem, rng, options, signal),
  };
}

async function searched(
  { engine, model: policy, verifier }: Learner,
  problem: Problem,
  rng: Rng,
  { value, format, ended, m, parallel, simulations, maxTokens, temperature, minVisits, ...imitation }: TreeOptions,
  signal: AbortSignal | undefined,
): Promise<Taught> {
  const counted = new CountedModel(policy, engine.config);
  const stop = signal === undefined ? {} : { signal };
  const judge = new RememberingVerifier(verifier);
  const context = { model: counted, verifier: judge, extract: () => null, budget: { maxTokens }, rng, ...stop };
  const model = new Spending(context);
  const valued = value.scorer(context, model, rng.split("value"));
  const scorer = {
    name: valued.name,
    score: async (posed: Problem, steps: readonly string[]): Promise<number[]> => {
      const text = steps.join("");
      return ended(text) ? [await judge.worth(posed, text, stop)] : valued.score(posed, steps, stop);
    },
  };
  const growth = { problem, model, format, sampling: { temperature } };
  const root = await searchTree({ growth, scorer, m, parallel, simulations, signal }, rng.split("walks"));
  const right = await judge.right();
  return {
    right: right.length,
    targets: [...targetsOf(problem, root, minVisits), ...imitationTargets(problem, right, imitation, policy)],
    examples: examplesOf(problem, root, minVisits),
    flops: counted.flops,
  };
}

/** What walks through a node came to, in the mean, for every node that enough walks went through. */
function examplesOf(problem: Problem, root: SearchNode, minVisits: number): ValueExample[] {
  const examples: ValueExample[] = [];
  const visit = (node: SearchNode): void => {
    if (node.visits < minVisits) return;
    if (!node.path.ended) examples.push({ problem, text: node.path.text, value: node.total / node.visits });
    for (const child of node.children ?? []) visit(child);
  };
  visit(root);
  return examples;
}
