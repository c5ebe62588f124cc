/** What a loop came to, in sentences. */

import { percent, points, pointsInterval } from "../report/format.ts";
import type { Gain, ImproveResult } from "./improve-result.ts";

/** Of the difficulties that the base corpus has not the hardest that was asked, or else the easiest; where it has all, the hardest. */
export function hardest({ gains }: ImproveResult): Gain | undefined {
  const unseen = gains.filter(({ inBase }) => !inBase);
  return unseen.findLast(({ askedFrom }) => askedFrom !== null) ?? unseen[0] ?? gains.at(-1);
}

export function headline(result: ImproveResult): string {
  const gain = hardest(result);
  const first = accuracyAt(result, 0, gain?.difficulty);
  const last = accuracyAt(result, -1, gain?.difficulty);
  if (gain === undefined || first === null || last === null) return "The loop that feeds itself";
  return `${gain.difficulty} ${result.unit}: from ${percent(first)} to ${percent(last)} in ${result.generations.length} generations`;
}

export function accuracyAt(
  { points: measured }: ImproveResult,
  at: number,
  difficulty: number | undefined,
): number | null {
  return measured.at(at)?.difficulties.find((each) => each.difficulty === difficulty)?.policy.accuracy ?? null;
}

export function findings(result: ImproveResult): string[] {
  return [...result.gains.map((gain) => gainSentence(gain, result)), ...amortised(result), ...watched(result)];
}

function gainSentence({ difficulty, inBase, askedFrom, overFirst, overBase }: Gain, { unit }: ImproveResult): string {
  const where = inBase ? "the base corpus has these" : "the base corpus has none of these";
  const when =
    askedFrom === null
      ? "the loop never asked one"
      : askedFrom === 1
        ? "asked from the first generation on"
        : `asked from generation ${askedFrom} on`;
  const sure =
    overFirst.ci[0] > 0
      ? "the last generation beats the first"
      : overFirst.ci[1] < 0
        ? "the last generation is worse than the first"
        : "the last generation cannot be told from the first";
  return `${difficulty} ${unit} (${where}; ${when}): ${sure}, ${points(overFirst.points)} (${pointsInterval(overFirst.ci)}); over the base ${points(overBase.points)} (${pointsInterval(overBase.ci)}).`;
}

/** Whether the search is ahead of the policy by less than it was. */
function amortised(result: ImproveResult): string[] {
  const gaps = (at: number): (readonly [number, number])[] =>
    (result.points.at(at)?.difficulties ?? []).flatMap(({ difficulty, policy, search }) =>
      search === null ? [] : [[difficulty, search.accuracy - policy.accuracy] as const],
    );
  const first = new Map(gaps(0));
  const told = gaps(-1).flatMap(([difficulty, gap]) => {
    const before = first.get(difficulty);
    return before === undefined ? [] : [`${difficulty} ${result.unit} ${points(before)}, then ${points(gap)}`];
  });
  return told.length === 0
    ? []
    : [`What search adds to the policy, at the beginning and at the end: ${told.join("; ")}.`];
}

function watched({ warnings }: ImproveResult): string[] {
  return warnings.length === 0 ? ["Nothing told of a collapse."] : [];
}
