/** Measuring a model on held-out problems: its chains sampled, judged and turned into plain records. */

import type { Completion, Extension } from "../../core/completion.ts";
import type { Model } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { deriveSeed, Rng } from "../../core/rng.ts";
import type { Verdict } from "../../core/verdict.ts";
import { behaviourRates, toldRates, totalBehaviours } from "../../measure/behaviour-change.ts";
import { type Behaviour, type BehaviourTally, countBehaviours } from "../../measure/behaviours.ts";
import type { ChainRecord, ProblemChains } from "../../measure/chains.ts";
import { type Puzzle, puzzleOf } from "../../tasks/countdown/puzzle.ts";
import { CountdownTask } from "../../tasks/countdown/task.ts";
import { parseChain } from "../../tasks/countdown/trace.ts";
import { extractAnswer, judge } from "../../tasks/countdown/verifier.ts";

/** Budget forcing in Countdown's words: instead of giving up, go back to the given numbers. */
export const GO_ON: Extension = { end: "give-up", continuation: "back:0" };

/** The problems every run is measured on, whatever its seed, so that runs can be compared. */
export const MEASURED_SEED = 2024;

/**
 * The first `count` problems of a held-out split, half of three and half of four numbers; always the same ones.
 *
 * @example
 * heldOut("heldout", 2).map((problem) => problem.tags?.["n"]); // ["3", "4"]
 */
export function heldOut(split: "heldout" | "unseen-targets", count: number): Problem[] {
  const known = drawn.get(split) ?? [];
  if (known.length >= count) return known.slice(0, count); // listing all puzzles takes a while
  const problems = [...new CountdownTask().problems(split, new Rng(MEASURED_SEED)).take(count)];
  drawn.set(split, problems);
  return problems.slice();
}

/** What `heldOut` has given of each split. */
const drawn = new Map<string, readonly Problem[]>();

export type SamplingPlan = {
  readonly samples: number;
  readonly maxTokens: number;
  readonly seed: number;
  readonly extend?: Extension;
  readonly signal?: AbortSignal;
  /** Chains done, of all. */
  readonly onProgress?: (done: number, total: number, chains: readonly SampledChain[]) => void;
};

export type SampledChain = { readonly problem: Problem; readonly completion: Completion };

/** Requests sent together: enough to keep the decoder full, few enough that progress is seen. */
const WAVE = 1024;
/** Waves under way at once: while the long chains of one end, those of the next fill the decoder. */
const WAVES = 2;

/**
 * Samples every problem `samples` times at temperature 1; the chains of a problem lie together. A chain depends on the
 * plan's seed, its problem and its number alone, not on what else is measured.
 *
 * @throws the reason of `signal` where it aborts
 */
export async function sampleChains(
  model: Model,
  problems: readonly Problem[],
  plan: SamplingPlan,
): Promise<SampledChain[]> {
  const { samples, maxTokens, seed, extend, signal } = plan;
  const asked = problems.flatMap((problem) => Array.from({ length: samples }, (_, s) => ({ problem, s })));
  const send = (wave: readonly { readonly problem: Problem; readonly s: number }[]): Promise<Completion[]> => {
    const requests = wave.map(({ problem, s }) => ({
      prompt: problem.prompt,
      maxTokens,
      seed: deriveSeed(seed, problem.id, s),
      ...(extend === undefined ? {} : { extend }),
    }));
    const completions = model.sample(requests, signal === undefined ? {} : { signal });
    completions.catch(() => {}); // it rejects where it is awaited, which may be never, after an earlier wave has failed
    return completions;
  };
  const chains: SampledChain[] = [];
  const underWay: Promise<Completion[]>[] = [];
  for (let sent = 0; chains.length < asked.length; ) {
    for (; sent < asked.length && underWay.length < WAVES; sent += WAVE) {
      underWay.push(send(asked.slice(sent, sent + WAVE)));
    }
    const completions = (await underWay.shift()) as Completion[];
    signal?.throwIfAborted();
    for (const completion of completions) {
      const { problem } = asked[chains.length] as { problem: Problem };
      chains.push({ problem, completion });
    }
    plan.onProgress?.(chains.length, asked.length, chains);
  }
  return chains;
}

/** How a task judges its chains and reads their answers. */
export type Judging = {
  readonly judge: (problem: Problem, text: string) => Verdict;
  readonly extract: (problem: Problem, text: string) => string | null;
};

export const COUNTDOWN_JUDGING: Judging = { judge, extract: extractAnswer };

/** Chains as records for the curves, grouped by problem, in the order of the problems; unscored ones are left out. */
export function toRecords(chains: readonly SampledChain[], judging: Judging = COUNTDOWN_JUDGING): ProblemChains[] {
  const groups = new Map<string, { problem: Problem; chains: ChainRecord[] }>();
  for (const { problem, completion } of chains) {
    const group = groups.get(problem.id) ?? { problem, chains: [] };
    groups.set(problem.id, group);
    const verdict = judging.judge(problem, completion.text);
    if (verdict.status === "unscored") continue;
    const tokens = completion.usage.completionTokens;
    const correct = verdict.status === "correct";
    group.chains.push({
      correct,
      answer: judging.extract(problem, completion.text),
      tokens,
      promptTokens: completion.usage.promptTokens,
      solvedAt: correct ? tokens : null, // a chain ends where it is solved
    });
  }
  return [...groups.values()].map(({ problem, chains: records }) => ({
    problem: { id: problem.id, ...(problem.tags === undefined ? {} : { tags: problem.tags }) },
    chains: records,
  }));
}

/** The behaviours of each chain, counted. */
export function tallyBehaviours(chains: readonly SampledChain[]): BehaviourTally[] {
  return chains.map(({ problem, completion }) => tallyOf(problem.id, puzzleOf(problem) as Puzzle, completion.text));
}

/** How often the chains show each behaviour, in the unit that it is told in. */
export function behavioursOf(chains: readonly SampledChain[]): Record<Behaviour, number> {
  return toldRates(behaviourRates(totalBehaviours(tallyBehaviours(chains))));
}

/**
 * The behaviours of one text.
 *
 * @param problem its problem's id: chains of one problem are resampled together
 * @example
 * tallyOf("p", { numbers: [4, 5, 2], target: 22 }, "4 + 5 =9 back:0 give-up").counts["backtracking"]; // 1
 */
export function tallyOf(problem: string, puzzle: Puzzle, text: string): BehaviourTally {
  const { events } = parseChain(puzzle, text);
  return countBehaviours({ problem, numbers: puzzle.numbers.length, target: puzzle.target, events });
}
