/**
 * The control: how much of the gain is only not giving up, and how much is better thinking.
 *
 * A trained model may be better merely because it goes on where the base gives up. So the base is forced to go on
 * (budget forcing: where it would give up, it is made to go back; Muennighoff et al. 2025, "s1"), and its forced chains
 * are cut at a ladder of budgets. That gives its accuracy as a function of mean tokens a problem, interpolated linearly
 * in log tokens. Read at the trained model's own mean tokens F it says what the base reaches at equal length:
 *
 *   not giving up = (forced(F) - base) / (final - base),   better thinking = (final - forced(F)) / (final - base)
 *
 * The two add to 1. Neither is held to [0, 1]: a share above 1 means that training lost something besides. The interval
 * resamples problems, the same ones for base, forced base and trained model. Where the forced base never spends as many
 * tokens, its last point stands in, unextrapolated, and `matched` is false. A gain that is not clearly positive has no
 * shares: they are null, and `remark` says so.
 */

import { MullError } from "../core/errors.ts";
import type { TransformerShape } from "../core/flops.ts";
import { type Interval, meanOfPicked, quantile, replicates } from "./bootstrap.ts";
import { cutAt, type IntervalOptions, intervalOptions, type PerProblem, type ProblemChains } from "./chains.ts";

export type GainInput = {
  /** The base as it is, the base forced to go on, the trained model: the same problems in the same order. */
  readonly base: readonly ProblemChains[];
  readonly forced: readonly ProblemChains[];
  readonly final: readonly ProblemChains[];
  /** The token limit under which the forced chains were sampled. */
  readonly sampledTo: number;
  readonly shape: TransformerShape;
};

export type Gain = {
  /** Mean tokens a problem. `forced` equals `final` where the two could be matched. */
  readonly tokensPerProblem: { readonly base: number; readonly forced: number; readonly final: number };
  /** Mean FLOPs a problem of one chain, prompt included, `forced` interpolated like its accuracy. */
  readonly flopsPerProblem: { readonly base: number; readonly forced: number; readonly final: number };
  /** The forced base at that many tokens. */
  readonly forced: { readonly passAt1: number; readonly ci: Interval; readonly n: number };
  /** Final pass@1 less base pass@1, with its paired interval. */
  readonly gain: number;
  readonly gainCi: Interval;
  readonly shareNotGivingUp: number | null;
  /** Null where some resamples have no gain to share out. */
  readonly shareCi: Interval | null;
  readonly shareBetterThinking: number | null;
  /** Whether the forced base reached the trained model's tokens. */
  readonly matched: boolean;
  readonly remark: string;
};

/**
 * Splits the gain. Throws `input` where the three sets of problems differ.
 *
 * @example
 * import { Rng } from "../core/rng.ts";
 * const shape = { vocabSize: 212, layers: 4, width: 128, heads: 4, kvHeads: 1, headDim: 32, ffnWidth: 384 };
 * const chain = (tokens: number, correct: boolean) => {
 *   return { correct, answer: correct ? "a" : null, tokens, promptTokens: 6, solvedAt: correct ? tokens : null };
 * };
 * const ask = (chains: readonly ReturnType<typeof chain>[]) => chains.map((c, i) => ({ problem: { id: `${i}` }, chains: [c] }));
 * const base = ask([chain(10, true), chain(10, false), chain(10, false), chain(10, false)]);
 * const forced = ask([chain(10, true), chain(50, true), chain(70, false), chain(70, false)]);
 * const final = ask([chain(20, true), chain(50, true), chain(60, true), chain(70, true)]);
 * const split = splitGain({ base, forced, final, sampledTo: 70, shape }, { rng: new Rng(1) });
 * split.shareNotGivingUp; // 0.3333
 */
export function splitGain(input: GainInput, options: IntervalOptions): Gain {
  checkSameProblems(input);
  const n = input.base.length;
  const base = cutAt(input.base, input.shape);
  const final = cutAt(input.final, input.shape);
  const ladder = ladderTo(input.sampledTo).map((budget) => cutAt(input.forced, input.shape, budget));

  const split = (picked: Int32Array): Split => {
    const finalTokens = meanOfPicked(final.tokens, picked);
    const forced = forcedAt(ladder, picked, finalTokens);
    const ends = { base: meanOfPicked(base.accuracy, picked), final: meanOfPicked(final.accuracy, picked) };
    return { ...ends, forced: forced.accuracy, tokens: forced.tokens, flops: forced.flops };
  };

  const everyone = Int32Array.from({ length: n }, (_, i) => i);
  const whole = split(everyone);
  const mean = (values: Float64Array): number => meanOfPicked(values, everyone);
  const finalTokens = mean(final.tokens);
  const matched = Math.abs(whole.tokens - finalTokens) < 1e-9 * finalTokens;
  const gain = whole.final - whole.base;

  const rows: Split[] = [];
  const boot = intervalOptions(input.base, options);
  replicates(n, (picked) => rows.push(split(picked)), boot);
  const tail = (1 - (options.level ?? 0.95)) / 2;
  const interval = (values: number[]): Interval => {
    const ascending = Float64Array.from(values).sort();
    return [quantile(ascending, tail), quantile(ascending, 1 - tail)];
  };
  const gainCi = interval(rows.map((row) => row.final - row.base));
  const share = gain > 0 && gainCi[0] > 0 ? (whole.forced - whole.base) / gain : null;
  const bounded = share !== null && rows.every((row) => row.final > row.base);

  return {
    tokensPerProblem: { base: mean(base.tokens), forced: whole.tokens, final: finalTokens },
    flopsPerProblem: { base: mean(base.flops), forced: whole.flops, final: mean(final.flops) },
    forced: { passAt1: whole.forced, ci: interval(rows.map((row) => row.forced)), n },
    gain,
    gainCi,
    shareNotGivingUp: share,
    shareCi: bounded ? interval(rows.map((row) => (row.forced - row.base) / (row.final - row.base))) : null,
    shareBetterThinking: share === null ? null : 1 - share,
    matched,
    remark: remarkOn(share, matched, whole.tokens, finalTokens),
  };
}

/** Pass@1 of the three on one resample, and what the forced base spends there. */
type Split = Readonly<Record<"base" | "forced" | "final" | "tokens" | "flops", number>>;

/**
 * The forced base where it spends `tokens` a problem in the mean, interpolated in log tokens between two rungs of the
 * ladder; `tokens` of the result is what it really stands for, as the ends of the ladder are not passed.
 */
function forcedAt(ladder: readonly PerProblem[], picked: Int32Array, tokens: number): Record<keyof PerProblem, number> {
  const reached = (rung: PerProblem): number => meanOfPicked(rung.tokens, picked);
  // The first rung that spends enough: mean tokens grow with the budget.
  let [lo, hi] = [0, ladder.length - 1];
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (reached(ladder[mid]!) >= tokens) hi = mid;
    else lo = mid + 1;
  }
  const above = pointOf(ladder[lo]!, picked);
  const below = lo === 0 ? above : pointOf(ladder[lo - 1]!, picked);
  if (above.tokens <= tokens || below.tokens >= tokens || below.tokens === 0) return above;
  const along = Math.log(tokens / below.tokens) / Math.log(above.tokens / below.tokens);
  const between = (field: keyof PerProblem): number => below[field] + along * (above[field] - below[field]);
  return { accuracy: between("accuracy"), flops: between("flops"), tokens };
}

function pointOf(rung: PerProblem, picked: Int32Array): Record<keyof PerProblem, number> {
  return {
    accuracy: meanOfPicked(rung.accuracy, picked),
    tokens: meanOfPicked(rung.tokens, picked),
    flops: meanOfPicked(rung.flops, picked),
  };
}

/** Whole budgets from 1 token to the limit, eight an octave: fine enough that interpolating between them is harmless. */
function ladderTo(limit: number): number[] {
  if (!(limit >= 1)) {
    throw new MullError("input", `gain: expected forced chains of at least 1 token, got a limit of ${limit}`, {
      hint: "pass the token limit the forced chains were sampled under",
    });
  }
  const rungs = new Set<number>();
  for (let i = 0; 2 ** (i / 8) < limit; i++) rungs.add(Math.round(2 ** (i / 8)));
  rungs.add(limit);
  return [...rungs].sort((a, b) => a - b);
}

function remarkOn(share: number | null, matched: boolean, forcedTokens: number, finalTokens: number): string {
  if (share === null) return "the gain is not clearly above zero, so there is nothing to share out";
  const percent = Math.round(100 * share);
  const words =
    share <= 0
      ? "none of the gain is only not giving up: the base forced to go on does no better than the base"
      : share >= 1
        ? "all of the gain is not giving up: the base forced to go on does as well as the trained model"
        : `${percent}% of the gain is only not giving up, ${100 - percent}% is better thinking`;
  if (matched) return words;
  return `${words} (the forced base spends ${forcedTokens.toFixed(0)} tokens a problem, the trained model ${finalTokens.toFixed(0)}: not matched)`;
}

function checkSameProblems({ base, forced, final }: GainInput): void {
  const ids = (problems: readonly ProblemChains[]): string => JSON.stringify(problems.map((entry) => entry.problem.id));
  if (base.length > 0 && ids(base) === ids(forced) && ids(base) === ids(final)) return;
  const counts = `${base.length} base, ${forced.length} forced, ${final.length} final`;
  throw new MullError("input", `gain: expected the same problems in the same order three times, got ${counts}`, {
    hint: "measure base, forced base and trained model on one list of problems, and drop an unscored problem from all",
  });
}
