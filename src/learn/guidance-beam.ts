/**
 * Guidance by beams: in place of a tree, a beam search over steps by a value is the policy's teacher (as in step-level beam search
 * guided by a value, Yu et al. 2023, OVM; imitated as in expert iteration, Anthony et al. 2017).
 *
 *   repeat: problems -> beams each, by the value -> the shortest right chains that beams came to are imitated
 *                    -> the value learns of every prefix of a beam that ended the share of its ends that are right
 *
 * A beam that ended is worth its verdict. Prefixes that were dropped on the way have no end and teach nothing: the value learns what
 * becomes of prefixes that it let live, and is told least of those that it undervalues. `guidance` shares its value functions.
 */

import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import { beamSearch } from "../search/beam-search.ts";
import type { ScorerFor } from "../search/roll-outs.ts";
import type { StepFormat } from "../search/steps.ts";
import { CountedModel } from "./counted-model.ts";
import { type FineTuneOptions, fineTune } from "./fine-tune.ts";
import type { ValueExample, ValueFunction } from "./guidance.ts";
import { describeGroups, klToReference, type Learner, type LearnProgress, type LearnStep } from "./learn-step.ts";
import { type SupervisedText, supervised } from "./pretrain.ts";
import { generationFlops, type RolloutOptions, rollOut } from "./rollouts.ts";

export type GuidanceBeamOptions = RolloutOptions &
  FineTuneOptions & {
    readonly steps: number;
    readonly problemsPerStep: number;
    readonly value: ValueFunction;
    readonly format: StepFormat;
    /** Whether a chain has come to its end: then it is worth its verdict. */
    readonly ended: (text: string) => boolean;
    /** Beams, and steps that each kept one is continued with. */
    readonly n: number;
    readonly m: number;
    /** Steps of a beam, at most. */
    readonly maxSteps: number;
    /** At which steps are sampled in a beam. */
    readonly beamTemperature: number;
    /** Tokens of the beams of a problem, at most. */
    readonly beamTokens: number;
    /** Distinct right chains that are imitated a problem, at most: the shortest. */
    readonly keep: number;
  };

export type GuidanceBeamStep = LearnStep & {
  /** Share of the step's problems for which a single chain of the policy is right, as it was before the step. */
  readonly policy: number;
  /** Share of them for which a beam came to a right chain. */
  readonly search: number;
};

/**
 * Trains the engine's weights and `learner.optimizer` in place, and the value; otherwise as `guidance`.
 *
 * @throws as `policyGradient`
 * @example
 * import { TOY_ADAMW, toyLearner, toyProblems } from "./fixtures/toy.ts"; // after a digit, write the next one
 * import { byVerifier, rollOuts } from "../search/roll-outs.ts";
 * import { Rng } from "../core/rng.ts";
 * await using learner = toyLearner();
 * const value = { scorer: rollOuts({ n: 2, maxTokens: 1, judge: byVerifier, separator: " " }) };
 * const beams = { n: 8, m: 4, maxSteps: 2, beamTokens: 200, format: { stop: [], maxTokens: 1, separator: " " }, keep: 2 };
 * const ended = (text: string) => text.endsWith("end");
 * const amount = { steps: 1, problemsPerStep: 5, samples: 4, maxTokens: 2, temperature: 1, beamTemperature: 2 };
 * const training = { epochs: 1, batch: 8, optimizer: TOY_ADAMW };
 * const options = { ...amount, ...beams, ...training, value, ended };
 * for await (const step of guidanceBeam(learner, toyProblems(5), new Rng(1), options)) console.log(step.policy, step.search);
 */
export async function* guidanceBeam(
  learner: Learner,
  problems: (step: number) => readonly Problem[],
  rng: Rng,
  options: GuidanceBeamOptions,
  from: LearnProgress = { step: 0, flops: 0 },
  signal?: AbortSignal,
): AsyncGenerator<GuidanceBeamStep> {
  const { engine, model, verifier } = learner;
  const { value } = options;
  let { flops } = from;
  for (let step = from.step + 1; step <= options.steps; step++) {
    const random = rng.split(step);
    const drawn = problems(step).slice(0, options.problemsPerStep);
    const rollouts = { ...options, ...(signal === undefined ? {} : { signal }) };
    const groups = await rollOut(model, verifier, drawn, random.split("rollouts"), rollouts);
    const before = value.spent?.() ?? 0;
    const searched = await Promise.all(
      drawn.map((problem, p) => beamsOf(learner, problem, random.split("beams", p), options, signal)),
    );
    signal?.throwIfAborted();
    flops += generationFlops(engine.config, groups) + (value.spent?.() ?? 0) - before;
    flops += searched.reduce((sum, beams) => sum + beams.flops, 0);
    const kl = await klToReference(learner, groups);
    const texts = searched.flatMap((beams) => textsOf(beams, options.keep, model));
    const trained = await fineTune(learner, texts, random, options, supervised);
    flops += trained.flops;
    if (value.train !== undefined) {
      flops += (await value.train(searched.flatMap(examplesOf), random.split("value"))).flops;
    }
    const described = describeGroups(groups);
    const search = searched.filter(({ ends }) => ends.some(({ right }) => right)).length / searched.length;
    yield { step, flops, ...described, kl, ...trained.diagnostics, groups, policy: described.reward, search };
  }
}

/** A beam that came to its end. */
type End = { readonly steps: readonly string[]; readonly worth: number; readonly right: boolean };

/** Distinct ends, in the order in which they came. */
type Beams = { readonly problem: Problem; readonly ends: readonly End[]; readonly flops: number };

async function beamsOf(
  { engine, model: policy, verifier }: Learner,
  problem: Problem,
  rng: Rng,
  { value, format, ended, n, m, maxSteps, beamTemperature, beamTokens }: GuidanceBeamOptions,
  signal: AbortSignal | undefined,
): Promise<Beams> {
  const model = new CountedModel(policy, engine.config);
  const stop = signal === undefined ? {} : { signal };
  const ends = new Map<string, End>();
  const scorer: ScorerFor = (own, spending, random) => {
    const valued = value.scorer(own, spending, random);
    return {
      name: valued.name,
      async score(posed, steps) {
        const text = steps.join("");
        if (!ended(text)) return valued.score(posed, steps, stop);
        ends.set(text, ends.get(text) ?? { steps, worth: 0, right: false }); // in its place before anything is awaited
        const verdict = await verifier.verify(posed, text, stop);
        const worth = verdict.status === "unscored" ? 0 : verdict.score;
        ends.set(text, { steps, worth, right: verdict.status === "correct" });
        return [worth];
      },
    };
  };
  const search = beamSearch({ n, m, format, maxSteps, temperature: beamTemperature, scorer, selection: "best" });
  const context = { model, verifier, extract: () => null, budget: { maxTokens: beamTokens }, rng, ...stop };
  await search.solve(problem, context);
  return { problem, ends: [...ends.values()], flops: model.flops };
}

/** The shortest right chains. */
function textsOf({ problem, ends }: Beams, keep: number, model: Learner["model"]): SupervisedText[] {
  const promptTokens = model.encode(problem.prompt).length;
  return ends
    .filter(({ right }) => right)
    .map(({ steps }) => ({ tokens: model.encode(problem.prompt, steps.join("")), promptTokens }))
    .sort((a, b) => a.tokens.length - b.tokens.length)
    .slice(0, keep);
}

/** What became of every prefix of a beam that ended, in the mean over its distinct ends. */
function examplesOf({ problem, ends }: Beams): ValueExample[] {
  const sums = new Map<string, { worth: number; ends: number }>();
  for (const { steps, worth } of ends) {
    for (let s = 0; s < steps.length; s++) {
      const text = steps.slice(0, s).join("");
      const sum = sums.get(text) ?? { worth: 0, ends: 0 };
      sums.set(text, { worth: sum.worth + worth, ends: sum.ends + 1 });
    }
  }
  return [...sums].map(([text, sum]) => ({ problem, text, value: sum.worth / sum.ends }));
}
