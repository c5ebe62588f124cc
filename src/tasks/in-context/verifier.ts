/** The exact verifier: the meaning that the rule gives, whatever the examples said; the reason says what they did say. */

import { z } from "zod";
import type { Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { correct, unscored, type Verdict, wrong } from "../../core/verdict.ts";
import { drawLesson, MAX_SHOTS, type ShotData } from "./dictionary.ts";
import { MEANINGS, meaningWord, nameWord } from "./vocabulary.ts";

const SHOTS = z.object({ seed: z.int().min(0).max(0xffff_ffff), shots: z.int().min(0).max(MAX_SHOTS) });

/** The seed and the number of shots that a problem of this task carries, or null where it carries none. */
export function shotsOf(problem: Problem): ShotData | null {
  const parsed = SHOTS.safeParse(problem.data);
  return parsed.success ? parsed.data : null;
}

/**
 * @example
 * import { problemOf } from "./dictionary.ts";
 * const problem = problemOf({ seed: 7, shots: 4 });
 * (await new InContextVerifier().verify(problem, `=${problem.answer}`)).status; // "correct"
 */
export class InContextVerifier implements Verifier {
  readonly name = "in-context";

  async verify(
    problem: Problem,
    completion: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Verdict> {
    if (options.signal?.aborted === true) return unscored("stopped before it was verified");
    return judge(problem, completion);
  }
}

/** The verdict at once. */
export function judge(problem: Problem, completion: string): Verdict {
  const data = shotsOf(problem);
  if (data === null) return unscored(`problem ${problem.id} carries no seed to verify against`);
  const { meanings, examples, asked } = drawLesson(data.seed);
  const claimed = readMeaning(completion);
  if (claimed === null) return wrong(`expected one meaning, ${meaningWord(1)} to ${meaningWord(MEANINGS)}`);
  const truth = meanings[asked - 1] as number;
  const shown = examples.slice(0, data.shots).filter(({ name }) => name === asked);
  const seen = shown.map(({ meaning }) => meaningWord(meaning)).join(" ");
  const examplesSay = shown.length === 0 ? `no example shows ${nameWord(asked)}` : `its examples say ${seen}`;
  if (claimed === truth) return correct(`${nameWord(asked)} is ${meaningWord(truth)}; ${examplesSay}`);
  return wrong(`${nameWord(asked)} is ${meaningWord(truth)}, not ${meaningWord(claimed)}; ${examplesSay}`);
}

/** The meaning that a completion claims; null where it is not one. */
export function readMeaning(completion: string): number | null {
  const [, digits] = /^\s*=?(\d{1,3})\s*$/.exec(completion.slice(0, 100)) ?? [];
  const meaning = Number(digits);
  return meaning >= 1 && meaning <= MEANINGS ? meaning : null;
}
