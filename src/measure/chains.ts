/**
 * The measured chains of one model, as plain records, and what is read off them problem by problem. Every curve, table
 * and control starts here, so that all of them count accuracy, tokens and FLOPs alike.
 *
 * FLOPs follow core/flops: each token of prompt and chain is one forward pass at its position. A problem's chains share
 * their prompt, which counts once. (The last token of a chain is never fed back, so this is at most one token too many.)
 */

import { MullError } from "../core/errors.ts";
import { forwardFlops, type TransformerShape } from "../core/flops.ts";
import { type BootstrapOptions, type Interval, meanInterval } from "./bootstrap.ts";

/** One scored chain. A chain that the verifier could not score is left out: it is evidence of nothing. */
export type ChainRecord = {
  readonly correct: boolean;
  /** Canonical answer; null where the chain gave none. */
  readonly answer: string | null;
  /** Tokens written after the prompt. */
  readonly tokens: number;
  readonly promptTokens: number;
  /** Tokens written when the correct answer was complete; null for a chain that is not correct. */
  readonly solvedAt: number | null;
  /** A scorer's opinion, where one was asked. */
  readonly score?: number;
};

export type ProblemChains = {
  readonly problem: { readonly id: string; readonly tags?: Readonly<Record<string, string>> };
  readonly chains: readonly ChainRecord[];
};

/** One number per problem, in the problems' order. */
export type PerProblem = {
  /** Share of correct chains. */
  readonly accuracy: Float64Array;
  /** Mean tokens of a chain. */
  readonly tokens: Float64Array;
  /** Mean FLOPs of a chain, its prompt included. */
  readonly flops: Float64Array;
};

export type Summary = { readonly passAt1: number; readonly ci: Interval /** Problems. */; readonly n: number };

/** How intervals are drawn; `strata` names the tag whose groups keep their size in every resample. */
export type IntervalOptions = Pick<BootstrapOptions, "rng" | "resamples" | "level"> & { readonly stratifyBy?: string };

/** FLOPs of a prompt, once, and of each of several chains of the given lengths after it. */
export function groupFlops(shape: TransformerShape, promptTokens: number, lengths: readonly number[]): number {
  return lengths.reduce(
    (sum, tokens) => sum + forwardFlops(shape, promptTokens, promptTokens + tokens),
    forwardFlops(shape, 0, promptTokens),
  );
}

/**
 * Each problem's accuracy, tokens and FLOPs when every chain is stopped after `budget` tokens. A chain counts as
 * correct where its answer was complete by then. Without a budget, the chains as they are.
 *
 * @example
 * const shape = { vocabSize: 212, layers: 4, width: 128, heads: 4, kvHeads: 1, headDim: 32, ffnWidth: 384 };
 * const chain = { correct: true, answer: "a", tokens: 9, promptTokens: 4, solvedAt: 9 };
 * cutAt([{ problem: { id: "p" }, chains: [chain] }], shape, 8).accuracy; // [0]
 */
export function cutAt(
  problems: readonly ProblemChains[],
  shape: TransformerShape,
  budget = Number.POSITIVE_INFINITY,
): PerProblem {
  const out = {
    accuracy: new Float64Array(problems.length),
    tokens: new Float64Array(problems.length),
    flops: new Float64Array(problems.length),
  };
  problems.forEach((entry, i) => {
    checkChains(entry);
    const share = 1 / entry.chains.length;
    for (const { tokens, promptTokens, solvedAt } of entry.chains) {
      const spent = Math.min(tokens, budget);
      if (solvedAt !== null && solvedAt <= budget) out.accuracy[i]! += share;
      out.tokens[i]! += share * spent;
      out.flops[i]! += share * groupFlops(shape, promptTokens, [spent]);
    }
    out.accuracy[i] = Math.min(1, out.accuracy[i]!);
  });
  return out;
}

/** Each problem's share of correct chains, which is its pass@1. */
export function accuracies(problems: readonly ProblemChains[]): Float64Array {
  return Float64Array.from(problems, (entry) => {
    checkChains(entry);
    return entry.chains.filter((chain) => chain.correct).length / entry.chains.length;
  });
}

/**
 * Mean pass@1 over problems, with its interval.
 *
 * @example
 * import { Rng } from "../core/rng.ts";
 * const chain = { correct: true, answer: "a", tokens: 9, promptTokens: 4, solvedAt: 9 };
 * summarise([{ problem: { id: "p" }, chains: [chain] }], { rng: new Rng(1) }).passAt1; // 1
 */
export function summarise(problems: readonly ProblemChains[], options: IntervalOptions): Summary {
  const { mean, ci } = meanInterval(accuracies(problems), intervalOptions(problems, options));
  return { passAt1: mean, ci, n: problems.length };
}

/** `summarise` for each value of a tag, such as "n"; values in ascending order, problems without the tag left out. */
export function summariseBy(
  problems: readonly ProblemChains[],
  tag: string,
  options: IntervalOptions,
): Record<string, Summary> {
  const values = [...new Set(problems.map((entry) => entry.problem.tags?.[tag]))].filter((v) => v !== undefined);
  values.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const of = (value: string): readonly ProblemChains[] => problems.filter((e) => e.problem.tags?.[tag] === value);
  return Object.fromEntries(values.map((v) => [v, summarise(of(v), { ...options, rng: options.rng.split(tag, v) })]));
}

/** Bootstrap options for these problems, the stratum labels read from their tags. */
export function intervalOptions(problems: readonly ProblemChains[], options: IntervalOptions): BootstrapOptions {
  const { stratifyBy, ...rest } = options;
  if (stratifyBy === undefined) return rest;
  return { ...rest, strata: problems.map((entry) => entry.problem.tags?.[stratifyBy] ?? "") };
}

/** Throws `input` where a problem has no chains or a chain contradicts itself. */
export function checkChains({ problem, chains }: ProblemChains): void {
  if (chains.length === 0) {
    throw new MullError("input", `problem ${problem.id} has no scored chain`, {
      hint: "sample it again or leave the problem out, and say how many were left out",
    });
  }
  for (const [i, chain] of chains.entries()) {
    const { correct, tokens, promptTokens, solvedAt } = chain;
    const sound = tokens >= 0 && promptTokens >= 0 && correct === (solvedAt !== null) && (solvedAt ?? 0) <= tokens;
    if (sound) continue;
    const came = `correct ${correct}, solvedAt ${solvedAt}, tokens ${tokens}, promptTokens ${promptTokens}`;
    throw new MullError("input", `chain ${i} of problem ${problem.id} contradicts itself: ${came}`, {
      hint: "a correct chain has solvedAt <= tokens, any other has solvedAt null, and no count is negative",
    });
  }
}
