/**
 * Self-correction by reinforcement (SCoRe, Kumar et al. 2024): two turns in one chain, a first attempt and what follows it, and a policy
 * gradient that does not let the second be forgotten over the first.
 *
 *   repeat: problems -> a group of chains each -> split where the first attempt ends -> r1 of the first turn, r2 of the chain
 *     stage I   second turn: advantage of r2;                    first turn: no advantage, a strong KL to the base
 *     stage II  second turn: advantage of r2 + bonus (r2 - r1);  first turn: advantage of r1;  a weak KL to the base on both
 *
 * Advantages are leave-one-out within the group, of the second turn among the chains that have one. Deviations from the source: nothing is written between the
 * turns, so whether to correct at all is the policy's own decision, and part of the second turn, and a first attempt is judged as if it
 * were ended where it is left; a chain that ends with its first attempt has no second; in stage I the first turn is given no credit for the second; updates are clipped as elsewhere here.
 */

import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import { add, exp, mul, reduceSum, scalar, sub } from "../engine/graph/ops.ts";
import type { Loss } from "../engine/training-graph.ts";
import {
  type Group,
  generationFlops,
  outcomeReward,
  type Rollout,
  type RolloutOptions,
  rollOut,
  scoringFlops,
} from "./chains/rollouts.ts";
import { groupAdvantages } from "./credit/advantages.ts";
import {
  asPolicy,
  describeGroups,
  klToReference,
  type Learner,
  type LearnProgress,
  type LearnStep,
} from "./learn-step.ts";
import { type ClipOptions, policyLoss } from "./loss/policy-loss.ts";
import { type CreditedChain, type TokenUpdateOptions, updateOnTokens } from "./loss/token-update.ts";

export type SelfCorrectionOptions = RolloutOptions &
  Omit<TokenUpdateOptions, "klWeight" | "learn"> & {
    readonly steps: number;
    readonly problemsPerStep: number;
    /** Whether a step (from 1) is of stage I. */
    readonly inFirstStage: (step: number) => boolean;
    /** The first attempt of a chain, as its beginning: the second turn is the rest. The whole chain where it has but one. */
    readonly firstAttempt: (problem: Problem, chain: string) => string;
    /** A first attempt that something follows, as a chain that ends with it: what is judged for r1. */
    readonly asEnded: (attempt: string) => string;
    /** Weight of the KL to the base on the first turn in stage I. The source: 0.1. */
    readonly firstKl: number;
    /** Weight of the KL to the base elsewhere. The source: 0.01. */
    readonly kl: number;
    /** How much an improvement from the first turn to the second counts beside the reward itself. The source: 10. */
    readonly bonus: number;
  };

export type SelfCorrectionStep = LearnStep & {
  readonly stage: number;
  /** Share of chains whose first attempt is right, were it ended there. */
  readonly firstReward: number;
  /** Of the chains whose first attempt was wrong, the share that came out right. */
  readonly corrected: number;
  /** Share of chains that have a second turn. */
  readonly turned: number;
};

/**
 * Trains the engine's weights and `learner.optimizer` in place; otherwise as `policyGradient`.
 *
 * @throws as `policyGradient`
 * @example
 * import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts"; // after a digit, write the next one
 * await using learner = toyLearner();
 * const firstAttempt = (_: Problem, chain: string) => chain.split(" ")[0] ?? "";
 * const amount = { steps: 2, problemsPerStep: 5, samples: 8, maxTokens: 2, temperature: 1, minibatches: 2, epochs: 1 };
 * const turns = { firstAttempt, asEnded: (attempt: string) => `${attempt} end` };
 * const score = { inFirstStage: (step: number) => step <= 1, ...turns, firstKl: 0.1, kl: 0.01, bonus: 1 };
 * const clip = { clipLow: 0.2, clipHigh: 0.2, aggregation: "token-mean" as const };
 * const steps = selfCorrection(learner, toyProblems(5), new Rng(1), { ...amount, ...score, ...clip, optimizer: TOY_ADAMW });
 * for await (const { stage, firstReward, corrected } of steps) console.log(stage, firstReward, corrected);
 */
export async function* selfCorrection(
  learner: Learner,
  problems: (step: number) => readonly Problem[],
  rng: Rng,
  options: SelfCorrectionOptions,
  from: LearnProgress = { step: 0, flops: 0 },
  signal?: AbortSignal,
): AsyncGenerator<SelfCorrectionStep> {
  const { engine, model, verifier } = learner;
  const loss = selfCorrectionLoss(options);
  const update = { ...options, klWeight: 1 }; // the loss weighs it token by token
  let { flops } = from;
  for (let step = from.step + 1; step <= options.steps; step++) {
    const stage = options.inFirstStage(step) ? 1 : 2;
    const drawn = problems(step).slice(0, options.problemsPerStep);
    const rollouts = { ...options, ...(signal === undefined ? {} : { signal }) };
    const sampled = await rollOut(model, verifier, drawn, rng.split(step), rollouts);
    const groups = await asPolicy(learner, sampled, options.temperature);
    const turned = await Promise.all(groups.map((group) => twoTurns(learner, group, options)));
    const kl = await klToReference(learner, groups);
    const chains = turned.flatMap((group) => credited(learner, group, stage, options));
    const trained = await updateOnTokens(learner, chains, loss, update);
    const rescored = options.temperature === 1 ? 0 : scoringFlops(engine.config, groups.flat());
    flops += generationFlops(engine.config, groups) + rescored + trained.flops;
    yield { step, flops, ...describeGroups(groups), kl, ...trained.diagnostics, groups, stage, ...tell(turned.flat()) };
  }
}

type TwoTurns = {
  readonly rollout: Rollout;
  /** Tokens of the first turn. */
  readonly first: number;
  readonly hasSecond: boolean;
  readonly r1: number;
  readonly r2: number;
};

/** The scored chains of a group, each split. */
async function twoTurns(
  { model, verifier }: Learner,
  group: Group,
  { firstAttempt, asEnded }: SelfCorrectionOptions,
): Promise<TwoTurns[]> {
  const turns = await Promise.all(
    group.map(async (rollout): Promise<TwoTurns | null> => {
      const { problem, completion } = rollout;
      const r2 = outcomeReward(rollout);
      if (r2 === null) return null;
      const all = completion.tokens?.length ?? 0;
      const attempt = firstAttempt(problem, completion.text);
      const first = Math.min(all, model.encode(problem.prompt, attempt).length - model.encode(problem.prompt).length);
      if (first === all) return { rollout, first, hasSecond: false, r1: r2, r2 };
      const verdict = await verifier.verify(problem, asEnded(attempt));
      return { rollout, first, hasSecond: true, r1: outcomeReward({ ...rollout, verdict }) ?? 0, r2 };
    }),
  );
  return turns.filter((each) => each !== null);
}

/** Each chain's advantages and KL weights, token by token. */
function credited(
  { model }: Learner,
  turns: readonly TwoTurns[],
  stage: number,
  { firstKl, kl, bonus }: SelfCorrectionOptions,
): CreditedChain[] {
  const ofFirst =
    stage === 1
      ? turns.map(() => 0)
      : groupAdvantages(
          turns.map(({ r1 }) => r1),
          "leave-one-out",
        );
  const second = turns.filter(({ hasSecond }) => hasSecond);
  const rewards = second.map(({ r1, r2 }) => (stage === 1 ? r2 : r2 + bonus * (r2 - r1)));
  const ofSecond = new Map(groupAdvantages(rewards, "leave-one-out").map((a, i) => [second[i] as TwoTurns, a]));
  return turns.map((turn, i) => {
    const { rollout, first } = turn;
    const split = <T>(one: T, two: T): T[] => (rollout.completion.tokens ?? []).map((_, t) => (t < first ? one : two));
    return {
      rollout,
      prompt: model.encode(rollout.problem.prompt),
      advantages: split(ofFirst[i] as number, ofSecond.get(turn) ?? 0),
      fields: { beta: split(stage === 1 ? firstKl : kl, kl) },
    };
  });
}

/**
 * The clipped policy loss with a KL to the reference whose weight is a field, `beta`, of its own for every token.
 *
 * @example
 * selfCorrectionLoss({ clipLow: 0.2, clipHigh: 0.2 }).fields; // ["advantage", "old", "weight", "reference", "beta"]
 */
export function selfCorrectionLoss({ clipLow, clipHigh }: Omit<ClipOptions, "klWeight">): Loss {
  const policy = policyLoss({ clipLow, clipHigh, klWeight: 0 });
  return {
    name: `self-correction:${policy.name}`,
    fields: [...policy.fields, "reference", "beta"],
    build: (tokens) => {
      const { logprob, field } = tokens;
      const difference = sub(field("reference"), logprob);
      const k3 = sub(sub(exp(difference), difference), scalar(1));
      return add(policy.build(tokens), reduceSum(mul(mul(k3, field("beta")), field("weight"))));
    },
  };
}

function tell(turns: readonly TwoTurns[]): Pick<SelfCorrectionStep, "firstReward" | "corrected" | "turned"> {
  const share = (of: readonly TwoTurns[], which: (turn: TwoTurns) => boolean): number =>
    of.filter(which).length / Math.max(1, of.length);
  return {
    firstReward: share(turns, ({ r1 }) => r1 === 1),
    corrected: share(
      turns.filter(({ r1 }) => r1 < 1),
      ({ r2 }) => r2 === 1,
    ),
    turned: share(turns, ({ hasSecond }) => hasSecond),
  };
}
