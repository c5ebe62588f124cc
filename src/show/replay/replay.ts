/** Recorded rollouts, verified and measured: everything that `mull replay` says, as plain numbers. */

import { AGGREGATIONS, type Aggregation } from "../../core/aggregations.ts";
import { MullError } from "../../core/errors.ts";
import { Rng } from "../../core/rng.ts";
import type { ChainRecord, ProblemChains } from "../../measure/chains.ts";
import type { SampleStrategy } from "../../measure/curves.ts";
import {
  type Picks,
  picksOf,
  type Recommendation,
  type ReplayPoint,
  recommend,
  replayCurves,
  sampleSizes,
} from "../../measure/replay.ts";
import { type TextBehaviours, type TextTally, tallyText, textBehaviours } from "../../measure/text-behaviours.ts";
import { readJsonLines } from "../../store/json-lines.ts";
import { parseRollouts, type Rollouts } from "../../tasks/rollouts.ts";
import { extractFinalAnswer, judgeAnswer } from "../../verify/final-answer-verifier.ts";

export type ReplayOptions = {
  readonly seed: number;
  /** How the scores of a chain's steps become the chain's. */
  readonly aggregate: Aggregation;
  /** Problems read so far. */
  readonly onProgress?: (problems: number) => void;
  readonly signal?: AbortSignal;
};

export type Replay = {
  readonly problems: number;
  readonly chains: number;
  /** Chains that state no answer: they never vote, and are wrong. */
  readonly unanswered: number;
  /** By number of chains. */
  readonly passAtK: Readonly<Record<string, number>>;
  readonly majorityAtK: Readonly<Record<string, number>>;
  readonly weightedAtK: Readonly<Record<string, number>>;
  readonly bestOfK: Readonly<Record<string, number>>;
  /** The same with intervals and, where they were counted, tokens. */
  readonly curves: readonly ReplayPoint[];
  readonly recommended: readonly Recommendation[];
  /** From the first k chains: all of them, and below `byK` from fewer. */
  readonly picks: readonly ({ readonly id: string; readonly byK: Readonly<Record<string, Picks>> } & Picks)[];
  readonly behaviours: TextBehaviours;
  readonly aggregate: Aggregation;
  readonly seed: number;
};

/** Bounds what is held in memory: chains of all problems together. */
const MOST_CHAINS = 5_000_000;
const ONE_RECORD = "a problem's chains belong in one record; give each record an id of its own";

/**
 * Reads a file of rollouts, finds and verifies every answer, and measures.
 *
 * @throws MullError `store` where the file cannot be read, `input` for a line that is no record of rollouts
 */
export async function replay(path: string, options: ReplayOptions): Promise<Replay> {
  const problems: ProblemChains[] = [];
  const tallies: TextTally[] = [];
  const ids = new Set<string>();
  for await (const { value, line } of readJsonLines(path)) {
    options.signal?.throwIfAborted();
    const where = `${path}: line ${line}`;
    const rollouts = parseRollouts(value, where);
    const { id } = rollouts.problem;
    if (ids.has(id)) throw new MullError("input", `${where}: a second record of problem ${id}`, { hint: ONE_RECORD });
    ids.add(id);
    const chains = recordsOf(rollouts, options.aggregate);
    problems.push({ problem: { id }, chains });
    for (const [i, { text }] of rollouts.chains.entries()) tallies.push(tallyText(text, chains[i]?.correct === true));
    if (tallies.length > MOST_CHAINS) {
      throw new MullError("input", `${path}: more than ${MOST_CHAINS} chains`, { hint: "split the file" });
    }
    options.onProgress?.(problems.length);
  }
  if (problems.length === 0) {
    throw new MullError("input", `${path}: there is no record in it`, { hint: "expected one JSON object a line" });
  }
  const curves = replayCurves(problems, { rng: new Rng(options.seed).split("replay") });
  const at = (strategy: SampleStrategy): Record<string, number> =>
    Object.fromEntries(curves.filter((p) => p.strategy === strategy).map(({ n, accuracy }) => [n, accuracy]));
  return {
    problems: problems.length,
    chains: tallies.length,
    unanswered: problems.flatMap(({ chains }) => chains).filter(({ answer }) => answer === null).length,
    passAtK: at("pass@n"),
    majorityAtK: at("majority"),
    weightedAtK: at("weighted"),
    bestOfK: at("best-of-n"),
    curves,
    recommended: recommend(curves),
    picks: problems.map(({ problem, chains }) => ({
      id: problem.id,
      ...picksOf(chains, chains.length),
      byK: Object.fromEntries(sampleSizes([{ problem, chains }]).map((k) => [k, picksOf(chains, k)])),
    })),
    behaviours: textBehaviours(tallies),
    aggregate: options.aggregate,
    seed: options.seed,
  };
}

function recordsOf({ problem, chains }: Rollouts, aggregate: Aggregation): ChainRecord[] {
  return chains.map(({ text, tokens, scores }) => {
    const answer = extractFinalAnswer(text);
    const correct = judgeAnswer(problem.answer, answer).status === "correct";
    return {
      correct,
      answer,
      tokens: tokens ?? 0, // 0 is what nobody counted
      promptTokens: 0,
      solvedAt: correct ? (tokens ?? 0) : null,
      ...(scores.length === 0 ? {} : { score: AGGREGATIONS[aggregate](scores) }),
    };
  });
}
