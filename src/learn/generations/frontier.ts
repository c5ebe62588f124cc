/**
 * The frontier of a curriculum: the hardest difficulty that is asked. It begins at the easiest and moves by one when what is measured
 * at it has passed the threshold; most problems are asked there, the others are spread over what is behind it, so that nothing that
 * was learnt is forgotten.
 *
 *   ask `share` of the problems at the frontier, the rest evenly at the easier difficulties
 *   frontier <- the next difficulty   where accuracy at the frontier >= threshold, up to the last that may be asked
 */

export type FrontierOptions = {
  /** From easy to hard. */
  readonly difficulties: readonly number[];
  /** The hardest that may be asked; harder ones are only measured. */
  readonly upTo: number;
  /** What must pass the threshold: what search solves, or what the policy solves alone. */
  readonly by: "search" | "policy";
  /** In [0, 1]. */
  readonly threshold: number;
  /** Of the problems that are asked at the frontier, once there is something behind it. */
  readonly share: number;
};

/**
 * How many problems of each difficulty are asked.
 *
 * @param frontier the hardest that is asked
 * @returns difficulty and number, easy ones first, without those of which none is asked
 * @example
 * const ladder = { difficulties: [3, 4, 5], upTo: 5, by: "search", threshold: 0.8, share: 0.6 } as const;
 * mixOf(ladder, 5, 10); // [[3, 2], [4, 2], [5, 6]]
 */
export function mixOf(
  { difficulties, share }: FrontierOptions,
  frontier: number,
  problems: number,
): (readonly [difficulty: number, count: number])[] {
  const behind = difficulties.filter((difficulty) => difficulty < frontier);
  if (behind.length === 0) return [[frontier, problems]];
  const ahead = Math.round(share * problems);
  const rest = problems - ahead;
  const dealt = behind.map((difficulty, i): readonly [number, number] => {
    return [difficulty, Math.floor(rest / behind.length) + (i < rest % behind.length ? 1 : 0)];
  });
  return [...dealt, [frontier, ahead] as const].filter(([, count]) => count > 0);
}

/**
 * The frontier after a generation.
 *
 * @param accuracy at the frontier, in [0, 1]
 * @example
 * const ladder = { difficulties: [3, 4, 5], upTo: 4, by: "search", threshold: 0.8, share: 0.6 } as const;
 * [movedOn(ladder, 3, 0.7), movedOn(ladder, 3, 0.8), movedOn(ladder, 4, 1)]; // [3, 4, 4]
 */
export function movedOn(
  { difficulties, upTo, threshold }: FrontierOptions,
  frontier: number,
  accuracy: number,
): number {
  if (accuracy < threshold) return frontier;
  return difficulties.find((difficulty) => difficulty > frontier && difficulty <= upTo) ?? frontier;
}
