/**
 * What the lowest place leaves: the same calculation from one place fewer, with what was carried, and how a chain on that is one on the
 * whole. Written as a prompt, the carry stands before the equals sign: after `c 3 C 8 =1 ^1`, 473 + 528 leaves
 * `d 7 e 4 + D 2 E 5 ^1 =`.
 */

import type { Problem } from "../../core/problem.ts";
import { type Calculation, calculationOf, firstPlace, promptOf } from "./calculation.ts";
import { longestChain } from "./steps.ts";
import { arithmeticTokenizer } from "./vocabulary.ts";
import { readWork } from "./work.ts";

/**
 * The prompt of what is left above the lowest place.
 *
 * @param carry as it was written, right or wrong
 * @example
 * import { firstPlace } from "./calculation.ts";
 * restPrompt({ op: "*", a: "47", b: "8" }, 5).slice(1); // " 4 * 8 ^5 ="
 */
export function restPrompt(calculation: Calculation, carry: number): string {
  const { op, a, b } = calculation;
  const rest = { op, a: a.slice(0, -1), b: op === "+" ? b.slice(0, -1) : b };
  return promptOf(rest, firstPlace(calculation) + 1, carry);
}

/**
 * What a first step leaves; null where the text is not one right place, or no place is left.
 *
 * @example
 * import { problemOf } from "./calculation.ts";
 * const problem = problemOf({ op: "+", a: "47", b: "58" });
 * const step = remainderOf(problem, problem.prompt.replace(/^(.) 7 .* (.) 8 .*$/, "steps $1 7 $2 8 =5 ^1"));
 * step?.problem.prompt.endsWith("^1 ="); // true
 */
export function remainderOf(problem: Problem, step: string) {
  const calculation = calculationOf(problem);
  if (calculation === null || calculation.a.length < 2) return null;
  const { places, malformed } = readWork(calculation, `${step} end`);
  if (malformed !== null || places.length !== 1 || places[0]?.fault !== null) return null;
  const carry = Number(step.at(-1));
  return {
    problem: { id: `${problem.id}~1`, prompt: restPrompt(calculation, carry) },
    maxTokens: longestChain(calculation.a.length - 1),
    compose: (chain: string): string | null =>
      chain.startsWith("steps ") ? `${step} ${chain.slice("steps ".length)}` : null,
  };
}

/** For search by restating. A chain of arithmetic does not go back, so failures are not handed on. */
export const ARITHMETIC_RESTATING = {
  restate: remainderOf,
  reopen: (): null => null,
  again: " ",
  tokens: (chain: string): number => arithmeticTokenizer.encode(chain).length,
} as const;
