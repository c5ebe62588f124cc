/**
 * Beam search over steps, scored by a process reward model or by roll-outs (Snell et al. 2024; as in Hugging Face's
 * search-and-learn): n beams grow by a step each, the floor(n / m) best of those that have not ended are kept and repeated to n
 * again, and so on, until all have ended, the steps are used up (the last one runs to the end) or the budget is spent. A
 * beam that ends becomes a candidate for the answer and takes no width any more.
 */

import type { Strategy } from "../core/interfaces.ts";
import { type Candidate, type Selection, select } from "./candidates.ts";
import { candidatesOf, lastScores, type ScorerFor } from "./roll-outs.ts";
import { checkWidth } from "./search-options.ts";
import { Spending } from "./spending.ts";
import { chainOf, grow, type Path, ROOT, type StepFormat, type StepSampling } from "./steps.ts";

export type BeamSearchOptions = StepSampling & {
  /** Beams. */
  readonly n: number;
  /** Steps that each kept beam is continued with. Default 4. */
  readonly m?: number;
  readonly format: StepFormat;
  readonly scorer: ScorerFor;
  /** Default 40. */
  readonly maxSteps?: number;
  /** Default `weighted`. */
  readonly selection?: Selection;
};

/**
 * @throws MullError `input` for an n or m that is no whole number, or an m above n
 * @example
 * import { rollOuts } from "./roll-outs.ts";
 * const format = { stop: ["\n\n"], maxTokens: 256 };
 * beamSearch({ n: 16, m: 4, format, scorer: rollOuts({ maxTokens: 1024 }) }).name; // "beam-search"
 */
export function beamSearch(options: BeamSearchOptions): Strategy {
  const { n, m = 4, format, maxSteps = 40, selection = "weighted" } = options;
  checkWidth(n, m);
  return {
    name: "beam-search",
    async solve(problem, context) {
      const model = new Spending(context);
      const scorer = options.scorer(context, model, context.rng.split("scorer"));
      const growth = { problem, model, format, sampling: options };
      const candidates: Candidate[] = [];
      let kept: Path[] = [ROOT];
      for (let step = 0; step < maxSteps && kept.length > 0; step++) {
        const beams = Array.from({ length: n }, (_, i) => kept[i % kept.length] as Path);
        const rng = context.rng.split("step", step);
        const most = step === maxSteps - 1 ? Math.floor(model.left / n) : undefined;
        const grown = (await grow(growth, beams, rng, most)).filter((path) => path !== null);
        const scores = await lastScores(problem, scorer, grown, context.signal);
        const open: { readonly path: Path; readonly score: number }[] = [];
        for (const [i, path] of grown.entries()) {
          const score = scores[i] as number;
          if (path.ended || step === maxSteps - 1) candidates.push({ chain: chainOf(path), score });
          else open.push({ path, score });
        }
        kept = open
          .sort((a, b) => b.score - a.score)
          .slice(0, Math.max(1, Math.floor(n / m)))
          .map(({ path }) => path);
      }
      return select(problem, context, [...candidates, ...candidatesOf(scorer)], selection, model.usage);
    },
  };
}
