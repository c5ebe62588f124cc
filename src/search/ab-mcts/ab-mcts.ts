/**
 * Adaptive-branching Monte-Carlo tree search (Inoue et al. 2025): at every answer the search may go wider, with one more
 * fresh answer, or deeper, with a revision of one that is there, and it learns from the scores which pays. A node is a whole
 * answer; branching is without bound, and which node gets the next child is Thompson-sampled (aggregated.ts, mixed.ts).
 */

import type { Completion, SampleRequest } from "../../core/completion.ts";
import type { Strategy } from "../../core/interfaces.ts";
import type { Rng } from "../../core/rng.ts";
import { type Candidate, type Selection, select } from "../candidates.ts";
import { byInstruction, type Revise } from "../revision.ts";
import { byVerifier, type Judge } from "../roll-outs.ts";
import { checkCount } from "../search-options.ts";
import { Spending, wasSent } from "../spending.ts";
import { Aggregated } from "./aggregated.ts";
import { Mixed } from "./mixed.ts";
import { type AnswerNode, type BranchingPolicy, rootNode } from "./tree.ts";

export type AbMctsOptions = {
  /** `a` learns arm by arm, `m` by one mixed model a node. Default `a`. */
  readonly variant?: "a" | "m";
  /** Answers in all, at most. */
  readonly n: number;
  /** Answers that are asked for at once, all chosen by what was known before. Default 1. */
  readonly parallel?: number;
  /** Tokens of one answer, at most. Default: its share of the budget. */
  readonly maxTokens?: number;
  /** Default 1. */
  readonly temperature?: number;
  /** Default `byInstruction`. */
  readonly revise?: Revise;
  /** Scores an answer. Default `byVerifier`. */
  readonly judge?: Judge;
  /** The search ends with an answer that scores as much. Default 1. */
  readonly enough?: number;
  /** Default `best`. */
  readonly selection?: Selection;
};

const POLICIES = {
  a: (rng: Rng): BranchingPolicy => new Aggregated(rng),
  m: (rng: Rng): BranchingPolicy => new Mixed(rng),
} as const;

/**
 * @throws MullError `input` for a number of answers that is no whole number
 * @example
 * abMcts({ n: 32, variant: "m" }).name; // "ab-mcts-m"
 */
export function abMcts(options: AbMctsOptions): Strategy {
  const { variant = "a", n, parallel = 1, temperature = 1, enough = 1, selection = "best" } = options;
  const { revise = byInstruction, judge = byVerifier } = options;
  checkCount("n", n);
  checkCount("parallel", parallel);
  return {
    name: `ab-mcts-${variant}`,
    async solve(problem, context) {
      const model = new Spending(context);
      const policy = POLICIES[variant](context.rng.split("policy"));
      const root = rootNode();
      const candidates: Candidate[] = [];
      const most = options.maxTokens ?? Math.max(1, Math.floor(model.left / n));
      let highest = Number.NEGATIVE_INFINITY;
      for (let asked = 0; asked < n && highest < enough; ) {
        const parents = Array.from({ length: Math.min(parallel, n - asked) }, () => policy.choose(root));
        const requests = parents.map(({ chain }, i): SampleRequest => {
          const posed = chain === null ? { prompt: problem.prompt } : revise(problem, chain.text);
          return { ...posed, maxTokens: most, temperature, seed: context.rng.split("answer", asked + i).seed };
        });
        asked += requests.length;
        const completions = await model.sample(requests);
        for (const [i, completion] of completions.entries()) {
          if (!wasSent(completion)) continue;
          const chain: Completion = { ...completion, text: `${requests[i]?.prefix ?? ""}${completion.text}` };
          const score = await judge.judge(problem, chain.text, context);
          candidates.push({ chain, score });
          if (score === null) continue; // what could not be judged teaches nothing
          highest = Math.max(highest, score);
          const parent = parents[i] as AnswerNode;
          const node: AnswerNode = { chain, score, parent, children: [] };
          parent.children.push(node);
          policy.observe(node);
        }
        if (!completions.some(wasSent)) break;
      }
      return select(problem, context, candidates, selection, model.usage);
    },
  };
}
