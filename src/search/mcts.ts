/**
 * Monte-Carlo tree search with PUCT over steps (search-tree.ts): of the chains that came to their end in the tree, and those that
 * were rolled out on the way, the best.
 */

import type { Strategy } from "../core/interfaces.ts";
import type { Problem } from "../core/problem.ts";
import { type Candidate, type Selection, select } from "./candidates.ts";
import { candidatesOf, type ScorerFor } from "./roll-outs.ts";
import { checkCount } from "./search-options.ts";
import { type SearchNode, searchTree } from "./search-tree.ts";
import { Spending } from "./spending.ts";
import { chainOf, type StepFormat, type StepSampling } from "./steps.ts";

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
  /** Told of each finished tree; `recordTree` (tree-record.ts) makes plain JSON of it. */
  readonly onTree?: (problem: Problem, root: SearchNode) => void;
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
      const ended = new Map<string, Candidate>();
      const search = { growth, scorer, m, parallel, simulations, signal: context.signal };
      const root = await searchTree(search, context.rng, (path, score) =>
        ended.set(path.text, { chain: chainOf(path), score }),
      );
      options.onTree?.(problem, root);
      const candidates = [...ended.values(), ...candidatesOf(scorer)];
      return select(problem, context, candidates, selection, model.usage);
    },
  };
}
