/** How often a process reward model, read as yes above one half, says what an exact solver says. Pure: the live page runs it too. */

export type ScoredStep = {
  /** In [0, 1]. */
  readonly score: number;
  /** Whether the target can still be reached; null after a step of which that cannot be asked. */
  readonly solvable: boolean | null;
};

export type Agreement = {
  /** Steps of which the truth is known. */
  readonly steps: number;
  readonly agreeing: number;
  /** What saying the same after every step agrees with, at best. */
  readonly constant: { readonly answer: boolean; readonly agreeing: number };
};

export function disagrees({ score, solvable }: ScoredStep): boolean {
  return solvable !== null && score > 0.5 !== solvable;
}

/**
 * Over all steps of which the truth is known; null where there are none.
 *
 * @example
 * agreementOf([{ score: 0.9, solvable: true }, { score: 0.8, solvable: false }, { score: 0.1, solvable: false }]);
 * // { steps: 3, agreeing: 2, constant: { answer: false, agreeing: 2 } }
 */
export function agreementOf(all: readonly ScoredStep[]): Agreement | null {
  const known = all.filter(({ solvable }) => solvable !== null);
  if (known.length === 0) return null;
  const yes = known.filter(({ solvable }) => solvable).length;
  const answer = yes > known.length - yes;
  return {
    steps: known.length,
    agreeing: known.filter((step) => !disagrees(step)).length,
    constant: { answer, agreeing: Math.max(yes, known.length - yes) },
  };
}
