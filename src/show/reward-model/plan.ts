/** What a run of `mull reward-model` does, and how much of it. */

import { MullError } from "../../core/errors.ts";
import type { AdamWOptions } from "../../engine/adamw.ts";
import type { LessonOptions } from "../../learn/reward/reward-model-labels.ts";

export type RewardPlan = {
  readonly kind: "process" | "outcome";
  readonly target: LessonOptions["target"];
  readonly labels: LessonOptions["kind"];
  /** Rounds of labelling; the one after the last is for calibration and never trained on. */
  readonly rounds: number;
  /** Problems of a round, one chain each: many problems teach more than many chains of few. */
  readonly problems: number;
  /** Problems of a round of whose chains only the beginning is written, so that first steps are seen often. */
  readonly beginnings: number;
  /** The longest chain, tokens. */
  readonly maxTokens: number;
  /** Roll-outs of a step. */
  readonly rollouts: number;
  /** Of chains and roll-outs: the policy is the model sampled at it. */
  readonly temperature: number;
  readonly passes: number;
  readonly batch: number;
  readonly learningRate: number;
  /** Roll-outs of a state that it looks ahead by where it judges; 0 for its head alone. */
  readonly lookahead: number;
  /** Of those roll-outs. */
  readonly lookaheadTemperature: number;
  readonly measured: {
    readonly problems: number;
    /** Chains of a problem, at least 16. */
    readonly samples: number;
    /** States that are rolled out anew for the calibration error, and how often each. */
    readonly states: number;
    readonly rollouts: number;
  };
};

const DEFAULT: RewardPlan = {
  kind: "process",
  target: "attempt",
  labels: "own",
  rounds: 5,
  problems: 2400,
  beginnings: 400,
  maxTokens: 128,
  rollouts: 4,
  temperature: 1,
  passes: 2,
  batch: 32,
  learningRate: 1e-3,
  lookahead: 0,
  lookaheadTemperature: 1,
  measured: { problems: 400, samples: 16, states: 300, rollouts: 64 },
};

export const REWARD_PLANS = {
  quick: {
    ...DEFAULT,
    rounds: 2,
    problems: 300,
    beginnings: 300,
    passes: 4,
    measured: { problems: 100, samples: 16, states: 100, rollouts: 64 },
  },
  default: DEFAULT,
} as const satisfies Record<string, RewardPlan>;

/** What may be asked for beside how much is done. */
export type RewardChoices = Partial<
  Pick<
    RewardPlan,
    | "kind"
    | "target"
    | "labels"
    | "rollouts"
    | "lookahead"
    | "lookaheadTemperature"
    | "temperature"
    | "maxTokens"
    | "rounds"
    | "passes"
  >
>;

/**
 * @throws MullError `usage` for a choice that would change nothing beside the others
 * @example
 * planOf("quick", { labels: "soft", rollouts: 8 }).rollouts; // 8
 */
export function planOf(preset: keyof typeof REWARD_PLANS, asked: RewardChoices): RewardPlan {
  const plan = { ...REWARD_PLANS[preset], ...asked };
  for (const name of ["target", "labels", "rollouts", "lookahead"] as const) {
    if (plan.kind === "outcome" && name in asked) {
      throw new MullError("usage", `--${name} goes with --kind process`, {
        hint: "an outcome reward model is taught the verdict of whole chains, and reads these alone",
      });
    }
  }
  if (plan.labels === "own" && "rollouts" in asked) {
    throw new MullError("usage", "--rollouts goes with --labels soft, hard or first-error", {
      hint: "labels of the chains' own outcomes (--labels own, the default) roll nothing out",
    });
  }
  if (plan.lookahead === 0 && "lookaheadTemperature" in asked) {
    throw new MullError("usage", "--lookahead-temperature goes with --lookahead", {
      hint: "it is the temperature of the roll-outs that --lookahead <n> asks for",
    });
  }
  return plan;
}

/** A roll-out confined to its attempt is at most three operations and an end. */
const ATTEMPT_TOKENS = 14;
/** Of a chain's beginning: an attempt at four numbers. */
export const BEGINNING_TOKENS = 12;

/** Tokens of a roll-out, at most. */
export function rolloutTokens({ target, maxTokens }: Pick<RewardPlan, "target" | "maxTokens">): number {
  return target === "attempt" ? ATTEMPT_TOKENS : maxTokens;
}

/** @param updates of the whole training: the rate falls over them */
export function optimizerOf({ learningRate }: Pick<RewardPlan, "learningRate">, updates: number): AdamWOptions {
  return {
    learningRate,
    beta1: 0.9,
    beta2: 0.95,
    epsilon: 1e-8,
    weightDecay: 0.01,
    clipNorm: 1,
    warmupSteps: Math.min(20, updates),
    totalSteps: updates,
    finalRatio: 0.05,
  };
}
