/**
 * Signs of collapse. A model that trains on what it wrote itself can narrow generation by generation: it says the same
 * everywhere, finds fewer ways, and what is rare is lost (Shumailov et al. 2024). What stands against it here is that only verified
 * chains are learnt and base texts are replayed (Gerstgrasser et al. 2024: data that accumulate do not collapse); what is watched is below.
 */

export type Diversity = {
  /** Distinct texts among the right chains, as a share of them; null where there are none. */
  readonly distinctChains: number | null;
  /** Distinct answers a problem that was solved, in the mean; null where none was. */
  readonly answersPerProblem: number | null;
  /** Of the policy's own chains, nats a token; null where it wrote none. */
  readonly entropy: number | null;
};

/** Right chains of a problem: their texts and canonical answers. */
export type RightChains = { readonly texts: readonly string[]; readonly answers: readonly (string | null)[] };

/**
 * @param logprobs of the tokens that the policy sampled at temperature 1: their mean, negated, estimates its entropy
 * @example
 * diversityOf([{ texts: ["a", "a", "b", "c"], answers: ["1", "1", "1", "2"] }], [-1, -3]);
 * // { distinctChains: 0.75, answersPerProblem: 2, entropy: 2 }
 */
export function diversityOf(solved: readonly RightChains[], logprobs: Iterable<number>): Diversity {
  let [chains, distinct, answers, problems] = [0, 0, 0, 0];
  for (const each of solved) {
    if (each.texts.length === 0) continue;
    problems++;
    chains += each.texts.length;
    distinct += new Set(each.texts).size;
    answers += new Set(each.answers.filter((answer) => answer !== null)).size;
  }
  let [sum, tokens] = [0, 0];
  for (const logprob of logprobs) {
    sum -= logprob;
    tokens++;
  }
  return {
    distinctChains: chains === 0 ? null : distinct / chains,
    answersPerProblem: problems === 0 ? null : answers / problems,
    entropy: tokens === 0 ? null : sum / tokens,
  };
}

/** Below this share of the first generation's value a measure is warned about. */
const HALF = 0.5;

const WATCHED = {
  distinctChains: "distinct chains among the right ones",
  answersPerProblem: "distinct answers a solved problem",
  entropy: "the policy's entropy",
} as const satisfies Record<keyof Diversity, string>;

/**
 * What has fallen to less than half of what it was in the first generation, in words.
 *
 * @example
 * const first = { distinctChains: 0.9, answersPerProblem: 2, entropy: 0.8 };
 * warningsOf(first, { ...first, entropy: 0.3 }); // ["the policy's entropy fell to 0.30 from 0.80: it may be collapsing"]
 */
export function warningsOf(first: Diversity, now: Diversity): string[] {
  return Object.entries(WATCHED).flatMap(([name, words]) => {
    const [was, is] = [first[name as keyof Diversity], now[name as keyof Diversity]];
    if (was === null || is === null || is >= HALF * was) return [];
    return [`${words} fell to ${is.toFixed(2)} from ${was.toFixed(2)}: it may be collapsing`];
  });
}
