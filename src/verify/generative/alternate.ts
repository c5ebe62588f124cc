/**
 * One model that solves and verifies in one stream: an attempt, a look at it in the same context, and where that finds a fault
 * another attempt, until one is found right or nothing is left to spend. What the model says of itself is no proof; it is what
 * training can make better.
 *
 *   prompt, { attempt, cue, verification, [turn] }
 */

import type { Completion } from "../../core/completion.ts";
import type { Model } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import { isWhole } from "./judge-prompt.ts";

export type AlternateOptions = {
  readonly model: Model;
  readonly rng: Rng;
  /** Attempts at most. Default 4. */
  readonly attempts?: number;
  /** Tokens of all that is written. */
  readonly maxTokens: number;
  /** Default .7. */
  readonly temperature?: number;
  /** Written after an attempt. */
  readonly cue?: string;
  /** Written after a verification that found a fault. */
  readonly turn?: string;
  readonly signal?: AbortSignal;
};

export type Attempt = {
  readonly text: string;
  readonly verification: string;
  /** What the verification came to; null where it does not say. */
  readonly right: boolean | null;
};

export type Stream = {
  /** All that was written, cues included. */
  readonly text: string;
  readonly attempts: readonly Attempt[];
  /** The last attempt that was found right, else the last. */
  readonly answer: string;
  readonly tokens: number;
};

const CUE = '\n\nLet me check this step by step, and end with a line "Verdict: right" or "Verdict: wrong".\n';
const TURN = "\n\nThat was wrong. Another attempt:\n";
/** Of what is left, what an attempt may take: the rest is for looking at it. */
const SHARE = 2 / 3;

/**
 * @throws what the model throws
 * @example
 * import { Rng } from "../../core/rng.ts";
 * const usage = { promptTokens: 1, completionTokens: 10 };
 * const said = ["5", "2 + 2 is not 5.\nVerdict: wrong", "4", "Verdict: right"];
 * const model: Model = {
 *   name: "second thoughts",
 *   sample: async () => [{ text: said.shift() ?? "", finish: "end" as const, usage }],
 * };
 * const stream = await alternate({ id: "p", prompt: "2 + 2?" }, { model, rng: new Rng(1), maxTokens: 100 });
 * stream.answer; // "4"
 */
export async function alternate(problem: Problem, options: AlternateOptions): Promise<Stream> {
  const { model, rng, attempts: most = 4, temperature = 0.7, cue = CUE, turn = TURN, signal } = options;
  const stop = signal === undefined ? {} : { signal };
  const attempts: Attempt[] = [];
  let text = "";
  let tokens = 0;
  const write = async (share: number, seed: number): Promise<Completion | null> => {
    const maxTokens = Math.floor((options.maxTokens - tokens) * share);
    if (maxTokens < 1) return null;
    const prefix = text === "" ? {} : { prefix: text };
    const [completion] = await model.sample(
      [{ prompt: problem.prompt, ...prefix, maxTokens, temperature, seed }],
      stop,
    );
    tokens += completion?.usage.completionTokens ?? 0;
    text += completion?.text ?? "";
    return completion ?? null;
  };
  for (let i = 0; i < most && tokens < options.maxTokens; i++) {
    if (i > 0) text += turn;
    const attempt = await write(SHARE, rng.split("attempt", i).seed);
    if (attempt === null || attempt.text === "") break;
    text += cue;
    const verification = await write(1, rng.split("verification", i).seed);
    const right = verification === null || !isWhole(verification) ? null : verdictIn(verification.text);
    attempts.push({ text: attempt.text, verification: verification?.text ?? "", right });
    if (right === true) break;
  }
  const chosen = attempts.findLast(({ right }) => right === true) ?? attempts.at(-1);
  return { text, attempts, answer: chosen?.text ?? "", tokens };
}

/** What the last line that gives a verdict says; null where none does. */
export function verdictIn(text: string): boolean | null {
  const last = [...text.matchAll(/^[ \t*#>]*verdict[ \t*]*:[ \t*]*(right|correct|wrong|incorrect)\b/gim)]
    .at(-1)?.[1]
    ?.toLowerCase();
  return last === undefined ? null : last === "right" || last === "correct";
}
