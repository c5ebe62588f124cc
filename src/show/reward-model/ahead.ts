/** A process reward model that looks ahead beside its head alone: on the same states, how each ranks, how it is calibrated, what it costs. */

import type { Rng } from "../../core/rng.ts";
import { Lookahead } from "../../learn/reward/lookahead.ts";
import type { SteppedChain } from "../../learn/reward/process-labels.ts";
import type { LabelledSteps } from "../../learn/reward/process-lessons.ts";
import type { RewardModel } from "../../learn/reward/reward-model.ts";
import {
  calibrated,
  type PlattScaling,
  plattScaling,
  type Reliability,
  reliabilityOf,
} from "../../measure/calibration.ts";
import type { EmbeddedModel } from "../../model/embedded.ts";
import { liveAttempt, toLastOperation } from "../../tasks/countdown/live-attempt.ts";
import { labelOptions } from "./lessons.ts";
import type { RewardPlan } from "./plan.ts";
import { type NamedRanking, stateRankings } from "./rankings.ts";
import type { ScoredChain } from "./votes.ts";

export type Judged = {
  readonly rankings: readonly NamedRanking[];
  /** Beside the fresh roll-outs, calibrated. */
  readonly reliability: Reliability;
  /** FLOPs of a state, from lengths. */
  readonly flops: number;
};

export type Ahead = {
  /** Roll-outs a state. */
  readonly rollouts: number;
  readonly temperature: number;
  /** One chain a problem, and all its steps. */
  readonly chains: number;
  readonly states: number;
  readonly calibration: PlattScaling;
  readonly head: Judged;
  readonly lookahead: Judged;
};

/** States, and what fresh roll-outs of the target came to from each. */
export type FreshStates = { readonly states: readonly SteppedChain[]; readonly observed: readonly number[] };

/** Lessons that the calibration is fitted on, one state of each. */
const CALIBRATING = 400;
/** Chains asked about at once, so that a stop is heeded. */
const WAVE = 32;

/** The policy rolls out what the target asks: of `attempt` it stops where it goes back, and only the live attempt is written on. */
export function lookaheadOf(policy: EmbeddedModel, head: RewardModel, plan: RewardPlan, seed: number): Lookahead {
  const { maxTokens, separator, ended, returns } = labelOptions(plan);
  const confined = plan.target === "attempt";
  return new Lookahead({
    model: policy,
    shape: policy.engine.config,
    head,
    rollouts: plan.lookahead,
    maxTokens,
    temperature: plan.lookaheadTemperature,
    separator,
    stop: confined ? returns : [],
    state: confined ? liveAttempt : (_, chain) => chain,
    ended,
    readable: confined ? toLastOperation : (text) => text,
    seed,
  });
}

/** Fits Platt's scaling on states of lessons that were not trained on, one of a chain. */
export async function calibrateLookahead(
  lookahead: Lookahead,
  lessons: readonly LabelledSteps[],
  rng: Rng,
  signal?: AbortSignal,
): Promise<void> {
  const drawn = rng
    .split("drawn")
    .shuffle(lessons)
    .flatMap(({ problem, steps, labels }, c): { chain: SteppedChain; label: number }[] => {
      const known = steps.flatMap((_, s) => ((labels[s] ?? null) === null ? [] : [s]));
      if (known.length === 0) return [];
      const at = known[rng.split("state", c).int(known.length)] as number;
      return [{ chain: { problem, steps: [steps.slice(0, at + 1).join("")] }, label: labels[at] as number }];
    })
    .slice(0, CALIBRATING);
  const logits = await inWaves(
    lookahead,
    drawn.map(({ chain }) => chain),
    signal,
  );
  const cases = drawn.map(({ label }, i) => ({ logit: logits[i]?.[0] as number, label }));
  lookahead.calibration = plattScaling(cases);
}

/**
 * @param chains one of each problem, with the head's scores
 * @throws the reason of `signal`
 */
export async function measureAhead(
  lookahead: Lookahead,
  head: RewardModel,
  chains: readonly ScoredChain[],
  { states, observed }: FreshStates,
  plan: RewardPlan,
  rng: Rng,
  signal?: AbortSignal,
): Promise<Ahead> {
  const count = chains.reduce((sum, { steps }) => sum + steps.length, 0);
  const whole = states.map(({ problem, steps }) => ({ problem, steps: [steps.join("")] }));
  const judged = async (scorer: RewardModel | Lookahead): Promise<Judged> => {
    const before = scorer.spent();
    const logits = await inWaves(scorer, chains, signal);
    const flops = (scorer.spent() - before) / Math.max(1, count);
    const scores = logits.map((own) => own.map((logit) => calibrated(logit, scorer.calibration)));
    const scored = chains.map((chain, c) => ({ ...chain, scores: scores[c] as number[] }));
    const fresh = await inWaves(scorer, whole, signal);
    const cases = observed.map((share, i) => {
      return { predicted: calibrated(fresh[i]?.[0] as number, scorer.calibration), observed: share };
    });
    return { rankings: stateRankings(scored, rng), reliability: reliabilityOf(cases), flops };
  };
  return {
    rollouts: plan.lookahead,
    temperature: plan.lookaheadTemperature,
    chains: chains.length,
    states: count,
    calibration: lookahead.calibration,
    head: await judged(head),
    lookahead: await judged(lookahead),
  };
}

/** [chains][steps] */
async function inWaves(
  scorer: RewardModel | Lookahead,
  chains: readonly SteppedChain[],
  signal?: AbortSignal,
): Promise<number[][]> {
  const logits: number[][] = [];
  for (let start = 0; start < chains.length; start += WAVE) {
    const wave = chains.slice(start, start + WAVE);
    logits.push(...(await scorer.logitsOf(wave, signal === undefined ? {} : { signal })));
  }
  return logits;
}
