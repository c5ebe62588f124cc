/**
 * Search by restating: take a step, put what it leaves as a problem of its own, and solve that. A problem that is harder than any the
 * model knows becomes, a step later, one that it knows.
 *
 *   attempt = a step of the model  ->  the smaller problem that it leaves  ->  a chain of the model on that one
 *   repeat rounds of attempts until enough of them are right or the budget is spent
 *   a right attempt becomes one chain: the failed attempts since the last right one, then itself
 *
 * This is the reduction by which people teach (least-to-most, Zhou et al. 2023, asks the model for the parts; here the task says what a
 * step leaves), and its chains are linear traces of a search (stream of search, Gandhi et al. 2024), so a model that learns them
 * learns to do the search within one chain. Which problem a step leaves, and how chains are joined, belongs to the task.
 */

import type { Completion } from "../core/completion.ts";
import type { Strategy, StrategyContext } from "../core/interfaces.ts";
import type { Problem } from "../core/problem.ts";
import type { Candidate } from "./candidates.ts";
import { select } from "./candidates.ts";
import { checkCount } from "./search-options.ts";
import { Spending, wasSent } from "./spending.ts";
import type { StepFormat } from "./steps.ts";

export type Restated = {
  readonly problem: Problem;
  /** Tokens of one chain on it, at most. */
  readonly maxTokens: number;
  /** The step and a chain on the smaller problem, as a chain on the whole one; null where that cannot be written. */
  readonly compose: (chain: string) => string | null;
};

export type Restating = {
  /** What a step leaves; null where it leaves nothing that could be solved. */
  readonly restate: (problem: Problem, step: string) => Restated | null;
  /** A failed attempt so that another can follow it; null for one that cannot be read or holds errors. */
  readonly reopen: (problem: Problem, attempt: string) => string | null;
  /** What is written between two attempts. */
  readonly again: string;
  /** Tokens of a chain; for the length of what is joined. */
  readonly tokens: (chain: string) => number;
};

export type RestatingOptions = {
  readonly format: StepFormat;
  readonly restating: Restating;
  /** Attempts of a round. Default 8. */
  readonly parallel?: number;
  /** Right attempts after which no further round begins. Default 2. */
  readonly enough?: number;
  /** Of a joined chain: earlier failures are left out where it would be longer. */
  readonly maxTokens: number;
  /** Default 1. */
  readonly temperature?: number;
};

/** Rounds that come to nothing before the search ends, so that a model that takes no step does not go on for ever. */
const BARREN = 4;

/**
 * The verifier says which attempts are right, so with an exact one the search knows what the one who asks may not know.
 *
 * @throws MullError `input` for a number of attempts that is no whole number
 * @example
 * const format = { stop: ["\n\n"], maxTokens: 256 };
 * const task = { restate: () => null, reopen: () => null, again: "\n\n", tokens: (chain: string) => chain.length };
 * restating({ format, restating: task, maxTokens: 1024 }).name; // "restate"
 */
export function restating(options: RestatingOptions): Strategy {
  const { format, restating: task, parallel = 8, enough = 2, temperature = 1 } = options;
  checkCount("parallel", parallel);
  checkCount("enough", enough);
  return {
    name: "restate",
    async solve(problem, context) {
      const model = new Spending(context);
      const attempts: Attempt[] = [];
      let barren = 0;
      for (let round = 0; model.left >= 1 && barren < BARREN; round++) {
        const rng = context.rng.split("round", round);
        const steps = await model.sample(
          Array.from({ length: parallel }, (_, i) => ({
            prompt: problem.prompt,
            maxTokens: format.maxTokens,
            stop: format.stop,
            temperature,
            seed: rng.split("step", i).seed,
          })),
        );
        const restated = steps.flatMap((step, i) => {
          const left = wasSent(step) ? task.restate(problem, step.text) : null;
          return left === null ? [] : [{ left, seed: rng.split("chain", i).seed }];
        });
        const chains = await model.sample(
          restated.map(({ left, seed }) => {
            return { prompt: left.problem.prompt, maxTokens: left.maxTokens, temperature, seed };
          }),
        );
        const written = chains.flatMap((chain, i) => {
          const whole = wasSent(chain) ? (restated[i] as (typeof restated)[number]).left.compose(chain.text) : null;
          return whole === null ? [] : [whole];
        });
        attempts.push(...(await judged(problem, written, context)));
        barren = written.length === 0 ? barren + 1 : 0;
        if (attempts.filter(({ right }) => right).length >= enough) break;
      }
      const candidates = tracesOf(problem, attempts, options);
      return select(problem, context, candidates, "verifier", model.usage);
    },
  };
}

type Attempt = { readonly text: string; readonly right: boolean };

async function judged(problem: Problem, texts: readonly string[], context: StrategyContext): Promise<Attempt[]> {
  const options = context.signal === undefined ? {} : { signal: context.signal };
  return Promise.all(
    texts.map(async (text) => {
      const { status } = await context.verifier.verify(problem, text, options);
      return { text, right: status === "correct" };
    }),
  );
}

/** A chain for every right attempt, behind the failures since the one before it; the failures after the last stand alone. */
function tracesOf(
  problem: Problem,
  attempts: readonly Attempt[],
  { restating: { reopen, again, tokens }, maxTokens }: RestatingOptions,
): Candidate[] {
  const candidates: Candidate[] = [];
  const completion = (text: string): Completion => {
    return { text, finish: "end", usage: { promptTokens: 0, completionTokens: tokens(text) } };
  };
  let failed: string[] = [];
  for (const { text, right } of attempts) {
    if (!right) {
      const open = reopen(problem, text);
      if (open !== null) failed.push(open);
      continue;
    }
    let parts = [...failed, text];
    while (parts.length > 1 && tokens(parts.join(again)) > maxTokens) parts = parts.slice(1);
    candidates.push({ chain: completion(parts.join(again)), score: 1 });
    failed = [];
  }
  for (const text of failed) candidates.push({ chain: completion(text), score: 0 });
  return candidates;
}
