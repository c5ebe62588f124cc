/** What a corpus is made of, measured by writing some of it: the mediocre thinker's success and the length of its chains. */

import type { Rng } from "../../core/rng.ts";
import { BASE_CORPUS, CORPUS_KINDS, type CorpusKind, type CorpusOptions, corpusItems } from "./corpus.ts";
import type { Outcome } from "./thinker.ts";

export type ThinkerProfile = {
  readonly traces: number;
  /** Share of search traces that are correct. */
  readonly passAt1: number;
  /** Share of each ending. */
  readonly outcomes: Readonly<Record<Outcome, number>>;
  /** Tokens of a chain, the prompt not counted. */
  readonly meanTokens: number;
  readonly quantiles: Readonly<Record<"p10" | "p50" | "p90" | "p99" | "max", number>>;
};

export type CorpusProfile = {
  readonly texts: number;
  /** `<bos>` and prompts included. */
  readonly tokens: number;
  readonly shareOfTokens: Readonly<Record<CorpusKind, number>>;
  /** The thinker, by how many numbers the puzzle has. */
  readonly thinker: Readonly<Record<string, ThinkerProfile>>;
  /** Mean over the sizes, each counted once. */
  readonly passAt1: number;
};

/**
 * @example
 * profileCorpus(new Rng(1), 1000).passAt1; // the share a mediocre thinker solves
 */
export function profileCorpus(rng: Rng, texts: number, options: CorpusOptions = BASE_CORPUS): CorpusProfile {
  const tokens: Record<CorpusKind, number> = { search: 0, direct: 0, pair: 0, drill: 0 };
  const traces = new Map<string, { length: number; outcome: Outcome }[]>();
  for (const item of corpusItems(rng, options).take(texts)) {
    tokens[item.kind] += item.tokens.length;
    if (item.outcome === undefined || item.puzzle === undefined) continue;
    const n = String(item.puzzle.numbers.length);
    const list = traces.get(n) ?? [];
    if (list.length === 0) traces.set(n, list);
    list.push({ length: item.tokens.length - item.promptTokens, outcome: item.outcome });
  }
  const total = CORPUS_KINDS.reduce((sum, kind) => sum + tokens[kind], 0);
  const thinker = Object.fromEntries([...traces].map(([n, list]) => [n, profileTraces(list)]));
  const rates = Object.values(thinker).map(({ passAt1 }) => passAt1);
  return {
    texts,
    tokens: total,
    shareOfTokens: {
      search: tokens.search / total,
      direct: tokens.direct / total,
      pair: tokens.pair / total,
      drill: tokens.drill / total,
    },
    thinker,
    passAt1: rates.reduce((sum, rate) => sum + rate, 0) / Math.max(1, rates.length),
  };
}

function profileTraces(list: readonly { readonly length: number; readonly outcome: Outcome }[]): ThinkerProfile {
  const lengths = list.map(({ length }) => length).sort((x, y) => x - y);
  const at = (q: number): number => lengths[Math.min(lengths.length - 1, Math.floor(q * lengths.length))] as number;
  const share = (outcome: Outcome): number => list.filter((trace) => trace.outcome === outcome).length / list.length;
  return {
    traces: list.length,
    passAt1: share("solved"),
    outcomes: {
      solved: share("solved"),
      "false-success": share("false-success"),
      "gave-up": share("gave-up"),
      cut: share("cut"),
    },
    meanTokens: lengths.reduce((sum, length) => sum + length, 0) / lengths.length,
    quantiles: { p10: at(0.1), p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) },
  };
}
