/**
 * Diverse verifier tree search (Beeching et al. 2024, search-and-learn): the budget of n beams is split into n / m trees that
 * do not compete with each other, and each goes on with the best of its m next steps. So the answers stay diverse where
 * beam search would put everything on one. All m steps of a tree's last expansion are candidates for the answer.
 */

import type { Strategy } from "../core/interfaces.ts";
import type { BeamSearchOptions } from "./beam-search.ts";
import { type Candidate, select } from "./candidates.ts";
import { candidatesOf, lastScores } from "./roll-outs.ts";
import { checkWidth } from "./search-options.ts";
import { Spending } from "./spending.ts";
import { chainOf, grow, type Path, ROOT } from "./steps.ts";

type Tree = { readonly path: Path; readonly siblings: readonly Candidate[] };

/**
 * @throws MullError `input` for an n or m that is no whole number, or an m above n
 * @example
 * import { rollOuts } from "./roll-outs.ts";
 * const format = { stop: ["\n\n"], maxTokens: 256 };
 * diverseVerifierTreeSearch({ n: 16, m: 4, format, scorer: rollOuts({ maxTokens: 1024 }) }).name; // "dvts"
 */
export function diverseVerifierTreeSearch(options: BeamSearchOptions): Strategy {
  const { n, m = 4, format, maxSteps = 40, selection = "weighted" } = options;
  checkWidth(n, m);
  return {
    name: "dvts",
    async solve(problem, context) {
      const model = new Spending(context);
      const scorer = options.scorer(context, model, context.rng.split("scorer"));
      const growth = { problem, model, format, sampling: options };
      let trees = Array.from({ length: Math.floor(n / m) }, (): Tree => ({ path: ROOT, siblings: [] }));
      for (let step = 0; step < maxSteps; step++) {
        const open = trees.filter(({ path }) => !path.ended);
        const tips = open.flatMap(({ path }) => Array.from({ length: m }, () => path));
        const most = step === maxSteps - 1 ? Math.floor(model.left / Math.max(1, tips.length)) : undefined;
        const grown = await grow(growth, tips, context.rng.split("step", step), most);
        const written = grown.filter((path) => path !== null);
        if (written.length === 0) break;
        const scores = await lastScores(problem, scorer, written, context.signal);
        const scoreOf = new Map(written.map((path, i) => [path, scores[i] as number]));
        const next = new Map(open.map((tree, t) => [tree, best(grown.slice(t * m, (t + 1) * m), scoreOf) ?? tree]));
        trees = trees.map((tree) => next.get(tree) ?? tree);
        if (trees.every(({ path }, t) => path.ended || path === open[t]?.path)) break;
      }
      const candidates = trees.flatMap(({ siblings }) => siblings);
      return select(problem, context, [...candidates, ...candidatesOf(scorer)], selection, model.usage);
    },
  };
}

/** A tree that goes on with the best of the next steps, the first of equals; null where none was written. */
function best(steps: readonly (Path | null)[], scoreOf: ReadonlyMap<Path, number>): Tree | null {
  const siblings = steps.filter((path) => path !== null);
  const [first, ...others] = siblings;
  if (first === undefined) return null;
  const score = (path: Path): number => scoreOf.get(path) as number;
  return {
    path: others.reduce((leader, path) => (score(path) > score(leader) ? path : leader), first),
    siblings: siblings.map((path) => ({ chain: chainOf(path), score: score(path) })),
  };
}
