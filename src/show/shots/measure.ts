/**
 * Two more axes of test-time compute, measured on held-out problems.
 *
 * Shots: how often the model's likeliest answer is right after so many examples. Fewer shots are the first of more, with the same
 * rule and the same question, so the curve's points are of the same problems.
 *
 * Thought: an answer at once beside one that is worked out. In arithmetic a chain is begun with `direct` or with `steps`. A chain of
 * Countdown has no such word: there the answer at once is a chain that has no token left to go back, one attempt; both are read off the
 * same chains, as a chain that is cut off is the beginning of one that is not.
 */

import type { Model } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { deriveSeed, Rng } from "../../core/rng.ts";
import { longestChain, PREFIX } from "../../tasks/arithmetic/steps.ts";
import { ArithmeticTask } from "../../tasks/arithmetic/task.ts";
import { judge as judgeArithmetic } from "../../tasks/arithmetic/verifier.ts";
import { CountdownTask } from "../../tasks/countdown/task.ts";
import { judge as judgeCountdown } from "../../tasks/countdown/verifier.ts";
import { problemOf, seedsOf } from "../../tasks/in-context/dictionary.ts";
import { judge as judgeMeaning } from "../../tasks/in-context/verifier.ts";
import { MEASURED_SEED } from "../reproduce/measuring.ts";

/** Of one problem after another: whether it was solved, as a share of its chains, and the mean tokens of a chain. */
export type Solved = { readonly shares: number[]; readonly tokens: number };

export type ThoughtTaskName = "arithmetic" | "countdown";

/** Requests sent together. */
const WAVE = 512;

/** Tokens of a chain of Countdown that is not an answer at once. */
export const LONGEST_THOUGHT = 512;

/**
 * @param problems held-out dictionaries, always the same ones
 * @throws the reason of `signal`
 */
export async function measureShots(
  model: Model,
  shots: number,
  problems: number,
  signal?: AbortSignal,
): Promise<Solved> {
  const asked = seedsOf("heldout", new Rng(MEASURED_SEED))
    .take(problems)
    .map((seed) => problemOf({ seed, shots }))
    .toArray();
  const shares: number[] = [];
  for (let at = 0; at < asked.length; at += WAVE) {
    const wave = asked.slice(at, at + WAVE);
    const requests = wave.map(({ prompt }) => ({ prompt, maxTokens: 1, temperature: 0, seed: 1 }));
    const answers = await model.sample(requests, signal === undefined ? {} : { signal });
    signal?.throwIfAborted();
    for (const [i, { text }] of answers.entries()) {
      shares.push(Number(judgeMeaning(wave[i] as Problem, text).status === "correct"));
    }
  }
  return { shares, tokens: 1 };
}

/**
 * One chain a problem at temperature 1, answered at once and worked out.
 *
 * @param difficulty digits of arithmetic, numbers of Countdown
 * @throws the reason of `signal`
 */
export async function measureThought(
  task: ThoughtTaskName,
  model: Model,
  difficulty: number,
  problems: number,
  seed: number,
  signal?: AbortSignal,
): Promise<{ readonly direct: Solved; readonly steps: Solved }> {
  const options = signal === undefined ? {} : { signal };
  if (task === "arithmetic") {
    const asked = new ArithmeticTask({ digits: { [difficulty]: 1 } })
      .problems("heldout", new Rng(MEASURED_SEED))
      .take(problems)
      .toArray();
    const measured = async (prefix: string): Promise<Solved> => {
      const maxTokens = longestChain(difficulty);
      const chains = await model.sample(
        asked.map(({ id, prompt }) => ({ prompt, prefix, maxTokens, seed: deriveSeed(seed, id) })),
        options,
      );
      return solvedOf(
        chains.map(({ text, usage }, i) => ({
          right: judgeArithmetic(asked[i] as Problem, prefix + text).status === "correct",
          tokens: usage.completionTokens,
        })),
      );
    };
    return { direct: await measured(PREFIX.direct), steps: await measured(PREFIX.steps) };
  }
  const asked = new CountdownTask({ sizes: { [difficulty]: 1 } })
    .problems("heldout", new Rng(MEASURED_SEED))
    .take(problems)
    .toArray();
  const chains = await model.sample(
    asked.map(({ id, prompt }) => ({ prompt, maxTokens: LONGEST_THOUGHT, seed: deriveSeed(seed, id) })),
    options,
  );
  const judged = chains.map(({ text, usage }, i) => ({
    right: judgeCountdown(asked[i] as Problem, text).status === "correct",
    tokens: usage.completionTokens,
  }));
  const most = oneAttempt(difficulty);
  return {
    direct: solvedOf(
      judged.map(({ right, tokens }) => ({ right: right && tokens <= most, tokens: Math.min(tokens, most) })),
    ),
    steps: solvedOf(judged),
  };
}

/**
 * Tokens of a chain of Countdown that solves at the first attempt: four an operation, and its end.
 *
 * @example
 * oneAttempt(4); // 13
 */
export function oneAttempt(numbers: number): number {
  return 4 * (numbers - 1) + 1;
}

function solvedOf(chains: readonly { readonly right: boolean; readonly tokens: number }[]): Solved {
  return {
    shares: chains.map(({ right }) => Number(right)),
    tokens: chains.reduce((sum, { tokens }) => sum + tokens, 0) / Math.max(1, chains.length),
  };
}
