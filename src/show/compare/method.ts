/**
 * What `mull compare` compares: ways of learning from one base model. A method is a learning rule (src/learn) with the settings that
 * suit the embedded task; started, it is a stream of steps, together with what else has to be saved for it to go on.
 */

import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import type { Engine, OptimizerState } from "../../engine/engine.ts";
import type { ChainScorer } from "../../learn/credit/ppo-rewards.ts";
import type { Learner, LearnProgress, LearnStep } from "../../learn/learn-step.ts";
import type { CountdownTask } from "../../tasks/countdown/task.ts";
import type { BaseWeights } from "../pretrain/load-base.ts";
import type { KnobName, Knobs } from "./knobs.ts";

/** What a method is an instance of. */
export const HYPOTHESES = {
  filter: "guess and check: keep what the verifier accepts, and imitate it",
  evaluation: "process rewards: learn to score unfinished chains, and train the policy on the scores",
  guidance: "search: let priors and values guide a search, and imitate what it found",
  combination: "learning to correct: splice wrong and right attempts, and imitate the recovery",
  own: "an idea of one's own, beside the four",
  baseline: "what the others are compared with",
} as const;

export type Hypothesis = keyof typeof HYPOTHESES;

export type MethodContext = {
  readonly learner: Learner;
  readonly task: CountdownTask;
  readonly base: BaseWeights;
  /** Of the policy's transformer and of every other that the method trains. */
  readonly threads: number;
  /** For what a method draws before its first step. */
  readonly rng: Rng;
  readonly knobs: Knobs;
  /** What `MethodRun.state` gave when the run was saved. */
  readonly state: unknown;
};

/** Weights in training. */
export type Trained = { readonly engine: Engine; readonly optimizer: OptimizerState };

/** Says after each step of a chain how likely it is to come out right. */
export type Judge = Pick<ChainScorer, "scoreAll"> & { readonly split: (chain: string) => readonly string[] };

export type MethodRun = {
  /** Problems that a step asks for. */
  readonly problemsPerStep: number;
  /** Steps without end: a budget ends them. */
  readonly learn: (
    problems: (step: number) => readonly Problem[],
    rng: Rng,
    from: LearnProgress,
    signal: AbortSignal,
  ) => AsyncGenerator<LearnStep>;
  /** A process reward model of the method's, for whoever watches what it says of chains. */
  readonly judge?: Judge;
  /** What is trained beside the policy, by name, and saved with it; closed with the run. */
  readonly beside?: Readonly<Record<string, Trained>>;
  /** What else the next step depends on, as plain JSON. */
  readonly state?: () => unknown;
  /** Saved only after steps of which this holds, and after the last. Default: every step. */
  readonly canSaveAfter?: (step: number) => boolean;
};

export type Method = {
  readonly name: string;
  /** For legends and tables. */
  readonly title: string;
  readonly hypothesis: Hypothesis;
  /** A sentence that says what it does. */
  readonly summary: string;
  /** Which knobs it heeds. */
  readonly knobs: readonly KnobName[];
  /** Whether the policy's transformer carries a value head. */
  readonly valueHead?: boolean;
  /** Absent for the base model as it is. */
  readonly start?: (context: MethodContext) => MethodRun;
};

/** Steps are ended by the budget. */
export const UNTIL_SPENT = Number.MAX_SAFE_INTEGER;
