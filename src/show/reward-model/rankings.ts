/** How well scores rank: states against their true solvability, or whole chains against the verdict. */

import type { Rng } from "../../core/rng.ts";
import { type RankedCase, type Ranking, rankingOf } from "../../measure/ranking.ts";
import { judge } from "../../tasks/countdown/verifier.ts";
import type { ScoredChain } from "./votes.ts";

export type NamedRanking = Ranking & {
  /** Live numbers of the states, or `all`. Of an outcome reward model `chains`: whole ones, against the verdict. */
  readonly states: "all" | "3" | "2" | "1" | "chains";
};

/** Of process rewards: does a state that can still be solved score above one that cannot? */
export function stateRankings(chains: readonly ScoredChain[], rng: Rng): NamedRanking[] {
  const cases = chains.flatMap(({ problem, scores, truths }) =>
    truths.flatMap((truth, s): (RankedCase & { left: number })[] =>
      truth === null
        ? []
        : [{ problem: problem.id, score: scores[s] as number, right: truth.solvable, left: truth.left }],
    ),
  );
  return (["all", "3", "2", "1"] as const).flatMap((states) => {
    const own = states === "all" ? cases : cases.filter(({ left }) => String(left) === states);
    const ranking = rankingOf(own, { rng: rng.split("ranking", states), resamples: 500 });
    return ranking === null ? [] : [{ states, ...ranking }];
  });
}

/** Of outcome rewards: does a chain that is right score above one that is not? */
export function outcomeRanking(chains: readonly ScoredChain[], rng: Rng): NamedRanking[] {
  const cases = chains.flatMap(({ problem, steps, scores }): RankedCase[] => {
    const right = judge(problem, steps.join("")).status === "correct";
    return steps.length === 0 ? [] : [{ problem: problem.id, score: scores.at(-1) as number, right }];
  });
  const ranking = rankingOf(cases, { rng: rng.split("ranking"), resamples: 500 });
  return ranking === null ? [] : [{ states: "chains", ...ranking }];
}
