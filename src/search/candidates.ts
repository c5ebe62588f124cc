/** From complete chains and their scores to an answer: the choice that every search ends with. */

import type { Completion } from "../core/completion.ts";
import type { Answer, StrategyContext } from "../core/interfaces.ts";
import type { Problem } from "../core/problem.ts";
import { best } from "./best-of-n.ts";
import { tally } from "./majority.ts";

export type Candidate = {
  readonly chain: Completion;
  /** In [0, 1]; null where nobody scored it. */
  readonly score: number | null;
};

/**
 * How the chain is chosen.
 *
 * - `best`: the highest score ("naive" best-of-n).
 * - `weighted`: the answer with the highest sum of scores (Li et al. 2023), and of its chains the best.
 * - `majority`: the answer that most chains came to; scores are not looked at.
 * - `verifier`: what the context's verifier likes best. With an exact one this is pass@n.
 */
export type Selection = "best" | "weighted" | "majority" | "verifier";

/**
 * Only chains that state an answer are chosen, and where there is none the strategy abstains. Of equals the first wins.
 *
 * @param usage all that was spent, on what was not kept too
 */
export async function select(
  problem: Problem,
  context: Pick<StrategyContext, "extract" | "verifier" | "signal">,
  candidates: readonly Candidate[],
  selection: Selection,
  usage: Answer["usage"],
): Promise<Answer> {
  const chains = candidates.map(({ chain }) => chain);
  const answers = chains.map(({ text }) => context.extract(problem, text));
  const nothing: Answer = { text: "", answer: null, usage, chains };
  if (selection === "verifier") {
    const options = context.signal === undefined ? {} : { signal: context.signal };
    const verdicts = await Promise.all(chains.map(({ text }) => context.verifier.verify(problem, text, options)));
    const chosen = best(verdicts);
    const verdict = verdicts[chosen ?? 0];
    const told = verdict === undefined ? {} : { verdict };
    if (chosen === null || answers[chosen] === null) return { ...nothing, ...told };
    return { ...nothing, text: chains[chosen]?.text ?? "", answer: answers[chosen] ?? null, ...told };
  }
  const chosen = choose(answers, candidates, selection);
  if (chosen === null) return nothing;
  const warnings = selection === "majority" ? [] : warningsOf(answers, candidates, chosen);
  return {
    ...nothing,
    text: chains[chosen]?.text ?? "",
    answer: answers[chosen] ?? null,
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** The index of the chosen candidate, or null where none states an answer. */
function choose(
  answers: readonly (string | null)[],
  candidates: readonly Candidate[],
  selection: Exclude<Selection, "verifier">,
): number | null {
  if (selection === "majority") return tally(answers)[0]?.first ?? null;
  const score = (i: number): number => candidates[i]?.score ?? 0;
  const answered = answers.flatMap((answer, i) => (answer === null ? [] : [i]));
  const weights = new Map<string, number>();
  for (const i of answered) weights.set(answers[i] as string, (weights.get(answers[i] as string) ?? 0) + score(i));
  const weight = (i: number): number => (selection === "weighted" ? (weights.get(answers[i] as string) as number) : 0);
  return answered.reduce<number | null>((chosen, i) => {
    if (chosen === null) return i;
    return weight(i) > weight(chosen) || (weight(i) === weight(chosen) && score(i) > score(chosen)) ? i : chosen;
  }, null);
}

/** Chains from which on the scores are looked at for what they say. */
const ENOUGH = 8;

/** What a person should know about a choice by scores: that they say nothing, or go against what most chains say. */
function warningsOf(answers: readonly (string | null)[], candidates: readonly Candidate[], chosen: number): string[] {
  const scored = candidates.filter((_, i) => answers[i] !== null).map(({ score }) => score);
  const votes = tally(answers);
  if (votes.length < 2 || scored.length < ENOUGH) return [];
  if (scored.every((score) => score === null)) return ["no chain was scored: the first answer was taken"];
  if (scored.every((score) => score === scored[0])) {
    return ["the scores do not tell the chains apart: a majority vote would have done as well"];
  }
  const own = votes.find(({ answer }) => answer === answers[chosen])?.votes ?? 0;
  const leader = votes[0]?.votes ?? 0;
  if (own === 1 && leader >= scored.length / 2) {
    const most = `${leader} of ${scored.length} chains that came to an answer agree on another`;
    return [`the highest score belongs to one chain while ${most}: the scorer may be over-optimised`];
  }
  return [];
}
