/**
 * What recorded chains say about test-time compute: what each strategy reaches with n chains, what it picks from the
 * first k, and which one to take for a budget of tokens. No model is asked.
 *
 * The curves are expectations over all n-subsets of a problem's chains. The picks look at the first k chains alone, as
 * search-and-learn does (Beeching, Tunstall & Rush 2024), so that its recorded picks can be compared:
 * `naive` is the answer of the highest score, `weighted` that of the largest sum of scores, `majority` that of most votes.
 */

import type { Rng } from "../core/rng.ts";
import { type Interval, meanOf } from "./bootstrap.ts";
import type { ChainRecord, ProblemChains } from "./chains.ts";
import { type SampleStrategy, sampleAccuracies } from "./curves.ts";

export type ReplayPoint = {
  readonly strategy: SampleStrategy;
  readonly n: number;
  readonly accuracy: number;
  readonly ci: Interval;
  /** Mean tokens a problem; null where some chains were not counted. */
  readonly tokens: number | null;
  readonly problems: number;
};

export type Picks = {
  readonly naive: string | null;
  readonly weighted: string | null;
  readonly majority: string | null;
};

/** Those that need no exact verifier at test time. */
const DEPLOYABLE: readonly SampleStrategy[] = ["majority", "weighted", "best-of-n"];

/**
 * Every strategy that the records support at 1, 2, 4, ... chains and at as many as every problem has: majority and pass@n
 * always, weighted majority and best-of-n where every chain has a score.
 */
export function replayCurves(problems: readonly ProblemChains[], options: { readonly rng: Rng }): ReplayPoint[] {
  const scored = problems.every(({ chains }) => chains.every(({ score }) => score !== undefined));
  const counted = problems.every(({ chains }) => chains.every(({ tokens }) => tokens > 0));
  const strategies: SampleStrategy[] = ["pass@n", "majority", ...(scored ? (["weighted", "best-of-n"] as const) : [])];
  const points = sampleAccuracies(problems, { ...options, strategies, samples: sampleSizes(problems) });
  return points.map(({ enough, ...point }) => {
    const mean = meanOf(enough.map(({ chains }) => meanOf(chains.map(({ tokens }) => tokens))));
    return { ...point, tokens: counted ? point.n * mean : null, problems: enough.length };
  });
}

/**
 * 1, 2, 4, ... up to the fewest chains that a problem has, which comes last: every point is of all problems.
 *
 * @example
 * const chain = { correct: true, answer: "a", tokens: 9, promptTokens: 0, solvedAt: 9 };
 * sampleSizes([{ problem: { id: "p" }, chains: Array(6).fill(chain) }]); // [1, 2, 4, 6]
 */
export function sampleSizes(problems: readonly ProblemChains[]): number[] {
  const fewest = problems.reduce((least, { chains }) => Math.min(least, chains.length), Number.POSITIVE_INFINITY);
  const sizes: number[] = [];
  for (let n = 1; n < fewest; n *= 2) sizes.push(n);
  return [...sizes, fewest];
}

/**
 * The picks from the first k chains. Of equals the first chain's answer wins; a chain without an answer is never picked,
 * and without scores there is neither a naive nor a weighted pick.
 *
 * @example
 * const chain = (answer: string, score: number) => ({ correct: false, answer, score, tokens: 0, promptTokens: 0, solvedAt: null });
 * picksOf([chain("a", 0.9), chain("b", 0.5), chain("b", 0.6)], 3); // { naive: "a", weighted: "b", majority: "b" }
 */
export function picksOf(chains: readonly ChainRecord[], k: number): Picks {
  const first = chains.slice(0, k);
  const by = (weigh: (chain: ChainRecord) => number, join: (a: number, b: number) => number): string | null =>
    heaviest(
      first.map((chain) => [chain.answer, weigh(chain)]),
      join,
    );
  const majority = by(() => 1, plus);
  if (first.some(({ score }) => score === undefined)) return { naive: null, weighted: null, majority };
  const scoreOf = (chain: ChainRecord): number => chain.score as number;
  return { naive: by(scoreOf, Math.max), weighted: by(scoreOf, plus), majority };
}

const plus = (a: number, b: number): number => a + b;

/** The answer with the largest weight, equal answers put together by `join`. Sums that differ by rounding alone tie. */
function heaviest(
  votes: readonly (readonly [string | null, number])[],
  join: (a: number, b: number) => number,
): string | null {
  const weights = new Map<string, number>();
  for (const [answer, weight] of votes) {
    if (answer === null) continue;
    const before = weights.get(answer);
    weights.set(answer, before === undefined ? weight : join(before, weight));
  }
  let best: string | null = null;
  let most = Number.NEGATIVE_INFINITY;
  for (const [answer, weight] of weights) {
    if (best !== null && weight <= most + 1e-12 * Math.abs(most)) continue;
    best = answer;
    most = weight;
  }
  return best;
}

export type Recommendation = {
  /** Tokens a problem, at most. */
  readonly budget: number;
  readonly strategy: SampleStrategy | "single";
  readonly n: number;
  readonly tokens: number;
  readonly accuracy: number;
  readonly ci: Interval;
};

/**
 * For each budget the most accurate of what fits into it, the cheapest of equals; pass@n is left out, as it needs an exact
 * verifier. Budgets are those at which the recommendation changes. Empty where tokens were not counted.
 */
export function recommend(points: readonly ReplayPoint[]): Recommendation[] {
  const candidates = points
    .filter(({ strategy, tokens }) => tokens !== null && DEPLOYABLE.includes(strategy))
    .toSorted((a, b) => (a.tokens as number) - (b.tokens as number) || b.accuracy - a.accuracy);
  const chosen: Recommendation[] = [];
  for (const { strategy, n, accuracy, ci, tokens } of candidates) {
    if (accuracy <= (chosen.at(-1)?.accuracy ?? Number.NEGATIVE_INFINITY) + 1e-12) continue;
    const cost = tokens as number;
    chosen.push({ budget: Math.ceil(cost), strategy: n === 1 ? "single" : strategy, n, tokens: cost, accuracy, ci });
  }
  return chosen;
}
