/**
 * A multiple choice: the options that a completion names at last are those that are right, no more and no fewer.
 *
 * What counts is its last statement in the extraction's sense (extraction/extract-answers.ts: a tool call, JSON, `\boxed{}`,
 * `####`, `<answer>`, "the answer is") that says anything about the options; where there is none, the last line that does.
 * Statements that stand side by side are one, so that `\boxed{A}, \boxed{C}` names two, and so does "Answer: A", "Answer: B".
 * An earlier statement was thought better of and does not count. Naming every option, or saying of one option both that it is
 * right and that it is not, is wrong. What repeats the problem, its list of options above all, names nothing.
 */

import type { Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { correct, unscored, type Verdict, wrong } from "../../core/verdict.ts";
import { tooLong } from "../reference.ts";
import { type Choice, choiceOf } from "./choice-reference.ts";
import { chosenOptions } from "./chosen-options.ts";
import { letterOf } from "./named-options.ts";

export type ChoiceOptions = {
  /**
   * The score of a choice that is partly right; its verdict is `wrong` all the same. "exact": 0. "jaccard": what was named and is
   * right, divided by what was named or is right; 0 where every option was named. Default "exact".
   */
  readonly credit?: "exact" | "jaccard";
};

/**
 * `problem.data` is `{ options, correct }`: 2 to 26 texts, and which are right: letters, places from 0, or texts, one or
 * several. Without `correct` the reference is `problem.answer`, a letter or a text; without options it must be letters.
 *
 * @example
 * const problem = {
 *   id: "capital",
 *   prompt: "Capital of France? (A) London (B) Paris (C) Rome",
 *   data: { options: ["London", "Paris", "Rome"], correct: "B" },
 * };
 * const verifier = new ChoiceVerifier();
 * (await verifier.verify(problem, "Not London. The answer is **(B)**.")).status; // "correct"
 * (await verifier.verify(problem, "A, B or C")).status; // "wrong"
 */
export class ChoiceVerifier implements Verifier {
  readonly name = "choice";
  readonly #credit: "exact" | "jaccard";

  constructor(options: ChoiceOptions = {}) {
    this.#credit = options.credit ?? "exact";
  }

  /** `unscored` where the problem does not say what is right, or says it in a way that cannot be read. */
  async verify(
    problem: Problem,
    completion: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Verdict> {
    if (options.signal?.aborted === true) return unscored("stopped before it was verified");
    const choice = choiceOf(problem);
    if (typeof choice === "string") return unscored(`problem ${problem.id}: ${choice}`);
    return tooLong(completion) ?? this.#judge(choice, problem.prompt, completion);
  }

  #judge({ options, correct: right }: Choice, prompt: string, completion: string): Verdict {
    const found = chosenOptions(completion, options, prompt);
    if (found === null) return wrong("names no option");
    const { options: named, contradiction } = found;
    if (contradiction !== undefined) return wrong(`contradicts itself: ${contradiction}`);
    const expected = `expected ${letters(right)}`;
    if (named.length === 0) return wrong(`names none of the options, ${expected}`);
    const shared = named.filter((option) => right.includes(option)).length;
    if (shared === right.length && shared === named.length) return correct(`names ${letters(named)}`);
    if (named.length === options.length) return wrong(`names every option, ${expected}`);
    const jaccard = shared / (named.length + right.length - shared);
    return wrong(`names ${letters(named)}, ${expected}`, this.#credit === "jaccard" ? jaccard : 0);
  }
}

function letters(options: readonly number[]): string {
  return options.map(letterOf).join(", ");
}
