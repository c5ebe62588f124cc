/**
 * Proximal policy optimisation (Schulman et al. 2017) with a value head on the policy's own transformer.
 *
 *   repeat: problems -> chains -> rewards of tokens -> values of the states between them, by one pass of the head
 *           -> advantages by GAE, whitened over the step -> clipped updates of policy and value together
 *
 * Gamma is 1. A chain that was cut off is worth nothing beyond its end unless `bootstrap` says so: where the limit is part of the task, a
 * policy whose endless chains are worth what the value says learns to write without end (docs/log.md, 2026-11-25). A value that knows nothing makes noise of the advantages; so in
 * the first steps (`valueWarmup`) only the value learns, on chains of the policy as it is, which is left alone, or held by a KL. Where this deviates: policy and value
 * share all weights but the head's, and one update serves both; a problem has several chains, which the value does not need, so
 * that what is reported can be compared with the group-relative rules.
 */

import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import type { AdamWOptions } from "../engine/adamw.ts";
import {
  type Group,
  generationFlops,
  outcomeReward,
  type Rollout,
  type RolloutOptions,
  rollOut,
  scoringFlops,
} from "./chains/rollouts.ts";
import { isUnfinished, type PpoReward, tokenRewards } from "./credit/ppo-rewards.ts";
import { generalisedAdvantages, rewardsToGo, type TokenAdvantages, whiten } from "./credit/returns.ts";
import {
  asPolicy,
  describeGroups,
  klToReference,
  type Learner,
  type LearnProgress,
  type LearnStep,
  mean,
} from "./learn-step.ts";
import type { Aggregation, ClipOptions } from "./loss/policy-loss.ts";
import { ppoLoss, type ValueLossOptions } from "./loss/ppo-loss.ts";
import { updateOnTokens } from "./loss/token-update.ts";

export type PpoOptions = RolloutOptions &
  ClipOptions &
  ValueLossOptions & {
    readonly steps: number;
    readonly problemsPerStep: number;
    /** Updates a pass over the step's chains. */
    readonly minibatches: number;
    /** Passes over the step's chains. */
    readonly epochs: number;
    readonly aggregation: Aggregation;
    /** Of GAE: 1 credits a token with all that came after it, 0 with what the value changed by. */
    readonly lambda: number;
    /** The lambda of the value's targets, where it is another (decoupled, VC-PPO, Yuan et al. 2025): 1 is what came, without a bootstrap. */
    readonly valueLambda?: number;
    /**
     * What a chain that was cut off is worth beyond its end: what the value says, as if the limit were an accident, or nothing, as if
     * the limit were part of the task. One whose verdict is already `correct` is worth nothing beyond.
     */
    readonly bootstrap: boolean;
    /** The first steps, in which only the value learns: how many, how each goes over its chains, and by which weights. */
    readonly valueWarmup: {
      readonly steps: number;
      readonly epochs: number;
      readonly minibatches: number;
      /** With `all` the transformer learns what a value needs, and `klWeight` holds the policy where it was. */
      readonly learn: "head" | "all";
      /** Of the KL to the reference, in these steps. */
      readonly klWeight: number;
      readonly optimizer: AdamWOptions;
    };
    readonly optimizer: AdamWOptions;
  };

/**
 * What did best on CD-34 of what was tried (docs/log.md), at a rate of 5e-4 with 256 problems of 2 chains a step: several small updates
 * a step, and a value whose error weighs little beside the policy's at the weights that both share.
 */
export const PPO = {
  minibatches: 8,
  epochs: 1,
  aggregation: "token-mean",
  clipLow: 0.2,
  clipHigh: 0.28,
  klWeight: 0,
  lambda: 0.95,
  valueLambda: 1,
  bootstrap: false,
  valueWeight: 0.05,
  valueClip: 0.2,
} as const satisfies Partial<PpoOptions>;

export type PpoStep = LearnStep & {
  /** Mean squared error of the values, before the update, against the returns that came (Monte Carlo). */
  readonly valueError: number;
  /** 1 - valueError / the returns' variance: 0 or less is no better than their mean; null where all returns are the same. */
  readonly explainedVariance: number | null;
  /** Mean over chains of what the steps earned, before any weight; null without process rewards. It rises without `reward` where
   * the scorer is being fooled. */
  readonly proxy: number | null;
  /** 1 in a step in which only the value learnt. */
  readonly warmup: number;
};

/**
 * Trains the engine's weights and `learner.optimizer` in place; yields each step with its chains, and goes on after `from`. What
 * a step does depends on its number, `rng`, the weights and the scorer's. An abort is heeded while chains are written and scored, as in
 * `policyGradient`.
 *
 * @param learner whose engine has a head (`withHead`)
 * @param problems the problems of a step (from 1), at least as many as `problemsPerStep`
 * @param from steps done and FLOPs spent before
 * @throws as `policyGradient`; MullError `usage` where the transformer has no head
 * @example
 * import { Rng } from "../core/rng.ts";
 * import { toyProblems } from "./fixtures/toy.ts"; // after a digit, write the next one
 * import { TOY_PPO, toyLearnerWithHead } from "./fixtures/toy-head.ts";
 * await using learner = toyLearnerWithHead();
 * const options = { ...TOY_PPO, steps: 2, reward: { kind: "outcome" } } as const;
 * for await (const { step, reward, valueError } of ppo(learner, toyProblems(5), new Rng(1), options)) {
 *   console.log(step, reward, valueError);
 * }
 */
export async function* ppo(
  learner: Learner,
  problems: (step: number) => readonly Problem[],
  rng: Rng,
  options: PpoOptions & { readonly reward: PpoReward },
  from: LearnProgress = { step: 0, flops: 0 },
  signal?: AbortSignal,
): AsyncGenerator<PpoStep> {
  let { flops } = from;
  for (let step = from.step + 1; step <= options.steps; step++) {
    const drawn = problems(step).slice(0, options.problemsPerStep);
    const written = await writeChains(learner, drawn, rng.split(step), options, signal);
    const kl = await klToReference(learner, written.groups);
    const update = await ppoUpdate(learner, written.groups, step, options, options.reward, signal);
    flops += written.flops + update.flops;
    yield { step, flops, ...describeGroups(written.groups), kl, ...update.diagnostics, groups: written.groups };
  }
}

/**
 * A step's chains, verified, with the policy's log-probabilities, and what they cost.
 *
 * @throws the reason of `signal`
 * @example
 * import { Rng } from "../core/rng.ts";
 * import { toyLearner, toyProblems } from "./fixtures/toy.ts";
 * await using learner = toyLearner();
 * const sampling = { samples: 4, maxTokens: 2, temperature: 1 };
 * const { groups } = await writeChains(learner, toyProblems(5)(1), new Rng(1), sampling);
 * groups.length; // 5
 */
export async function writeChains(
  learner: Learner,
  problems: readonly Problem[],
  rng: Rng,
  options: RolloutOptions,
  signal?: AbortSignal,
): Promise<{ readonly groups: Group[]; readonly flops: number }> {
  const { engine, model, verifier } = learner;
  const rollouts = { ...options, ...(signal === undefined ? {} : { signal }) };
  const sampled = await rollOut(model, verifier, problems, rng, rollouts);
  const groups = await asPolicy(learner, sampled, options.temperature);
  const rescored = options.temperature === 1 ? 0 : scoringFlops(engine.config, groups.flat());
  return { groups, flops: generationFlops(engine.config, groups) + rescored };
}

/** What an update tells of itself. */
export type PpoUpdate = {
  readonly flops: number;
  readonly diagnostics: Pick<LearnStep, "entropy" | "clipped" | "gradientNorm" | "lossTokens"> &
    Pick<PpoStep, "valueError" | "explainedVariance" | "proxy" | "warmup">;
};

/**
 * PPO on chains that are there: rewards, values, advantages, updates. Nothing is trained before the scorer is done.
 *
 * @param step counted from 1: the first, of `valueWarmup`, train the value alone
 * @param signal heeded while chains are scored
 * @throws MullError `usage` where the transformer has no head; what the scorer throws
 * @example
 * import { Rng } from "../core/rng.ts";
 * import { toyProblems } from "./fixtures/toy.ts";
 * import { TOY_PPO, toyLearnerWithHead } from "./fixtures/toy-head.ts";
 * await using learner = toyLearnerWithHead();
 * const { groups } = await writeChains(learner, toyProblems(5)(1), new Rng(1), TOY_PPO);
 * (await ppoUpdate(learner, groups, 1, TOY_PPO, { kind: "outcome" })).diagnostics.warmup; // 1
 */
export async function ppoUpdate(
  learner: Learner,
  groups: readonly Group[],
  step: number,
  options: PpoOptions,
  reward: PpoReward,
  signal?: AbortSignal,
): Promise<PpoUpdate> {
  const { engine, model } = learner;
  const chains = groups.flat().filter((chain) => outcomeReward(chain) !== null && lengthOf(chain) > 0);
  const prompts = chains.map(({ problem }) => model.encode(problem.prompt));
  const {
    rewards,
    proxies,
    flops: scoring,
  } = await tokenRewards(model, chains, reward, {
    bootstrap: options.bootstrap,
    ...(signal === undefined ? {} : { signal }),
  });
  const states = await valuesOf(learner, chains, prompts, options.bootstrap);
  const estimatesBy = (lambda: number): TokenAdvantages[] =>
    states.map(({ values, after }, c) => generalisedAdvantages(rewards[c] as readonly number[], values, after, lambda));
  const estimates = estimatesBy(options.lambda);
  const targets = options.valueLambda === undefined ? estimates : estimatesBy(options.valueLambda);
  const warmup = step <= options.valueWarmup.steps;
  const whitened = whiten(estimates.map(({ advantages }) => advantages));
  const credited = chains.map((rollout, c) => ({
    rollout,
    prompt: prompts[c] as readonly number[],
    advantages: warmup ? (whitened[c] as number[]).map(() => 0) : (whitened[c] as number[]),
    fields: {
      return: targets[c]?.returns as readonly number[],
      oldValue: states[c]?.values as readonly number[],
    },
  }));
  const how = warmup ? { ...options, ...options.valueWarmup } : options;
  const update = await updateOnTokens(learner, credited, ppoLoss(how), how);
  const came = rewards.map((own, c) => rewardsToGo(own).map((sum) => sum + (states[c]?.after as number)));
  return {
    flops: scoring + scoringFlops(engine.config, chains) + update.flops,
    diagnostics: {
      ...update.diagnostics,
      ...fitOf(
        states.flatMap(({ values }) => values),
        came.flat(),
      ),
      proxy: proxies === null ? null : mean(proxies),
      warmup: Number(warmup),
    },
  };
}

type States = {
  /** [completion tokens], of the state before each. */
  readonly values: readonly number[];
  /** Of the state after the last: what the head says where the chain could have gone on, 0 where it came to its end. */
  readonly after: number;
};

/** One pass of the head over all chains. */
async function valuesOf(
  { engine }: Pick<Learner, "engine">,
  chains: readonly Rollout[],
  prompts: readonly (readonly number[])[],
  bootstrap: boolean,
): Promise<States[]> {
  const texts = chains.map(({ completion: { tokens = [] } }, c) => {
    const prompt = prompts[c] as readonly number[];
    const marks = Array.from({ length: tokens.length + 1 }, (_, t) => prompt.length - 1 + t);
    return { tokens: [...prompt, ...tokens], marks };
  });
  const read = texts.length === 0 ? [] : await engine.headLogits(texts);
  return read.map((values, c) => {
    const goesOn = bootstrap && isUnfinished(chains[c] as Rollout);
    return { values: Array.from(values.subarray(0, -1)), after: goesOn ? (values.at(-1) as number) : 0 };
  });
}

function fitOf(
  values: readonly number[],
  returns: readonly number[],
): Pick<PpoStep, "valueError" | "explainedVariance"> {
  const centre = mean(returns);
  const variance = mean(returns.map((came) => (came - centre) ** 2));
  const valueError = mean(values.map((value, i) => (value - (returns[i] as number)) ** 2));
  return { valueError, explainedVariance: variance === 0 ? null : 1 - valueError / variance };
}

function lengthOf({ completion }: Rollout): number {
  return completion.tokens?.length ?? 0;
}
