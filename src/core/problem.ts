/** What is asked. A task makes problems; everything else only carries them. */

export type Problem = {
  /** Unique within its task, stable across runs of one seed. */
  readonly id: string;
  /** The text a model is shown. */
  readonly prompt: string;
  /** The reference answer, where the task has one; puzzles with many solutions have none. */
  readonly answer?: string;
  /** What the task's own verifier needs: plain JSON. */
  readonly data?: unknown;
  /** Groups by which results are also reported, such as `{ n: "4" }`. */
  readonly tags?: Readonly<Record<string, string>>;
};
