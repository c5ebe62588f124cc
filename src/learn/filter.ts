/**
 * Filter (guess + check): sample, keep what the verifier accepts, fine-tune on it, repeat (STaR, Zelikman et al. 2022;
 * ReST-EM, Singh et al. 2023; rejection-sampling fine-tuning).
 *
 *   repeat: problems -> chains -> keep up to k distinct correct ones a problem -> epochs of cross-entropy
 *
 * A step continues from the last step's weights; a problem with many correct chains counts no more than k of them, so
 * that easy problems do not fill the data.
 */

import { trainFlops } from "../core/flops.ts";
import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import type { AdamWOptions } from "../engine/adamw.ts";
import {
  asPolicy,
  describeGroups,
  klToReference,
  type Learner,
  type LearnProgress,
  type LearnStep,
  meanOf,
} from "./learn-step.ts";
import { CROSS_ENTROPY, type SupervisedText, supervised } from "./pretrain.ts";
import { type Group, generationFlops, type Rollout, type RolloutOptions, rollOut } from "./rollouts.ts";

export type FilterOptions = RolloutOptions & {
  readonly steps: number;
  readonly problemsPerStep: number;
  /** Distinct correct chains kept a problem, the first that were sampled. */
  readonly keep: number;
  /** Passes over what was kept. */
  readonly epochs: number;
  /** Chains of one update. */
  readonly batch: number;
  readonly optimizer: AdamWOptions;
};

/**
 * Trains the engine's weights and `learner.optimizer` in place; yields each step with its chains, and goes on after
 * `from`. What a step does depends on its number, `rng` and the weights alone. An abort is heeded while chains are
 * written; a pass over what was kept, once begun, is finished, as in `policyGradient`.
 *
 * @param problems the problems of a step (from 1), at least as many as `problemsPerStep`
 * @param from steps done and FLOPs spent before
 * @throws as `policyGradient`
 * @example
 * import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts"; // after a digit, write the next one
 * await using learner = toyLearner();
 * const sampling = { steps: 2, problemsPerStep: 5, samples: 8, maxTokens: 2, temperature: 1 };
 * const options = { ...sampling, keep: 4, epochs: 2, batch: 8, optimizer: TOY_ADAMW };
 * for await (const { step, reward } of filter(learner, toyProblems(5), new Rng(1), options)) console.log(step, reward);
 */
export async function* filter(
  learner: Learner,
  problems: (step: number) => readonly Problem[],
  rng: Rng,
  options: FilterOptions,
  from: LearnProgress = { step: 0, flops: 0 },
  signal?: AbortSignal,
): AsyncGenerator<LearnStep> {
  const { engine, model, verifier } = learner;
  let { flops } = from;
  for (let step = from.step + 1; step <= options.steps; step++) {
    const random = rng.split(step);
    const drawn = problems(step).slice(0, options.problemsPerStep);
    const rollouts = { ...options, ...(signal === undefined ? {} : { signal }) };
    const sampled = await rollOut(model, verifier, drawn, random.split("rollouts"), rollouts);
    const groups = await asPolicy(learner, sampled, options.temperature);
    flops += generationFlops(engine.config, groups);
    const kept = groups.flatMap((group) => distinctCorrect(group, options.keep));
    const kl = await klToReference(learner, groups);
    const texts: SupervisedText[] = kept.map(({ problem, completion }) => {
      const prompt = model.encode(problem.prompt);
      return { tokens: [...prompt, ...(completion.tokens ?? [])], promptTokens: prompt.length };
    });
    const sums = { gradientNorm: 0, updates: 0, entropy: 0, tokens: 0 };
    for (let epoch = 0; epoch < options.epochs; epoch++) {
      const shuffled = random.split("epoch", epoch).shuffle(texts);
      for (let start = 0; start < shuffled.length; start += options.batch) {
        const batch = shuffled.slice(start, start + options.batch);
        const { gradient, scores } = await engine.gradient(supervised(batch), CROSS_ENTROPY);
        sums.gradientNorm += (await engine.update(gradient, learner.optimizer, options.optimizer)).gradientNorm;
        sums.updates++;
        batch.forEach(({ tokens, promptTokens }, i) => {
          flops += trainFlops(engine.config, tokens.length);
          for (const e of scores[i]?.entropies.subarray(promptTokens) ?? []) sums.entropy += e;
          sums.tokens += tokens.length - promptTokens;
        });
      }
    }
    yield {
      step,
      flops,
      ...describeGroups(groups),
      entropy: meanOf(sums.entropy, sums.tokens),
      kl,
      clipped: null,
      gradientNorm: meanOf(sums.gradientNorm, sums.updates),
      lossTokens: sums.tokens,
      groups,
    };
  }
}

/**
 * The first `keep` correct chains of a group whose texts differ.
 *
 * @example
 * distinctCorrect([], 4).length; // 0
 */
export function distinctCorrect(group: Group, keep: number): Rollout[] {
  const byText = new Map<string, Rollout>();
  for (const rollout of group) {
    const { text } = rollout.completion;
    if (rollout.verdict.status === "correct" && !byText.has(text)) byText.set(text, rollout);
  }
  return [...byText.values()].slice(0, keep);
}
