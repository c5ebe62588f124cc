/**
 * Reinforcement on verified answers: policy gradient with group-relative advantages (GRPO, DAPO, Dr. GRPO, RLOO).
 *
 *   repeat: problems -> a group of chains each -> verdicts -> advantages within the group
 *           -> drop groups that teach nothing -> one clipped step a mini-batch
 *
 * The reward is the verdict on the answer and nothing else: no length, format or behaviour is rewarded (DAPO's soft
 * overlong penalty, off unless asked for, is the one exception).
 */

import { MullError } from "../core/errors.ts";
import { trainFlops } from "../core/flops.ts";
import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import type { AdamWOptions } from "../engine/adamw.ts";
import type { Engine } from "../engine/engine.ts";
import type { TrainingSequence } from "../engine/packing.ts";
import { type Baseline, groupAdvantages, isUseful, overlongPenalty } from "./advantages.ts";
import {
  applyGradient,
  asPolicy,
  describeGroups,
  klToReference,
  type Learner,
  type LearnProgress,
  type LearnStep,
  meanOf,
} from "./learn-step.ts";
import { type Aggregation, policyLoss, tokenWeights } from "./policy-loss.ts";
import {
  type Group,
  generationFlops,
  outcomeReward,
  type Rollout,
  type RolloutOptions,
  rollOut,
  scoringFlops,
} from "./rollouts.ts";

export type PolicyGradientOptions = RolloutOptions & {
  readonly steps: number;
  readonly problemsPerStep: number;
  /** Updates a step: the step's chains are dealt over as many mini-batches. */
  readonly minibatches: number;
  readonly baseline: Baseline;
  readonly aggregation: Aggregation;
  readonly clipLow: number;
  readonly clipHigh: number;
  readonly klWeight: number;
  /** Rounds of sampling a step at most, to replace groups that teach nothing (DAPO); 1 replaces none. */
  readonly rounds: number;
  /** Tokens before maxTokens over which DAPO's overlong penalty falls to -1; 0 is no penalty. */
  readonly overlongBuffer: number;
  /**
   * Off-policy age: chains of a step come from weights that are up to so many steps old, as where sampling and training run apart;
   * they are fetched anew every age + 1 steps. Default 0: on-policy. A run goes on only after a step whose number is a multiple of age + 1.
   */
  readonly age?: number;
  readonly optimizer: AdamWOptions;
};

/** The published variants, as the options in which they differ. */
export const VARIANTS = {
  grpo: { baseline: "group-normalised", aggregation: "sequence-mean", clipLow: 0.2, clipHigh: 0.2, rounds: 1 },
  dapo: { baseline: "group-normalised", aggregation: "token-mean", clipLow: 0.2, clipHigh: 0.28, rounds: 3 },
  dr_grpo: { baseline: "group-mean", aggregation: "constant", clipLow: 0.2, clipHigh: 0.2, rounds: 1 },
  rloo: { baseline: "leave-one-out", aggregation: "token-mean", clipLow: 0.2, clipHigh: 0.2, rounds: 1 },
} as const satisfies Record<string, Partial<PolicyGradientOptions>>;

/**
 * Trains the engine's weights and `learner.optimizer` in place; yields each step with its chains, and goes on after
 * `from`. What a step does depends on its number, `rng` and the weights alone.
 *
 * An abort is heeded while chains are written, before anything is trained: an improvement that has begun is finished
 * and yielded. So whenever this throws the reason of `signal`, weights and optimizer are those of the last step yielded.
 *
 * @param problems the problems of a round of sampling, at least as many as `problemsPerStep`; round r (from 0) of step
 * s (from 1) asks for `s * rounds + r`
 * @param from steps done and FLOPs spent before
 * @throws the reason of `signal`; MullError `engine` where the engine fails or the gradient is not finite, and then
 * weights and optimizer may be in the middle of a step
 * @example
 * import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts"; // after a digit, write the next one
 * await using learner = toyLearner();
 * const { grpo } = VARIANTS;
 * const amount = { steps: 2, problemsPerStep: 5, samples: 8, maxTokens: 2, temperature: 1, minibatches: 2 };
 * const options = { ...grpo, ...amount, klWeight: 0, overlongBuffer: 0, optimizer: TOY_ADAMW };
 * for await (const { step, reward, useful } of policyGradient(learner, toyProblems(5), new Rng(1), options)) {
 *   console.log(step, reward, useful);
 * }
 */
export async function* policyGradient(
  learner: Learner,
  problems: (step: number) => readonly Problem[],
  rng: Rng,
  options: PolicyGradientOptions,
  from: LearnProgress = { step: 0, flops: 0 },
  signal?: AbortSignal,
): AsyncGenerator<LearnStep> {
  let { flops } = from;
  const { age = 0 } = options;
  if (from.step % (age + 1) !== 0) {
    throw new MullError("usage", `step ${from.step} was sampled by weights of an earlier step, which are gone`, {
      hint: `go on after a step whose number is a multiple of ${age + 1}`,
    });
  }
  let fetched: Float32Array | null = null;
  for (let step = from.step + 1; step <= options.steps; step++) {
    if (age > 0 && (step - 1) % (age + 1) === 0) fetched = learner.engine.parameters.slice();
    const groups: Group[] = [];
    const useful: Group[] = [];
    for (let round = 0; round < options.rounds && useful.length < options.problemsPerStep; round++) {
      const wanted = options.problemsPerStep - useful.length;
      const drawn = problems(step * options.rounds + round).slice(0, wanted);
      const rollouts = { ...options, ...(signal === undefined ? {} : { signal }) };
      const sampled = await sampledBy(fetched, learner, async () =>
        asPolicy(
          learner,
          await rollOut(learner.model, learner.verifier, drawn, rng.split(step, round), rollouts),
          options.temperature,
        ),
      );
      groups.push(...sampled);
      useful.push(...sampled.filter((group) => isUseful(rewardsOf(group, options))));
    }
    const kl = await klToReference(learner, groups);
    const trained = await improve(learner, useful, options);
    const shape = learner.engine.config;
    const rescored = options.temperature === 1 ? 0 : scoringFlops(shape, groups.flat());
    flops += generationFlops(shape, groups) + rescored + trained.flops;
    yield { step, flops, ...describeGroups(groups), kl, ...trained.diagnostics, groups };
  }
}

/** Samples under older weights, where there are any, and puts the policy's back. */
async function sampledBy<T>(
  older: Float32Array | null,
  { engine }: Pick<Learner, "engine">,
  sample: () => Promise<T>,
): Promise<T> {
  if (older === null) return sample();
  const policy = engine.parameters.slice();
  engine.setParameters(older);
  try {
    return await sample();
  } finally {
    engine.setParameters(policy);
  }
}

/** Rewards of a group's scored chains. */
function rewardsOf(group: Group, options: PolicyGradientOptions): number[] {
  return scored(group).map((rollout) => shapedReward(rollout, options));
}

function scored(group: Group): Rollout[] {
  return group.filter((rollout) => outcomeReward(rollout) !== null);
}

function shapedReward(rollout: Rollout, { maxTokens, overlongBuffer }: PolicyGradientOptions): number {
  const penalty =
    overlongBuffer > 0 ? overlongPenalty(rollout.completion.usage.completionTokens, maxTokens, overlongBuffer) : 0;
  return (outcomeReward(rollout) as number) + penalty;
}

type Chain = { readonly rollout: Rollout; readonly prompt: readonly number[]; readonly advantage: number };

/** One update a mini-batch, over the chains of the useful groups. */
async function improve(learner: Learner, groups: readonly Group[], options: PolicyGradientOptions) {
  const { engine, model } = learner;
  const chains: Chain[] = groups.flatMap((group) => {
    const advantages = groupAdvantages(rewardsOf(group, options), options.baseline);
    return scored(group).map((rollout, i) => ({
      rollout,
      prompt: model.encode(rollout.problem.prompt),
      advantage: advantages[i] as number,
    }));
  });
  const sums = { gradientNorm: 0, updates: 0, entropy: 0, clipped: 0, tokens: 0, flops: 0 };
  const loss = policyLoss(options);
  for (let m = 0; m < options.minibatches; m++) {
    // Dealt by index, so that each mini-batch sees some of every group.
    const part = chains.filter((_, i) => i % options.minibatches === m);
    if (part.length === 0) continue;
    const sequences = await toSequences(part, options, engine);
    const { gradient, scores } = await engine.gradient(sequences, loss);
    sums.gradientNorm += await applyGradient(learner, gradient, options.optimizer);
    sums.updates++;
    const byReference = options.klWeight > 0 ? part.map(({ rollout }) => rollout) : [];
    sums.flops += scoringFlops(engine.config, byReference);
    part.forEach(({ rollout, prompt, advantage }, c) => {
      const { logprobs = [], tokens = [] } = rollout.completion;
      sums.flops += trainFlops(engine.config, prompt.length + tokens.length);
      for (let i = 0; i < tokens.length; i++) {
        const now = scores[c]?.logprobs[prompt.length + i] as number;
        const old = logprobs[i] as number;
        const ratio = Math.exp(now - old);
        if (advantage > 0 && ratio > 1 + options.clipHigh) sums.clipped++;
        if (advantage < 0 && ratio < 1 - options.clipLow) sums.clipped++;
        sums.entropy += scores[c]?.entropies[prompt.length + i] as number;
        sums.tokens++;
      }
    });
  }
  return {
    flops: sums.flops,
    diagnostics: {
      entropy: meanOf(sums.entropy, sums.tokens),
      clipped: meanOf(sums.clipped, sums.tokens),
      gradientNorm: meanOf(sums.gradientNorm, sums.updates),
      lossTokens: sums.tokens,
    },
  };
}

async function toSequences(
  chains: readonly Chain[],
  { aggregation, maxTokens, klWeight }: PolicyGradientOptions,
  engine: Engine,
): Promise<TrainingSequence[]> {
  const lengths = chains.map(({ rollout }) => rollout.completion.tokens?.length ?? 0);
  const weights = tokenWeights(lengths, aggregation, maxTokens);
  const sequences = chains.map((chain, c) => {
    const { tokens = [], logprobs = [] } = chain.rollout.completion;
    const given = chain.prompt.map(() => 0);
    return {
      tokens: wholeChain(chain),
      fields: {
        advantage: [...given, ...tokens.map(() => chain.advantage)],
        old: [...given, ...logprobs],
        weight: [...given, ...tokens.map(() => weights[c] as number)],
      },
    };
  });
  if (klWeight === 0) return sequences;
  const scores = await engine.score(sequences, "reference");
  return sequences.map((s, c) => ({ ...s, fields: { ...s.fields, reference: scores[c]?.logprobs ?? [] } }));
}

function wholeChain({ prompt, rollout }: Chain): number[] {
  return [...prompt, ...(rollout.completion.tokens ?? [])];
}
