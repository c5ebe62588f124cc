/** From what the sides said of their steps to figures: rollouts/s, tokens/s, time by part, and what is not the same work. */

import { type GoalResult, judgeGoals } from "../goals.ts";
import { measured, type Summary, summariseTurns } from "../rounds.ts";
import { spreadOf } from "../spread.ts";
import type { Measurement } from "./side-result.ts";
import { SIDES, type Side } from "./sides.ts";

export type Round = Readonly<Partial<Record<Side, { readonly measurements: readonly Measurement[] }>>>;

export type StepSummary = {
  readonly task: string;
  readonly rollouts: Summary<Side>;
  readonly tokens: Summary<Side>;
  readonly sides: Readonly<Partial<Record<Side, SideSummary>>>;
};

/** Medians of a side's steps. */
export type SideSummary = {
  readonly seconds: number;
  readonly parts: Readonly<Record<keyof Measurement["parts"], number>>;
  /** Tokens of a chain, over all of its steps. */
  readonly meanTokens: number;
  /** Share of right chains, over all of its steps. */
  readonly reward: number;
};

export function summarise(rounds: readonly Round[], tasks: readonly string[]): StepSummary[] {
  const rollouts = summariseTurns(rounds, tasks, SIDES, (m) => m.rollouts);
  const tokens = summariseTurns(rounds, tasks, SIDES, (m) => m.tokens);
  return tasks.map((task, i) => {
    const sides: Partial<Record<Side, SideSummary>> = {};
    for (const side of SIDES) {
      const steps = rounds.flatMap((round) => measured(round[side], task));
      if (steps.length > 0) sides[side] = summariseSide(steps);
    }
    return { task, rollouts: rollouts[i] as Summary<Side>, tokens: tokens[i] as Summary<Side>, sides };
  });
}

function summariseSide(steps: readonly Measurement[]): SideSummary {
  const median = (value: (m: Measurement) => number): number => spreadOf(steps.map(value)).median;
  const sum = (value: (m: Measurement) => number): number => steps.reduce((total, m) => total + value(m), 0);
  const chains = sum((m) => m.rollouts);
  return {
    seconds: median((m) => m.seconds),
    parts: {
      sample: median((m) => m.parts.sample),
      verify: median((m) => m.parts.verify),
      train: median((m) => m.parts.train),
    },
    meanTokens: sum((m) => m.tokens) / chains,
    reward: sum((m) => m.reward * m.rollouts) / chains,
  };
}

/** Against the fastest setting of TRL. */
export function goalsOf(summaries: readonly StepSummary[]): GoalResult<Exclude<Side, "mull">>[] {
  return summaries.flatMap(({ task, rollouts }) => {
    const peers = SIDES.filter((side) => side !== "mull").filter((side) => rollouts.ratios[side] !== undefined);
    return peers.length === 0 ? [] : judgeGoals([rollouts], [{ task, peers, least: 1, goal: 5 }]);
  });
}

/** How far apart the means of two sides' draws may be: share of right chains, and tokens of a chain relative to Mull's. */
const REWARD_TOLERANCE = 0.1;
const TOKENS_TOLERANCE = 0.2;

/** Where sides did not sample from the same model, or judged otherwise. */
export function disagreements(summaries: readonly StepSummary[]): string[] {
  return summaries.flatMap(({ task, sides: { mull, ...peers } }) => {
    if (mull === undefined) return [];
    return Object.entries(peers).flatMap(([side, peer]) => {
      const apart =
        Math.abs(peer.reward - mull.reward) > REWARD_TOLERANCE ||
        Math.abs(peer.meanTokens / mull.meanTokens - 1) > TOKENS_TOLERANCE;
      return apart ? [`${task}: mull ${described(mull)}; ${side} ${described(peer)}`] : [];
    });
  });
}

function described({ meanTokens, reward }: SideSummary): string {
  return `${meanTokens.toFixed(1)} tokens a chain, ${reward.toFixed(3)} right`;
}
