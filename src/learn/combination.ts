/**
 * Combination (learning to correct): the model's own failed attempts are spliced before a right one, and it is fine-tuned on
 * the monologues that come of it, so that it learns to notice an error and to recover.
 *
 *   repeat: problems -> chains -> splice failed attempts before a right one -> epochs of cross-entropy
 *
 * With `learn: "recovery"` the failed attempts are given and not learnt: only the turn and what follows is, so that errors
 * are not taught along with the way out of them.
 */

import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import { generationFlops, type RolloutOptions, rollOut } from "./chains/rollouts.ts";
import { type Monologue, type SpliceOptions, type Splicer, splice } from "./chains/splice.ts";
import { type FineTuneOptions, fineTune } from "./fine-tune.ts";
import {
  asPolicy,
  describeGroups,
  klToReference,
  type Learner,
  type LearnProgress,
  type LearnStep,
} from "./learn-step.ts";
import { type SupervisedText, supervised } from "./pretrain.ts";

export type CombinationOptions = RolloutOptions &
  FineTuneOptions &
  SpliceOptions & {
    readonly steps: number;
    readonly problemsPerStep: number;
    readonly splicer: Splicer;
    readonly learn: "all" | "recovery";
  };

export type CombinationStep = LearnStep & { readonly monologues: readonly Monologue[] };

/**
 * Trains the engine's weights and `learner.optimizer` in place; otherwise as `filter`.
 *
 * @throws as `policyGradient`
 * @example
 * import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts"; // after a digit, write the next one
 * await using learner = toyLearner();
 * const attempts = ({ prompt }: Problem, chain: string) => {
 *   const text = chain.split(" ")[0] ?? "end";
 *   return text === "end" ? [] : [{ text, miss: (5 + Number(text) - Number(prompt) - 1) % 5 }];
 * };
 * const sampling = { steps: 2, problemsPerStep: 5, samples: 16, maxTokens: 2, temperature: 1 };
 * const splicing = { keep: 1, failures: 2, choose: "nearest" as const, splicer: { attempts, turn: "0", end: "end" } };
 * const training = { learn: "recovery" as const, epochs: 1, batch: 8, optimizer: TOY_ADAMW };
 * const steps = combination(learner, toyProblems(5), new Rng(1), { ...sampling, ...splicing, ...training });
 * for await (const { step, monologues } of steps) console.log(step, monologues.length);
 */
export async function* combination(
  learner: Learner,
  problems: (step: number) => readonly Problem[],
  rng: Rng,
  options: CombinationOptions,
  from: LearnProgress = { step: 0, flops: 0 },
  signal?: AbortSignal,
): AsyncGenerator<CombinationStep> {
  const { engine, model, verifier } = learner;
  let { flops } = from;
  for (let step = from.step + 1; step <= options.steps; step++) {
    const random = rng.split(step);
    const drawn = problems(step).slice(0, options.problemsPerStep);
    const rollouts = { ...options, ...(signal === undefined ? {} : { signal }) };
    const sampled = await rollOut(model, verifier, drawn, random.split("rollouts"), rollouts);
    const groups = await asPolicy(learner, sampled, options.temperature);
    const monologues = groups.flatMap((group, g) => splice(group, random.split("splice", g), options.splicer, options));
    const kl = await klToReference(learner, groups);
    const texts = monologues.map((monologue) => textOf(learner, monologue, options.learn));
    const trained = await fineTune(learner, texts, random, options, supervised);
    flops += generationFlops(engine.config, groups) + trained.flops;
    yield { step, flops, ...describeGroups(groups), kl, ...trained.diagnostics, groups, monologues };
  }
}

function textOf(
  { model }: Learner,
  { problem, failed, recovery }: Monologue,
  learn: CombinationOptions["learn"],
): SupervisedText {
  const given = learn === "all" ? "" : failed;
  return {
    tokens: model.encode(problem.prompt, failed === "" ? recovery : `${failed} ${recovery}`),
    promptTokens: model.encode(problem.prompt, given).length,
  };
}
