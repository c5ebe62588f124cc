/**
 * A reward model held against what is known: against the true solvability of the states that the policy visits on held-out problems, against
 * fresh roll-outs of its own target, and in what it is for, choosing among chains.
 */

import type { Problem } from "../../core/problem.ts";
import { deriveSeed, type Rng } from "../../core/rng.ts";
import type { Lookahead } from "../../learn/reward/lookahead.ts";
import type { SteppedChain } from "../../learn/reward/process-labels.ts";
import type { RewardModel } from "../../learn/reward/reward-model.ts";
import { lessonsFrom } from "../../learn/reward/reward-model-labels.ts";
import { calibrated, type PlattScaling, type Reliability, reliabilityOf } from "../../measure/calibration.ts";
import type { EmbeddedModel } from "../../model/embedded.ts";
import { solvabilityOf, stepsOf } from "../../tasks/countdown/solvability.ts";
import { hasEnded } from "../../tasks/countdown/steps.ts";
import type { CountdownTask } from "../../tasks/countdown/task.ts";
import { judge } from "../../tasks/countdown/verifier.ts";
import { heldOut } from "../job/measuring.ts";
import type { EventOf } from "../server/events.ts";
import { type Ahead, type FreshStates, measureAhead } from "./ahead.ts";
import { labelOptions } from "./lessons.ts";
import type { RewardPlan } from "./plan.ts";
import { type NamedRanking, outcomeRanking, stateRankings } from "./rankings.ts";
import { type Choosing, choosingOf, type Pressure, pressureOf, READINGS, type ScoredChain, voteOf } from "./votes.ts";

/** A chain as it can be shown: each step with its score and, where it is known, whether its state can be solved. */
export type ShownChain = {
  readonly prompt: string;
  readonly steps: readonly { readonly text: string; readonly score: number; readonly solvable: boolean | null }[];
};

export type Measured = {
  readonly shown: readonly ShownChain[];
  readonly rankings: readonly NamedRanking[];
  /** Beside fresh roll-outs: as it was trained, and calibrated. */
  readonly reliability: { readonly before: Reliability; readonly after: Reliability; readonly states: number };
  /** Looking ahead beside the head alone; null where it was not asked for. */
  readonly ahead: Ahead | null;
  readonly choosing: readonly Choosing[];
  readonly pressure: readonly Pressure[];
};

/** Chains to show: the first of so many problems, half of them of three numbers. */
const SHOWN = 12;
/** Chains that votes are taken among. */
const VOTERS = 16;
/** Requests sent at once, so that progress is seen and a stop is heeded. */
const WAVE = 1024;

export type Measurer = {
  readonly policy: EmbeddedModel;
  readonly rewardModel: RewardModel;
  /** Calibrated; measured beside the reward model's head. */
  readonly lookahead?: Lookahead;
  readonly task: CountdownTask;
  readonly plan: RewardPlan;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
};

/** @throws the reason of `signal` */
export async function measureRewardModel(measurer: Measurer, rng: Rng): Promise<Measured> {
  const { plan, rewardModel, lookahead, signal } = measurer;
  const chains = await scoredChains(measurer, rng.split("chains"));
  const ballots = READINGS.map((reading) => {
    const votes = Map.groupBy(chains, ({ problem }) => problem.id);
    return [...votes.values()].map((own) => own.map((chain) => voteOf(chain, reading, plan.kind === "outcome")));
  });
  const firsts = chains.filter((_, c) => c % plan.measured.samples === 0);
  const fresh = await freshStates(measurer, chains, rng.split("states"));
  return {
    shown: firsts.slice(0, SHOWN).map(shownChain),
    rankings: plan.kind === "outcome" ? outcomeRanking(chains, rng) : stateRankings(chains, rng),
    reliability: await reliability(measurer, fresh),
    ahead:
      lookahead === undefined ? null : await measureAhead(lookahead, rewardModel, firsts, fresh, plan, rng, signal),
    choosing: READINGS.map((reading, r) => choosingOf(reading, ballots[r] ?? [], VOTERS, rng.split(reading))),
    pressure: READINGS.flatMap((reading, r) => pressureOf(reading, ballots[r] ?? [], rng.split("pressure", reading))),
  };
}

/** The chains that are shown, scored by the reward model as it now is; chains and problems are those of the measurement. */
export async function scoreShown(measurer: Measurer, rng: Rng): Promise<EventOf<"reward-scores">["chains"]> {
  const { plan } = measurer;
  const measured = { ...plan.measured, problems: Math.min(SHOWN, plan.measured.problems), samples: 1 };
  const chains = await scoredChains({ ...measurer, plan: { ...plan, measured } }, rng.split("chains"));
  return chains.map(({ problem, steps, scores, truths }) => {
    const { status, reason } = judge(problem, steps.join(""));
    return {
      problem: problem.prompt,
      verdict: status,
      reason,
      steps: steps.map((text, s) => ({ text, score: scores[s] as number, solvable: truths[s]?.solvable ?? null })),
    };
  });
}

/** The policy's chains on held-out problems, those of a problem together, each step with its score and its truth. */
async function scoredChains(
  { policy, rewardModel, task, plan, signal, onProgress }: Measurer,
  rng: Rng,
): Promise<ScoredChain[]> {
  const { problems, samples } = plan.measured;
  const stop = signal === undefined ? {} : { signal };
  const asked = heldOut("heldout", problems).flatMap((problem) =>
    Array.from({ length: samples }, (_, s) => ({ problem, s })),
  );
  const chains: ScoredChain[] = [];
  for (let start = 0; start < asked.length; start += WAVE) {
    const wave = asked.slice(start, start + WAVE);
    const completions = await policy.sample(
      wave.map(({ problem, s }) => ({
        prompt: problem.prompt,
        maxTokens: plan.maxTokens,
        temperature: plan.temperature,
        seed: deriveSeed(rng.seed, problem.id, s),
      })),
      stop,
    );
    signal?.throwIfAborted();
    const stepped = completions.map(({ text }, i) => ({ problem: wave[i]?.problem as Problem, steps: stepsOf(text) }));
    const scores = await rewardModel.scoreAll(stepped, stop);
    for (const [i, { problem, steps }] of stepped.entries()) {
      chains.push({ problem, steps, scores: scores[i] ?? [], truths: solvabilityOf(problem, steps, task.solver) });
    }
    onProgress?.(chains.length, asked.length);
  }
  return chains;
}

function shownChain({ problem, steps, scores, truths }: ScoredChain): ShownChain {
  return {
    prompt: problem.prompt,
    steps: steps.map((text, s) => ({
      text: text.trim(),
      score: scores[s] as number,
      solvable: truths[s]?.solvable ?? null,
    })),
  };
}

/** Some states that had not come to their end, one of a chain at most, rolled out anew; of outcome rewards, whole chains. */
async function freshStates(
  { policy, task, plan, signal }: Measurer,
  chains: readonly ScoredChain[],
  rng: Rng,
): Promise<FreshStates> {
  const states = rng
    .split("drawn")
    .shuffle(chains)
    .flatMap(({ problem, steps }, c): SteppedChain[] => {
      if (plan.kind === "outcome") return steps.length === 0 ? [] : [{ problem, steps }];
      const open = steps.filter((_, s) => !hasEnded(steps.slice(0, s + 1).join(""))).length;
      return open === 0 ? [] : [{ problem, steps: steps.slice(0, 1 + rng.split("state", c).int(open)) }];
    })
    .slice(0, plan.measured.states);
  const how = {
    ...labelOptions({ ...plan, labels: "soft", rollouts: plan.measured.rollouts }),
    ...(signal === undefined ? {} : { signal }),
  };
  const whole = states.map(({ problem, steps }) => {
    const text = steps.join("");
    return { problem, steps: [text], verdict: judge(problem, text), cut: true };
  });
  const observed =
    plan.kind === "outcome"
      ? whole.map(({ verdict }) => Number(verdict.status === "correct"))
      : (
          await lessonsFrom({ model: policy, verifier: task.verifier }, whole, rng, how, policy.engine.config)
        ).chains.map(({ labels }) => labels[0] ?? 0);
  return { states, observed };
}

async function reliability(
  { rewardModel, signal }: Measurer,
  { states, observed }: FreshStates,
): Promise<Measured["reliability"]> {
  const logits = await rewardModel.logitsOf(states, signal === undefined ? {} : { signal });
  const at = (scale: PlattScaling): Reliability =>
    reliabilityOf(
      states.map((_, i) => ({
        predicted: calibrated(logits[i]?.at(-1) as number, scale),
        observed: observed[i] as number,
      })),
    );
  return { before: at({ slope: 1, intercept: 0 }), after: at(rewardModel.calibration), states: states.length };
}
