/** Countdown with three and four numbers ("CD-34") as a task: its splits, its verifier, its canonical answers. */

import { MullError } from "../../core/errors.ts";
import type { Task } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import { type Puzzle, problemOf } from "./puzzle.ts";
import { CD34, heldOutPuzzles, type Sizes, trainingPuzzles } from "./puzzles.ts";
import { Solver } from "./solver.ts";
import { SPLITS } from "./splits.ts";
import { CountdownVerifier, extractAnswer } from "./verifier.ts";

export class CountdownTask implements Task {
  readonly name = "countdown";
  readonly splits = SPLITS;
  readonly verifier = new CountdownVerifier();
  readonly solver = new Solver();
  readonly #sizes: Sizes;

  /** @param options.sizes weights of three, four and five numbers; the default is half three and half four. */
  constructor(options: { readonly sizes?: Sizes } = {}) {
    this.#sizes = options.sizes ?? CD34;
  }

  /**
   * `train` never ends and may repeat; `heldout` and `unseen-targets` yield every puzzle once.
   *
   * @throws MullError `input` for another split.
   * @example
   * const [problem] = new CountdownTask().problems("heldout", new Rng(1)).take(1);
   * problem?.prompt; // such as "3 7 8 2 = 24"
   */
  problems(split: string, rng: Rng): IteratorObject<Problem> {
    const known = SPLITS.find((each) => each === split);
    if (known === undefined) {
      throw new MullError(
        "input",
        `countdown has no split ${JSON.stringify(split.slice(0, 40))}, expected ${SPLITS.join(", ")}`,
      );
    }
    const puzzles: IteratorObject<Puzzle> =
      known === "train"
        ? trainingPuzzles(rng, this.solver, this.#sizes)
        : heldOutPuzzles(known, rng, this.solver, this.#sizes);
    return puzzles.map(problemOf);
  }

  extract(problem: Problem, completion: string): string | null {
    return extractAnswer(problem, completion);
  }
}
