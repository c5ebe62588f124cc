/**
 * Answers that build on earlier ones: what a revision is asked, and sequential revision itself (Snell et al. 2024): one
 * chain, then a revision of it, then a revision of that, until the chains or the budget are used up.
 */

import type { SampleRequest } from "../core/completion.ts";
import type { Strategy } from "../core/interfaces.ts";
import type { Problem } from "../core/problem.ts";
import { type Candidate, type Selection, select } from "./candidates.ts";
import type { Judge } from "./roll-outs.ts";
import { checkCount } from "./search-options.ts";
import { Spending } from "./spending.ts";

/** How a model is asked to improve on a chain. What it writes is a chain of its own, or with a prefix goes on from that. */
export type Revise = (problem: Problem, text: string) => Pick<SampleRequest, "prompt" | "prefix">;

/** For models that follow instructions: the problem, the earlier answer, and the request to find what is wrong with it. */
export const byInstruction: Revise = ({ prompt }, text) => ({
  prompt: `${prompt}\n\nAn earlier attempt:\n\n${text}\n\nCheck it step by step, correct what is wrong, and give your own complete answer.`,
});

export type RevisionOptions = {
  /** Chains in all, the first included. */
  readonly n: number;
  /** Default `byInstruction`. */
  readonly revise?: Revise;
  /** Tokens of one chain at most. Default: what is left, shared among the chains to come. */
  readonly maxTokens?: number;
  /** Default 1. */
  readonly temperature?: number;
  /** Ends the sequence with the first chain that it is wholly content with. Default: none does. */
  readonly judge?: Judge;
  /** Default: the last chain that states an answer. */
  readonly selection?: Selection | "last";
};

/**
 * @throws MullError `input` for an n that is no whole number
 * @example
 * sequentialRevision({ n: 4 }).name; // "revision"
 */
export function sequentialRevision(options: RevisionOptions): Strategy {
  const { n, revise = byInstruction, temperature = 1, judge, selection = "last" } = options;
  checkCount("n", n);
  return {
    name: "revision",
    async solve(problem, context) {
      const model = new Spending(context);
      const candidates: Candidate[] = [];
      for (let i = 0; i < n; i++) {
        const previous = candidates.at(-1)?.chain.text;
        const asked = previous === undefined ? { prompt: problem.prompt } : revise(problem, previous);
        const share = Math.max(1, Math.floor(model.left / (n - i)));
        const [completion] = await model.sample([
          {
            ...asked,
            maxTokens: Math.min(options.maxTokens ?? share, share),
            temperature,
            seed: context.rng.split("chain", i).seed,
          },
        ]);
        if (completion === undefined || completion.usage.completionTokens === 0) break; // nothing pays for it, or it is full
        const chain = { ...completion, text: `${asked.prefix ?? ""}${completion.text}` };
        const score = judge === undefined ? null : await judge.judge(problem, chain.text, context);
        candidates.push({ chain, score });
        if (score === 1) break;
      }
      if (selection !== "last") return select(problem, context, candidates, selection, model.usage);
      const last = candidates.findLast(({ chain }) => context.extract(problem, chain.text) !== null);
      const answer = await select(problem, context, last === undefined ? [] : [last], "majority", model.usage);
      return { ...answer, chains: candidates.map(({ chain }) => chain) };
    },
  };
}
