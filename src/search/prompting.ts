/** How a question is put to a model that follows instructions. The reference answer is never part of it. */

import type { Strategy } from "../core/interfaces.ts";
import type { Problem } from "../core/problem.ts";

/** A solved question to show: its answer as the model should write it, with the steps or without. */
export type Shot = { readonly question: string; readonly solution: string };

const BOXED = "as \\boxed{answer}";

/** Only the answer: what thinking is compared with. */
export function direct(question: string): string {
  return `${question}\n\nGive nothing but the final answer, ${BOXED}.`;
}

/** Steps first (Kojima et al. 2022): a paragraph each, which is what step-level search takes for a step. */
export function stepByStep(question: string): string {
  return `${question}\n\nThink step by step, a paragraph for each step, and end with the final answer, ${BOXED}.`;
}

/**
 * Solved questions before the one that is asked (Brown et al. 2020); hundreds where the context is long (Agarwal et al. 2024).
 *
 * @example
 * withShots([{ question: "1 + 1?", solution: "\\boxed{2}" }], "2 + 2?").includes("\\boxed{2}"); // true
 */
export function withShots(shots: readonly Shot[], question: string): string {
  const shown = shots.map((shot) => `Question: ${shot.question}\n\nSolution: ${shot.solution}`);
  return [...shown, `Question: ${question}\n\nSolution, with the final answer ${BOXED}:`].join("\n\n---\n\n");
}

/** The same problem, put another way. */
export function reworded<P extends Problem>(problem: P, words: (question: string) => string): P {
  return { ...problem, prompt: words(problem.prompt) };
}

/**
 * The same strategy, which puts every problem another way.
 *
 * @example
 * import { single } from "./single.ts";
 * prompted(single(), direct).name; // "single"
 */
export function prompted(strategy: Strategy, words: (question: string) => string): Strategy {
  return { name: strategy.name, solve: (problem, context) => strategy.solve(reworded(problem, words), context) };
}
