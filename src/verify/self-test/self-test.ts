/** What a verifier would wrongly accept, wrongly refuse, or fail at: tried, not argued. */

import type { Verifier } from "../../core/interfaces.ts";
import type { Verdict } from "../../core/verdict.ts";
import { type Subject, type Trial, trialsOf } from "./trials.ts";

export type TrialResult = {
  readonly trial: string;
  readonly problem: string;
  /** The beginning of what was tried. */
  readonly completion: string;
  readonly verdict: Verdict["status"] | "threw";
  readonly reason: string;
};

export type SelfTest = {
  readonly verifier: string;
  readonly trials: number;
  /** Wrong answers that were said to be correct: what a model would learn to write. */
  readonly accepted: readonly TrialResult[];
  /** Right answers that were not said to be correct. */
  readonly refused: readonly TrialResult[];
  /** Where it threw, against its contract. */
  readonly threw: readonly TrialResult[];
};

/**
 * @example
 * import { ExactVerifier } from "../exact.ts";
 * const subject = { problem: { id: "p", prompt: "Capital of France?", answer: "Paris" }, good: ["Paris"], bad: ["Lyon"] };
 * const { accepted, refused } = await selfTest(new ExactVerifier(), [subject]);
 * [accepted.length, refused.length]; // [0, 0]
 */
export async function selfTest(verifier: Verifier, subjects: readonly Subject[]): Promise<SelfTest> {
  const trials = subjects.flatMap(trialsOf);
  const accepted: TrialResult[] = [];
  const refused: TrialResult[] = [];
  const threw: TrialResult[] = [];
  for (const trial of trials) {
    const result = await tried(verifier, trial);
    if (result.verdict === "threw") threw.push(result);
    else if (trial.right && result.verdict !== "correct") refused.push(result);
    else if (!trial.right && result.verdict === "correct") accepted.push(result);
  }
  return { verifier: verifier.name, trials: trials.length, accepted, refused, threw };
}

async function tried(verifier: Verifier, { name, problem, completion }: Trial): Promise<TrialResult> {
  const told = { trial: name, problem: problem.id, completion: completion.slice(0, 120) };
  try {
    const { status, reason } = await verifier.verify(problem, completion);
    return { ...told, verdict: status, reason };
  } catch (error) {
    return { ...told, verdict: "threw", reason: String(error).slice(0, 300) };
  }
}
