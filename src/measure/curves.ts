/**
 * The curves of the o1 figure as plain points: accuracy against train-time compute, against the number of samples and
 * against the length of a chain. Each point carries its interval over problems and its mean FLOPs a problem, so that
 * sequential and parallel compute share one axis.
 *
 * The sample curve does not resample the model for each n: pass@n and majority@n are expectations over all n-subsets
 * of the chains at hand, so neighbouring points share their noise and the curve is smooth. "pass@n" is best-of-n by the
 * exact verifier, and it is labelled so. The length curve cuts long chains: the model does not know its budget, so a
 * chain cut at B tokens is the chain that a budget of B would have produced.
 */

import { MullError } from "../core/errors.ts";
import type { TransformerShape } from "../core/flops.ts";
import type { Rng } from "../core/rng.ts";
import { bestOfK } from "./best-of-k.ts";
import { type Interval, meanInterval, meanOf } from "./bootstrap.ts";
import {
  checkChains,
  cutAt,
  groupFlops,
  type IntervalOptions,
  intervalOptions,
  type ProblemChains,
  summarise,
} from "./chains.ts";
import { passAtK } from "./pass-at-k.ts";
import { majorityAtK, weightedAtK } from "./vote.ts";

export type CurveOptions = IntervalOptions & { readonly model: string; readonly shape: TransformerShape };

export type TrainPoint = {
  readonly step: number;
  /** Cumulative train-time FLOPs, evaluation excluded. */
  readonly flops: number;
  readonly passAt1: number;
  readonly ci: Interval;
};

/**
 * One point for each evaluation, in the order given.
 *
 * @example
 * import { Rng } from "../core/rng.ts";
 * const right = { correct: true, answer: "2+8", tokens: 40, promptTokens: 6, solvedAt: 40 };
 * const problems = [{ problem: { id: "p" }, chains: [right] }];
 * trainCurve([{ step: 0, flops: 0, problems }], { rng: new Rng(1) }).map((point) => point.passAt1); // [1]
 */
export function trainCurve(
  evaluations: readonly {
    readonly step: number;
    readonly flops: number;
    readonly problems: readonly ProblemChains[];
  }[],
  options: IntervalOptions,
): TrainPoint[] {
  return evaluations.map(({ step, flops, problems }) => {
    const { passAt1, ci } = summarise(problems, { ...options, rng: options.rng.split("train", step) });
    return { step, flops, passAt1, ci };
  });
}

/** `weighted` and `best-of-n` ask a scorer and need a score on every chain with an answer. */
export type SampleStrategy = "pass@n" | "majority" | "weighted" | "best-of-n";

export type SamplePoint = {
  readonly model: string;
  readonly strategy: SampleStrategy;
  readonly n: number;
  /** Mean per problem: one prompt and n chains of mean length. A scorer's own FLOPs are not in it. */
  readonly flops: number;
  readonly accuracy: number;
  readonly ci: Interval;
  /** Problems with at least n scored chains; the others are not in this point. */
  readonly problems: number;
};

export type SampleCurveOptions = CurveOptions & {
  /** Default 1, 2, 4, ... 64. */
  readonly samples?: readonly number[];
  /** Default pass@n and majority. */
  readonly strategies?: readonly SampleStrategy[];
};

/**
 * Accuracy against samples. A point that no problem has enough chains for is left out.
 *
 * @example
 * import { Rng } from "../core/rng.ts";
 * const shape = { vocabSize: 212, layers: 4, width: 128, heads: 4, kvHeads: 1, headDim: 32, ffnWidth: 384 };
 * const right = { correct: true, answer: "2+8", tokens: 40, promptTokens: 6, solvedAt: 40 };
 * const lost = { correct: false, answer: null, tokens: 12, promptTokens: 6, solvedAt: null };
 * const problems = [{ problem: { id: "p" }, chains: [right, lost] }];
 * const points = sampleCurve(problems, { model: "base", shape, rng: new Rng(1), samples: [1, 2], strategies: ["pass@n"] });
 * points.map((point) => point.accuracy); // [0.5, 1]
 */
export function sampleCurve(problems: readonly ProblemChains[], options: SampleCurveOptions): SamplePoint[] {
  return sampleAccuracies(problems, options).map(({ enough, ...point }) => ({
    model: options.model,
    ...point,
    flops: meanOf(enough.map((entry) => sampleFlops(entry, point.n, options.shape))),
    problems: enough.length,
  }));
}

/** A point of the sample curve before it is said what it costs, and the problems that are in it. */
export type SampleAccuracy = Pick<SamplePoint, "strategy" | "n" | "accuracy" | "ci"> & {
  readonly enough: readonly ProblemChains[];
};

/** `sampleCurve` for a model whose FLOPs are not known: accuracies alone. */
export function sampleAccuracies(
  problems: readonly ProblemChains[],
  options: Omit<SampleCurveOptions, "model" | "shape">,
): SampleAccuracy[] {
  const points: SampleAccuracy[] = [];
  for (const strategy of options.strategies ?? ["pass@n", "majority"]) {
    for (const n of options.samples ?? [1, 2, 4, 8, 16, 32, 64]) {
      const enough = problems.filter((entry) => entry.chains.length >= n);
      if (enough.length === 0) continue;
      const rng = options.rng.split("samples", strategy, n);
      const values = Float64Array.from(enough, (entry) => {
        checkChains(entry);
        return accuracyOf(strategy, entry, n, rng.split("subsets", entry.problem.id));
      });
      const { mean, ci } = meanInterval(values, intervalOptions(enough, { ...options, rng }));
      points.push({ strategy, n, accuracy: mean, ci, enough });
    }
  }
  return points;
}

function accuracyOf(strategy: SampleStrategy, { chains }: ProblemChains, n: number, rng: Rng): number {
  const rule = {
    "pass@n": () => passAtK({ n: chains.length, correct: chains.filter((chain) => chain.correct).length }, n),
    majority: () => majorityAtK(chains, n, { rng }).accuracy,
    weighted: () => weightedAtK(chains, n, { rng }).accuracy,
    "best-of-n": () => bestOfK(chains, n),
  } satisfies Record<SampleStrategy, () => number>;
  return rule[strategy]();
}

/** Expected FLOPs of n of the problem's chains: one prompt, and n times the mean over all chains. */
function sampleFlops({ chains }: ProblemChains, n: number, shape: TransformerShape): number {
  const prompt = meanOf(chains.map(({ promptTokens }) => groupFlops(shape, promptTokens, [])));
  const whole = meanOf(chains.map(({ promptTokens, tokens }) => groupFlops(shape, promptTokens, [tokens])));
  return prompt + n * (whole - prompt);
}

export type LengthPoint = {
  readonly model: string;
  /** The budget of a chain, tokens. */
  readonly maxTokens: number;
  /** Mean per problem, prompt included. */
  readonly flops: number;
  /** Mean tokens a chain really wrote within the budget. */
  readonly tokens: number;
  readonly accuracy: number;
  readonly ci: Interval;
};

export type LengthCurveOptions = CurveOptions & {
  /** The limit the chains were sampled under: what a longer budget would have brought is unknown. */
  readonly sampledTo: number;
  /** Default 32, 64, ... 1024, as far as `sampledTo`. */
  readonly budgets?: readonly number[];
};

/**
 * Accuracy against chain length. Throws `input` for a budget above `sampledTo`, or a chain longer than it.
 *
 * @example
 * import { Rng } from "../core/rng.ts";
 * const shape = { vocabSize: 212, layers: 4, width: 128, heads: 4, kvHeads: 1, headDim: 32, ffnWidth: 384 };
 * const right = { correct: true, answer: "2+8", tokens: 40, promptTokens: 6, solvedAt: 40 };
 * const problems = [{ problem: { id: "p" }, chains: [right] }];
 * const points = lengthCurve(problems, { model: "base", shape, rng: new Rng(1), sampledTo: 64 });
 * points.map((point) => [point.maxTokens, point.accuracy]); // [[32, 0], [64, 1]]
 */
export function lengthCurve(problems: readonly ProblemChains[], options: LengthCurveOptions): LengthPoint[] {
  const { sampledTo } = options;
  const budgets = options.budgets ?? [32, 64, 128, 256, 512, 1024].filter((budget) => budget <= sampledTo);
  const longest = problems.reduce((max, { chains }) => chains.reduce((m, c) => Math.max(m, c.tokens), max), 0);
  const beyond = Math.max(longest, ...budgets);
  if (beyond > sampledTo) {
    const what = longest > sampledTo ? `a chain has ${longest} tokens` : `a budget of ${beyond} tokens was asked for`;
    throw new MullError("input", `length curve: chains were sampled up to ${sampledTo} tokens, but ${what}`, {
      hint: "sample the chains with the largest budget of the curve",
    });
  }
  return budgets.map((maxTokens) => {
    const cut = cutAt(problems, options.shape, maxTokens);
    const rng = options.rng.split("length", maxTokens);
    const { mean, ci } = meanInterval(cut.accuracy, intervalOptions(problems, { ...options, rng }));
    return {
      model: options.model,
      maxTokens,
      flops: meanOf(cut.flops),
      tokens: meanOf(cut.tokens),
      accuracy: mean,
      ci,
    };
  });
}
