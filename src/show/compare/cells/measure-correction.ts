/** What measured chains did about their errors, problem by problem, so that intervals over problems can be drawn. */

import type { BehaviourTally } from "../../../measure/behaviours.ts";
import { CORRECTIONS, recoveries } from "../../../measure/recovery.ts";
import { type Puzzle, puzzleOf } from "../../../tasks/countdown/puzzle.ts";
import { parseChain } from "../../../tasks/countdown/trace.ts";
import { judge } from "../../../tasks/countdown/verifier.ts";
import type { SampledChain } from "../../job/measuring.ts";
import type { CellCorrections, CellRecovery } from "./cell-state.ts";

/** Of each problem, in their order: what became of chains whose first complete attempt missed. */
export function recoveryOf(chains: readonly SampledChain[]): CellRecovery {
  const judged = chains.map(({ problem, completion: { text, usage } }) => {
    const { numbers, target } = puzzleOf(problem) as Puzzle;
    const { events } = parseChain({ numbers, target }, text);
    const { status } = judge(problem, text);
    const right = status === "unscored" ? null : status === "correct";
    return { problem: problem.id, numbers: numbers.length, target, events, right, tokens: usage.completionTokens };
  });
  const counts = recoveries(judged);
  return {
    attempted: counts.map(({ attempted }) => attempted),
    missed: counts.map(({ missed }) => missed),
    recovered: counts.map(({ recovered }) => recovered),
    tokens: counts.map(({ tokens }) => tokens),
  };
}

/** Of each problem, in their order: operations of its chains, and the behaviours that correct. */
export function correctionsOf(tallies: readonly BehaviourTally[]): CellCorrections {
  const groups = [...Map.groupBy(tallies, ({ problem }) => problem).values()];
  const sums = (of: (tally: BehaviourTally) => number): number[] =>
    groups.map((own) => own.reduce((sum, tally) => sum + of(tally), 0));
  const counts = Object.fromEntries(CORRECTIONS.map((name) => [name, sums((tally) => tally.counts[name])]));
  return {
    operations: sums(({ operations }) => operations),
    counts: counts as CellCorrections["counts"],
  };
}
