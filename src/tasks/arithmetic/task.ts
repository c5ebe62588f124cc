/** Multi-digit arithmetic as a task: sums of two numbers of n digits, products of one with a digit. */

import { MullError } from "../../core/errors.ts";
import type { Task } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import { type Calculation, problemOf } from "./calculation.ts";
import { BASE_DIGITS, type Digits, heldOutCalculations, SPLITS, trainingCalculations } from "./splits.ts";
import { ArithmeticVerifier, extractAnswer } from "./verifier.ts";

export class ArithmeticTask implements Task {
  readonly name = "arithmetic";
  readonly splits = SPLITS;
  readonly verifier = new ArithmeticVerifier();
  readonly #digits: Digits;

  /** @param options.digits weights of the numbers of digits; the default is that of the base corpus, one to three */
  constructor(options: { readonly digits?: Digits } = {}) {
    this.#digits = options.digits ?? BASE_DIGITS;
  }

  /**
   * `train` never ends and may repeat; `heldout` yields every problem once.
   *
   * @throws MullError `input` for another split
   * @example
   * import { Rng } from "../../core/rng.ts";
   * const [problem] = new ArithmeticTask({ digits: { 2: 1 } }).problems("heldout", new Rng(1)).take(1);
   * problem?.tags?.["n"]; // "2"
   */
  problems(split: string, rng: Rng): IteratorObject<Problem> {
    const known = SPLITS.find((each) => each === split);
    if (known === undefined) {
      throw new MullError(
        "input",
        `arithmetic has no split ${JSON.stringify(split.slice(0, 40))}, expected ${SPLITS.join(", ")}`,
      );
    }
    const calculations: IteratorObject<Calculation> =
      known === "train" ? trainingCalculations(rng, this.#digits) : heldOutCalculations(rng, this.#digits);
    return calculations.map(problemOf);
  }

  extract(problem: Problem, completion: string): string | null {
    return extractAnswer(problem, completion);
  }
}
