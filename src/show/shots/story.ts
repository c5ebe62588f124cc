/** What was measured, in sentences. */

import { intervalText, percent, points, pointsInterval, significant } from "../report/format.ts";
import type { ShotsResult, Thought } from "./shots-result.ts";

export function headline({ shots }: ShotsResult): string {
  const [first, last] = [shots[0], shots.at(-1)];
  if (first === undefined || last === undefined) return "Answers at once, and answers worked out";
  return `From ${percent(first.accuracy, 0)} with ${counted(first.shots)} to ${percent(last.accuracy, 0)} with ${counted(last.shots)}`;
}

export function findings(result: ShotsResult): string[] {
  return [...reading(result), ...voting(result), ...result.thought.map(thoughtSentence)];
}

/** How far the model comes of what could be known. */
function reading({ shots, slope, bestSlope }: ShotsResult): string[] {
  const last = shots.at(-1);
  if (last === undefined) return [];
  const told = `With ${counted(last.shots)} the model is right in ${percent(last.accuracy)} (${intervalText(last.ci)}); the best guess that the examples allow is right in ${percent(last.best)}.`;
  const behind = shots.filter(({ ci, best }) => ci[1] < best).map((point) => String(point.shots));
  const where =
    behind.length === 0
      ? "Nowhere is it behind the best guess by more than chance."
      : `It is behind the best guess by more than chance with ${behind.join(", ")}.`;
  const law =
    slope === null || bestSlope === null
      ? []
      : [
          `Twice the examples multiply accuracy by ${significant(2 ** slope)} on average, that of the best guess by ${significant(2 ** bestSlope)}.`,
        ];
  return [told, where, ...law];
}

/** What more answers are worth beside more examples. */
function voting({ shots, votes }: ShotsResult): string[] {
  return [...Map.groupBy(votes, (point) => point.shots)].flatMap(([examples, own]) => {
    const [one, most] = [own[0], own.at(-1)];
    const more = shots.find(({ flops }) => flops >= (most?.flops ?? Number.POSITIVE_INFINITY));
    if (one === undefined || most === undefined || most === one) return [];
    const told = `After ${counted(examples)} one answer by chance is right in ${percent(one.accuracy)}, the majority of ${most.n} in ${percent(most.accuracy)}`;
    if (more === undefined) return [`${told}.`];
    return [`${told}; ${counted(more.shots)} and one answer, for about as much compute, in ${percent(more.accuracy)}.`];
  });
}

function thoughtSentence({ task, model, difficulty, unit, direct, steps, gain }: Thought): string {
  const verdict =
    gain.ci[0] > 0
      ? "working it out helps"
      : gain.ci[1] < 0
        ? "working it out does harm"
        : "working it out cannot be told from answering at once";
  return `${name(task)}, ${difficulty} ${unit}, ${model}: ${verdict}, ${points(gain.points)} (${pointsInterval(gain.ci)}), for ${significant(steps.tokens)} tokens instead of ${significant(direct.tokens)}.`;
}

export function name(task: Thought["task"]): string {
  return task === "countdown" ? "Countdown" : "Arithmetic";
}

function counted(shots: number): string {
  return shots === 1 ? "1 example" : `${shots} examples`;
}
