/**
 * A leaf's value of two sources, as in AlphaGo (Silver et al. 2016): (1 - share) times a value function's and share times that of
 * roll-outs. The first foresees what a few roll-outs cannot see, the second corrects it; chains that were rolled out are candidates.
 */

import type { ScorerFor } from "./roll-outs.ts";

/**
 * @param share of the roll-outs, in [0, 1]
 * @example
 * import { rollOuts } from "./roll-outs.ts";
 * const value: ScorerFor = () => ({ name: "a half", score: async (_, steps) => steps.map(() => 0.5) });
 * mixed(value, rollOuts({ n: 1, maxTokens: 64 }), 0.5);
 */
export function mixed(value: ScorerFor, rolled: ScorerFor, share: number): ScorerFor {
  return (context, model, rng) => {
    const first = value(context, model, rng.split("value"));
    const second = rolled(context, model, rng.split("roll-outs"));
    return {
      name: `${first.name} and ${second.name}`,
      async score(problem, steps, options) {
        const [foreseen, seen] = await Promise.all([
          first.score(problem, steps, options),
          second.score(problem, steps, options),
        ]);
        return foreseen.map((each, i) => (1 - share) * each + share * (seen[i] ?? 0));
      },
      get candidates() {
        return [...(first.candidates ?? []), ...(second.candidates ?? [])];
      },
    };
  };
}
