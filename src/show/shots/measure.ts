/**
 * Two more axes of test-time compute, measured on held-out problems.
 *
 * Shots: how often the model's likeliest answer is right after so many examples. Fewer shots are the first of more, with the same
 * rule and the same question, so the curve's points are of the same problems. Beside it votes: the same questions, answered many
 * times after a few examples.
 *
 * Thought: an answer at once beside one that is worked out. In arithmetic a chain is begun with `direct` or with `steps`. A chain of
 * Countdown has no such word: there the answer at once is a chain that has no token left to go back, one attempt; both are read off the
 * same chains, as a chain that is cut off is the beginning of one that is not.
 */

import type { Model } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { deriveSeed, Rng } from "../../core/rng.ts";
import { majorityAtK } from "../../measure/vote.ts";
import { longestChain, PREFIX } from "../../tasks/arithmetic/steps.ts";
import { ArithmeticTask } from "../../tasks/arithmetic/task.ts";
import { judge as judgeArithmetic } from "../../tasks/arithmetic/verifier.ts";
import { CountdownTask } from "../../tasks/countdown/task.ts";
import { judge as judgeCountdown } from "../../tasks/countdown/verifier.ts";
import { problemOf, seedsOf } from "../../tasks/in-context/dictionary.ts";
import { judge as judgeMeaning } from "../../tasks/in-context/verifier.ts";
import { MEASURED_SEED } from "../job/measuring.ts";

/** Of one problem after another: whether it was solved, as a share of its chains, and the mean tokens of a chain. */
export type Solved = { readonly shares: number[]; readonly tokens: number };

/** Solved by one token after a prompt of so many, in the mean. */
export type Answered = Solved & { readonly promptTokens: number };

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
): Promise<Answered> {
  const shares: number[] = [];
  let prompts = 0;
  for (const wave of wavesOf(dictionaries(shots, problems))) {
    const requests = wave.map(({ prompt }) => ({ prompt, maxTokens: 1, temperature: 0, seed: 1 }));
    const answers = await model.sample(requests, signal === undefined ? {} : { signal });
    signal?.throwIfAborted();
    for (const [i, { text, usage }] of answers.entries()) {
      shares.push(Number(judgeMeaning(wave[i] as Problem, text).status === "correct"));
      prompts += usage.promptTokens;
    }
  }
  return { shares, tokens: 1, promptTokens: prompts / problems };
}

/**
 * The majority of so many answers at temperature 1, for each of `counts`: the expectation over all subsets of the most of them.
 *
 * @returns by count
 * @throws the reason of `signal`
 */
export async function measureVotes(
  model: Model,
  { shots, problems, counts, seed }: VoteOptions,
  signal?: AbortSignal,
): Promise<Map<number, Answered>> {
  const most = Math.max(...counts);
  const shares = new Map<number, number[]>(counts.map((n) => [n, []]));
  let prompts = 0;
  for (const wave of wavesOf(dictionaries(shots, problems), Math.ceil(WAVE / most))) {
    const requests = wave.flatMap(({ id, prompt }) =>
      Array.from({ length: most }, (_, i) => {
        return { prompt, maxTokens: 1, temperature: 1, seed: deriveSeed(seed, id, i) };
      }),
    );
    const answers = await model.sample(requests, signal === undefined ? {} : { signal });
    signal?.throwIfAborted();
    for (const [p, problem] of wave.entries()) {
      const own = answers.slice(p * most, (p + 1) * most);
      const votes = own.map(({ text }) => {
        return { answer: text.trim(), correct: judgeMeaning(problem, text).status === "correct" };
      });
      const rng = new Rng(seed).split("votes", problem.id);
      for (const [n, solved] of shares) solved.push(majorityAtK(votes, n, { rng: rng.split(n) }).accuracy);
      prompts += own[0]?.usage.promptTokens ?? 0;
    }
  }
  return new Map([...shares].map(([n, own]) => [n, { shares: own, tokens: n, promptTokens: prompts / problems }]));
}

export type VoteOptions = {
  readonly shots: number;
  readonly problems: number;
  readonly counts: readonly number[];
  readonly seed: number;
};

function dictionaries(shots: number, problems: number): Problem[] {
  return seedsOf("heldout", new Rng(MEASURED_SEED))
    .take(problems)
    .map((seed) => problemOf({ seed, shots }))
    .toArray();
}

function* wavesOf(problems: readonly Problem[], size = WAVE): Generator<readonly Problem[]> {
  for (let at = 0; at < problems.length; at += size) yield problems.slice(at, at + size);
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
