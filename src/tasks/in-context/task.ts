/** Learning from examples as a task: a dictionary that is drawn anew for every problem, read from 1 to 64 shots. */

import { MullError } from "../../core/errors.ts";
import type { Task } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import { problemOf, SPLITS, seedsOf } from "./dictionary.ts";
import { InContextVerifier, readMeaning, shotsOf } from "./verifier.ts";

/** The numbers of examples that are measured. */
export const SHOTS = [1, 2, 4, 8, 16, 32, 64] as const;

export class InContextTask implements Task {
  readonly name = "in-context";
  readonly splits = SPLITS;
  readonly verifier = new InContextVerifier();
  readonly #shots: readonly number[];

  /** @param options.shots how many examples a problem may show, each as likely; default SHOTS */
  constructor(options: { readonly shots?: readonly number[] } = {}) {
    this.#shots = options.shots ?? SHOTS;
  }

  /**
   * Without end. The splits share no seed, so no rule that is asked was trained on; with few examples two rules may look alike.
   *
   * @throws MullError `input` for another split
   * @example
   * import { Rng } from "../../core/rng.ts";
   * const [problem] = new InContextTask({ shots: [8] }).problems("heldout", new Rng(1)).take(1);
   * problem?.tags?.["n"]; // "8"
   */
  problems(split: string, rng: Rng): IteratorObject<Problem> {
    const known = SPLITS.find((each) => each === split);
    if (known === undefined) {
      throw new MullError(
        "input",
        `in-context has no split ${JSON.stringify(split.slice(0, 40))}, expected ${SPLITS.join(", ")}`,
      );
    }
    const draw = rng.split("shots");
    return seedsOf(known, rng.split("seeds")).map((seed) => problemOf({ seed, shots: draw.pick(this.#shots) }));
  }

  extract(problem: Problem, completion: string): string | null {
    const meaning = shotsOf(problem) === null ? null : readMeaning(completion);
    return meaning === null ? null : String(meaning);
  }
}
