/**
 * Updates from chains whose tokens have an advantage each: what all policy gradients have in common. The chains of a step are dealt
 * over mini-batches by index, so that each sees some of every problem; a pass over all of them may be repeated.
 */

import { trainFlops } from "../../core/flops.ts";
import type { AdamWOptions } from "../../engine/adamw.ts";
import type { TrainingSequence } from "../../engine/packing.ts";
import type { Loss } from "../../engine/training-graph.ts";
import { parameterCount, parameterLayout, type TransformerConfig } from "../../engine/transformer.ts";
import { type Rollout, scoringFlops } from "../chains/rollouts.ts";
import { applyGradient, type Learner, type LearnStep, meanOf } from "../learn-step.ts";
import { type Aggregation, type ClipOptions, tokenWeights } from "./policy-loss.ts";

export type CreditedChain = {
  readonly rollout: Rollout;
  /** Tokens. */
  readonly prompt: readonly number[];
  /** [completion tokens] */
  readonly advantages: readonly number[];
  /** What a loss needs beside, each [completion tokens]. */
  readonly fields?: Readonly<Record<string, readonly number[]>>;
};

export type TokenUpdateOptions = ClipOptions & {
  /** The longest chain, tokens. */
  readonly maxTokens: number;
  /** Updates a pass. */
  readonly minibatches: number;
  /** Passes over the step's chains. */
  readonly epochs: number;
  readonly aggregation: Aggregation;
  readonly optimizer: AdamWOptions;
  /** Which weights learn. */
  readonly learn?: "all" | "head";
};

export type TokenUpdate = {
  readonly flops: number;
  readonly diagnostics: Pick<LearnStep, "entropy" | "clipped" | "gradientNorm" | "lossTokens">;
};

/**
 * Writes the engine's weights and the optimizer.
 *
 * @throws MullError `engine` where the engine fails or the gradient is not finite
 * @example
 * import { Rng } from "../../core/rng.ts";
 * import { TOY_ADAMW, toyLearner, toyProblems } from "../fixtures/toy.ts";
 * import { policyLoss } from "./policy-loss.ts";
 * import { rollOut } from "../chains/rollouts.ts";
 * await using learner = toyLearner();
 * const sampling = { samples: 2, maxTokens: 2, temperature: 1 };
 * const [group = []] = await rollOut(learner.model, learner.verifier, toyProblems(1)(0), new Rng(1), sampling);
 * const chains = group.map((rollout) => {
 *   const { tokens = [] } = rollout.completion;
 *   return { rollout, prompt: learner.model.encode(rollout.problem.prompt), advantages: tokens.map(() => 1) };
 * });
 * const how = { clipLow: 0.2, clipHigh: 0.2, klWeight: 0, aggregation: "token-mean", maxTokens: 2 } as const;
 * const options = { ...how, minibatches: 1, epochs: 1, optimizer: TOY_ADAMW };
 * (await updateOnTokens(learner, chains, policyLoss(options), options)).diagnostics.clipped; // 0
 */
export async function updateOnTokens(
  learner: Pick<Learner, "engine" | "optimizer" | "progress">,
  chains: readonly CreditedChain[],
  loss: Loss,
  options: TokenUpdateOptions,
): Promise<TokenUpdate> {
  const { engine } = learner;
  const { minibatches, epochs, klWeight, clipLow, clipHigh, learn = "all" } = options;
  const sums = { gradientNorm: 0, updates: 0, entropy: 0, clipped: 0, tokens: 0, flops: 0 };
  for (let pass = 0; pass < epochs * minibatches; pass++) {
    const part = chains.filter((_, i) => i % minibatches === pass % minibatches);
    if (part.length === 0) continue;
    let sequences = toSequences(part, options);
    if (klWeight > 0) {
      const reference = await engine.score(sequences, "reference");
      const of = (c: number): Float32Array => reference[c]?.logprobs as Float32Array;
      sequences = sequences.map((s, c) => ({ ...s, fields: { ...s.fields, reference: of(c) } }));
      sums.flops += scoringFlops(
        engine.config,
        part.map(({ rollout }) => rollout),
      );
    }
    const { gradient, scores } = await engine.gradient(sequences, loss);
    if (learn === "head") gradient.fill(0, 0, headOffset(engine.config));
    sums.gradientNorm += await applyGradient(learner, gradient, options.optimizer);
    sums.updates++;
    for (const [c, { rollout, prompt, advantages }] of part.entries()) {
      const { logprobs = [], tokens = [] } = rollout.completion;
      sums.flops += trainFlops(engine.config, prompt.length + tokens.length);
      for (let t = 0; t < tokens.length; t++) {
        const ratio = Math.exp((scores[c]?.logprobs[prompt.length + t] as number) - (logprobs[t] as number));
        const advantage = advantages[t] as number;
        if (advantage > 0 && ratio > 1 + clipHigh) sums.clipped++;
        if (advantage < 0 && ratio < 1 - clipLow) sums.clipped++;
        sums.entropy += scores[c]?.entropies[prompt.length + t] as number;
        sums.tokens++;
      }
    }
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

function toSequences(
  chains: readonly CreditedChain[],
  { aggregation, maxTokens }: TokenUpdateOptions,
): TrainingSequence[] {
  const lengths = chains.map(({ advantages }) => advantages.length);
  const weights = tokenWeights(lengths, aggregation, maxTokens);
  return chains.map(({ rollout, prompt, advantages, fields = {} }, c) => {
    const { tokens = [], logprobs = [] } = rollout.completion;
    const given = prompt.map(() => 0);
    const behind = (values: readonly number[]): number[] => [...given, ...values];
    return {
      tokens: [...prompt, ...tokens],
      fields: {
        advantage: behind(advantages),
        old: behind(logprobs),
        weight: behind(tokens.map(() => weights[c] as number)),
        ...Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, behind(values)])),
      },
    };
  });
}

/** Weights before the head's, which lie behind all others. */
function headOffset(config: TransformerConfig): number {
  return parameterLayout(config).find(({ name }) => name.startsWith("score."))?.offset ?? parameterCount(config);
}
