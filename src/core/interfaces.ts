/** The five interfaces. Everything else in Mull implements one of them; `test/contract` holds one suite for each. */

import type { Completion, SampleRequest } from "./completion.ts";
import type { Problem } from "./problem.ts";
import type { Rng } from "./rng.ts";
import type { Verdict } from "./verdict.ts";

export type SampleOptions = {
  /** Stops work in flight; the completions so far come back with finish `aborted`. */
  readonly signal?: AbortSignal;
  /** Called as tokens are written, in order within a request. */
  readonly onToken?: (request: number, text: string) => void;
};

export interface Model {
  /** A name for reports. */
  readonly name: string;
  /** One completion for each request, in the order of the requests. */
  sample(requests: readonly SampleRequest[], options?: SampleOptions): Promise<Completion[]>;
}

export interface Verifier {
  readonly name: string;
  /** Never throws for a bad completion: it is `wrong`. A failure of the verifier itself is `unscored`. */
  verify(problem: Problem, completion: string, options?: { readonly signal?: AbortSignal }): Promise<Verdict>;
}

export interface StepScorer {
  readonly name: string;
  /** One score in [0, 1] for each prefix `steps[0..i]`. */
  score(problem: Problem, steps: readonly string[], options?: { readonly signal?: AbortSignal }): Promise<number[]>;
}

export type Answer = {
  /** The chosen chain; empty where the strategy abstains. */
  readonly text: string;
  /** The answer in canonical form, or null where there is none. */
  readonly answer: string | null;
  /** Tokens, calls and FLOPs spent on it. */
  readonly usage: { readonly calls: number; readonly tokens: number; readonly flops: number };
  /** Every chain that was written on the way; of a search that writes steps, those that were candidates for the answer. */
  readonly chains: readonly Completion[];
  readonly verdict?: Verdict;
  /** What a person should know about the choice. */
  readonly warnings?: readonly string[];
};

export type StrategyContext = {
  readonly model: Model;
  readonly verifier: Verifier;
  /** The canonical form of a chain's answer, on which votes are counted; null for no answer. */
  readonly extract: (problem: Problem, completion: string) => string | null;
  readonly budget: { readonly maxTokens: number };
  readonly rng: Rng;
  readonly signal?: AbortSignal;
  readonly onToken?: (request: number, text: string) => void;
};

export interface Strategy {
  readonly name: string;
  solve(problem: Problem, context: StrategyContext): Promise<Answer>;
}

export interface Task {
  readonly name: string;
  readonly splits: readonly string[];
  problems(split: string, rng: Rng): Iterable<Problem>;
  readonly verifier: Verifier;
  extract(problem: Problem, completion: string): string | null;
}
