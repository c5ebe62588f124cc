/**
 * The exact verifier of arithmetic: the answer counts, every rejection is explained by the first place that went wrong. A
 * completion that is one number is read as the answer too.
 */

import type { Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { correct, unscored, type Verdict, wrong } from "../../core/verdict.ts";
import { tooLong } from "../../verify/reference.ts";
import { type Calculation, calculationOf, productOrSum } from "./calculation.ts";
import { readWork } from "./work.ts";

/**
 * @example
 * import { problemOf } from "./calculation.ts";
 * const problem = problemOf({ op: "+", a: "7", b: "5" });
 * const verdict = await new ArithmeticVerifier().verify(problem, "direct =3 =1 end");
 * verdict.reason; // "7 + 5 is 12, not 13"
 */
export class ArithmeticVerifier implements Verifier {
  readonly name = "arithmetic";

  async verify(
    problem: Problem,
    completion: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Verdict> {
    if (options.signal?.aborted === true) return unscored("stopped before it was verified");
    return judge(problem, completion);
  }
}

/** The verdict at once, for those who judge many chains. */
export function judge(problem: Problem, completion: string): Verdict {
  const calculation = calculationOf(problem);
  if (calculation === null) return unscored(`problem ${problem.id} carries no calculation to verify against`);
  const refused = tooLong(completion);
  if (refused !== null) return refused;
  const value = String(productOrSum(calculation));
  const asked = `${calculation.a} ${calculation.op} ${calculation.b}`;
  const number = plainNumber(completion);
  if (number !== null)
    return number === value ? correct(`${asked} is ${value}`) : wrong(`${asked} is ${value}, not ${number}`);
  const work = readWork(calculation, completion);
  if (work.malformed !== null) return wrong(`malformed at word ${work.malformed.at}: ${work.malformed.text}`);
  if (work.answer === null) return wrong("ran out before an answer");
  if (work.answer === value) {
    const { length } = work.places;
    return correct(`${asked} is ${value}, ${length === 0 ? "at once" : `in ${length} step${length === 1 ? "" : "s"}`}`);
  }
  const fault = work.places.find((place) => place.fault !== null)?.fault;
  const why =
    fault ?? (work.mode === "steps" ? "the work stops before the last place or leaves out the last carry" : null);
  return wrong(`${asked} is ${value}, not ${work.answer}${why === null ? "" : `: ${why}`}`);
}

/** The answer that a completion claims, right or wrong, in decimal; null where it claims none. */
export function extractAnswer(problem: Problem, completion: string): string | null {
  const calculation: Calculation | null = calculationOf(problem);
  if (calculation === null || tooLong(completion) !== null) return null;
  return plainNumber(completion) ?? readWork(calculation, completion).answer;
}

function plainNumber(completion: string): string | null {
  return /^\s*0*(\d{1,60})\s*$/.exec(completion.slice(0, 200))?.[1] ?? null;
}
