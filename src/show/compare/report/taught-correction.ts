/**
 * Does correction that was taught differ from correction that emerged? Taught: the method imitates chains that were made to show a
 * recovery, or rewards one. Emerged: right ends, and steps by their chance of one, are all that was imitated or rewarded. The base's
 * corpus shows going back and trying again, so what emerges is more of what the base does, not something that it never did.
 *
 * A chain whose first complete attempt missed recovers where it ends right. Models that miss less miss on harder puzzles; so the two
 * kinds are compared puzzle by puzzle, on those that both missed at first, and puzzles are what the bootstrap resamples. The intervals
 * hold for these trained models on other puzzles.
 */

import { Rng } from "../../../core/rng.ts";
import { bootstrap, meanOf, pairedDifference } from "../../../measure/bootstrap.ts";
import { CORRECTIONS, type Correction } from "../../../measure/recovery.ts";
import type { CellResult } from "../cells/cell-result.ts";
import type { CellCorrections, CellRecovery } from "../cells/cell-state.ts";
import type { Comparison } from "../compare-result.ts";
import type { MethodName } from "../method-names.ts";
import type { Estimate, Standing } from "./standings.ts";

export type Origin = "taught" | "emerged";

/** Of methods that imitate neither a search nor a solver, and learn something. */
const ORIGINS: Readonly<Partial<Record<MethodName, Origin>>> = {
  filter: "emerged",
  "rest-em": "emerged",
  star: "emerged",
  evaluation: "emerged",
  "evaluation-process": "emerged",
  "filter-prm": "emerged",
  combination: "taught",
  "combination-random": "taught",
  stream: "taught",
  "self-correction": "taught",
  grpo: "emerged",
  ppo: "emerged",
};

/** A contender's chains at the end of training. */
export type Corrector = {
  readonly standing: Standing;
  readonly origin: Origin | null;
  readonly cells: readonly CellResult[];
};

/** Contenders with their cells, in the order of standings. */
export function correctorsOf({ standings, cells }: Pick<Comparison, "standings" | "cells">): Corrector[] {
  return standings.map((standing) => {
    const own = cells.filter(({ name }) => name === standing.name);
    const origins: Readonly<Record<string, Origin>> = ORIGINS;
    return { standing, origin: origins[own[0]?.method ?? ""] ?? null, cells: own };
  });
}

/** What a contender's chains do after a first attempt that missed; null where nothing was kept of it or none missed. */
export type RecoveryRow = Corrector & {
  /** Share of first complete attempts that hit. */
  readonly first: number;
  /** Of the chains whose first attempt missed, the share that ends right, over puzzles. */
  readonly recovered: Estimate;
  /** Mean tokens of such a chain, and recoveries per 1,000 tokens of all of them. */
  readonly tokens: number;
  readonly perThousandTokens: number;
};

export function recoveryRow(corrector: Corrector): RecoveryRow | null {
  const counts = summed(corrector.cells.flatMap(({ final }) => final.recovery ?? []));
  const missed = sum(counts?.missed ?? []);
  if (counts === null || missed === 0) return null;
  const { attempted, recovered, tokens } = counts;
  const rng = new Rng(1).split("recovery", corrector.standing.name);
  return {
    ...corrector,
    first: 1 - missed / sum(attempted),
    recovered: ratio(recovered, counts.missed, rng),
    tokens: sum(tokens) / missed,
    perThousandTokens: (1000 * sum(recovered)) / sum(tokens),
  };
}

/** Of the chains of one point or more whose first attempt missed, the share that ends right; null where nothing tells. */
export function recoveryRate(recoveries: readonly (CellRecovery | undefined)[]): number | null {
  const counts = summed(recoveries.flatMap((own) => own ?? []));
  const missed = sum(counts?.missed ?? []);
  return counts === null || missed === 0 ? null : sum(counts.recovered) / missed;
}

/** A figure of the two kinds, on the same puzzles. */
export type Contrast = { readonly taught: number; readonly emerged: number; readonly difference: Estimate };

export type OriginContrast = {
  readonly taught: readonly Standing[];
  readonly emerged: readonly Standing[];
  /** Puzzles that chains of both kinds missed at first. */
  readonly puzzles: number;
  /** Mean over these puzzles of the share of such chains that end right. */
  readonly recovered: Contrast;
  /** Mean tokens of such a chain, and recoveries per 1,000 tokens of all of them. */
  readonly tokens: Contrast;
  readonly perThousandTokens: Contrast;
  /** Per 100 operations of all chains; null where it was not kept problem by problem. */
  readonly behaviours: Readonly<Record<Correction, Contrast>> | null;
};

/** Puzzles below which a bootstrap over them says too little. */
const LEAST_PUZZLES = 20;
/** Of the behaviours, which are judged together. */
const BEHAVIOUR_LEVEL = 0.99;

/** Taught against emerged; null where one kind is missing, or too few puzzles were missed by both. */
export function contrastOf(correctors: readonly Corrector[]): OriginContrast | null {
  const of = (origin: Origin) => {
    const own = correctors.filter((each) => each.origin === origin && each.cells.some(({ final }) => final.recovery));
    const finals = own.flatMap(({ cells }) => cells.map(({ final }) => final));
    return {
      standings: own.map(({ standing }) => standing),
      counts: summed(finals.flatMap(({ recovery }) => recovery ?? [])),
      corrections: correctionsOf(finals.flatMap(({ corrections }) => corrections ?? [])),
    };
  };
  const [taught, emerged] = [of("taught"), of("emerged")];
  const [a, b] = [emerged.counts, taught.counts];
  if (a === null || b === null || a.missed.length !== b.missed.length) return null;
  const both = a.missed.flatMap((missed, p) => (missed > 0 && (b.missed[p] ?? 0) > 0 ? [p] : []));
  if (both.length < LEAST_PUZZLES) return null;
  const rng = new Rng(1).split("taught against emerged");
  const [from, to] = [picked(a, both), picked(b, both)];
  const rates = ({ recovered, missed }: CellRecovery): number[] => recovered.map((r, p) => r / (missed[p] as number));
  const { mean, ci } = pairedDifference(rates(from), rates(to), { rng: rng.split("recovered") });
  return {
    taught: taught.standings,
    emerged: emerged.standings,
    puzzles: both.length,
    recovered: { taught: meanOf(rates(to)), emerged: meanOf(rates(from)), difference: { value: mean, ci } },
    tokens: ratios({ of: to.tokens, by: to.missed }, { of: from.tokens, by: from.missed }, rng.split("tokens")),
    perThousandTokens: ratios(
      { of: to.recovered, by: to.tokens, times: 1000 },
      { of: from.recovered, by: from.tokens, times: 1000 },
      rng.split("per token"),
    ),
    behaviours: behavioursOf(taught.corrections, emerged.corrections, rng.split("behaviours")),
  };
}

function behavioursOf(
  taught: CellCorrections | null,
  emerged: CellCorrections | null,
  rng: Rng,
): OriginContrast["behaviours"] {
  if (taught === null || emerged === null || taught.operations.length !== emerged.operations.length) return null;
  const of = ({ operations, counts }: CellCorrections, name: Correction): Ratio => {
    return { of: counts[name], by: operations, times: 100 };
  };
  return Object.fromEntries(
    CORRECTIONS.map((name) => [name, ratios(of(taught, name), of(emerged, name), rng.split(name), BEHAVIOUR_LEVEL)]),
  ) as Record<Correction, Contrast>;
}

/** A ratio of sums over puzzles. */
type Ratio = { readonly of: readonly number[]; readonly by: readonly number[]; readonly times?: number };

function ratios(taught: Ratio, emerged: Ratio, rng: Rng, level = 0.95): Contrast {
  const value = ({ of, by, times = 1 }: Ratio, puzzles?: Int32Array): number => {
    const whole = sum(by, puzzles);
    return whole === 0 ? 0 : (times * sum(of, puzzles)) / whole;
  };
  const [a, b] = [value(emerged), value(taught)];
  const differ = (puzzles: Int32Array): number => value(taught, puzzles) - value(emerged, puzzles);
  const ci = bootstrap(taught.of.length, differ, { rng, level });
  return { taught: b, emerged: a, difference: { value: b - a, ci } };
}

function ratio(of: readonly number[], by: readonly number[], rng: Rng): Estimate {
  const all = sum(of) / sum(by);
  const value = (puzzles: Int32Array): number => {
    const whole = sum(by, puzzles);
    return whole === 0 ? all : sum(of, puzzles) / whole;
  };
  return { value: all, ci: bootstrap(of.length, value, { rng }) };
}

/** Puzzle by puzzle over all that is given; null for none, or where they are not of the same puzzles. */
function summed(counts: readonly CellRecovery[]): CellRecovery | null {
  const column = (of: (own: CellRecovery) => readonly number[]): number[] => addedUp(counts.map(of));
  if (!alike(counts.map(({ missed }) => missed))) return null;
  return {
    attempted: column(({ attempted }) => attempted),
    missed: column(({ missed }) => missed),
    recovered: column(({ recovered }) => recovered),
    tokens: column(({ tokens }) => tokens),
  };
}

function correctionsOf(counts: readonly CellCorrections[]): CellCorrections | null {
  if (!alike(counts.map(({ operations }) => operations))) return null;
  const of = (name: Correction): number[] => addedUp(counts.map(({ counts: own }) => own[name]));
  return {
    operations: addedUp(counts.map(({ operations }) => operations)),
    counts: Object.fromEntries(CORRECTIONS.map((name) => [name, of(name)])) as CellCorrections["counts"],
  };
}

function alike(rows: readonly (readonly number[])[]): boolean {
  const length = rows[0]?.length ?? 0;
  return length > 0 && rows.every((row) => row.length === length);
}

function addedUp(rows: readonly (readonly number[])[]): number[] {
  return (rows[0] ?? []).map((_, i) => sum(rows.map((row) => row[i] ?? 0)));
}

function picked(counts: CellRecovery, puzzles: readonly number[]): CellRecovery {
  const of = (row: readonly number[]): number[] => puzzles.map((p) => row[p] as number);
  const { attempted, missed, recovered, tokens } = counts;
  return { attempted: of(attempted), missed: of(missed), recovered: of(recovered), tokens: of(tokens) };
}

function sum(values: readonly number[], at?: Int32Array): number {
  let total = 0;
  if (at === undefined) for (const value of values) total += value;
  else for (const i of at) total += values[i] as number;
  return total;
}
