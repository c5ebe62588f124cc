/**
 * From cells to findings: what each contender gained, for how much of what, and with which certainty. Intervals are of a bootstrap
 * over seeds and problems both: a seed is drawn, then its problems, so that they hold for another run and for other problems.
 */

import { Rng } from "../../../core/rng.ts";
import type { Behaviour } from "../../../measure/behaviours.ts";
import { type Interval, quantile } from "../../../measure/bootstrap.ts";
import { leastSquares } from "../../../measure/least-squares.ts";
import type { CellResult } from "../cells/cell-result.ts";
import type { CellFinal } from "../cells/cell-state.ts";
import type { Hypothesis } from "../method.ts";
import { type Budget, pointsByShare } from "./curve-points.ts";

/** Who takes part, as tables and legends tell it. */
export type Who = {
  readonly name: string;
  readonly title: string;
  readonly hypothesis: Hypothesis;
  readonly summary: string;
};

/** A finished cell, or one that failed and why. */
export type Cell = {
  readonly who: Who;
  readonly seed: number;
  readonly result: CellResult | null;
  readonly failure: string | null;
};

/** A number with its 95% interval. */
export type Estimate = { readonly value: number; readonly ci: Interval };

/** A contender over all its seeds. */
export type Standing = Who & {
  readonly seeds: readonly number[];
  readonly failures: readonly string[];
  readonly passAt1: Estimate;
  /** Over the base, on the same problems. */
  readonly gain: Estimate;
  /** Seed by seed, in their order, with the interval over problems. */
  readonly gainBySeed: readonly Estimate[];
  /** pass@n for the most chains: does it narrow? */
  readonly passAtN: Estimate & { readonly n: number };
  /** Over the base's with as many chains; null where no base was measured with them. */
  readonly passAtNGain: Estimate | null;
  /** pass@1 by how many numbers a puzzle has. */
  readonly byN: Readonly<Record<string, number>>;
  /** Accuracy per tenfold train-time compute, of a line through the points; null without training. */
  readonly perTenfold: Estimate | null;
  /** Means over seeds. */
  readonly tokens: number;
  readonly trainFlops: number;
  readonly verifierCalls: number;
  readonly problems: number;
  readonly seconds: number;
  readonly behaviours: Readonly<Record<Behaviour, { readonly perChain: number; readonly per100Operations: number }>>;
  readonly curve: readonly CurvePoint[];
};

/** A point of the train-time curve, the mean over seeds. */
export type CurvePoint = { readonly flops: number; readonly passAt1: number; readonly ci: Interval };

const RESAMPLES = 1000;

/** The standing of each contender, best first. */
export function standingsOf(cells: readonly Cell[], budget: Budget): Standing[] {
  const groups = [...Map.groupBy(cells, ({ who }) => who.name).values()];
  const baseline = baseOf(cells);
  return groups
    .flatMap((own): Standing[] => {
      const done = own.flatMap(({ result }) => result ?? []);
      const failures = own.flatMap(({ seed, failure }) => (failure === null ? [] : [`seed ${seed}: ${failure}`]));
      if (done.length === 0 || baseline === null) return [];
      const { name, title, hypothesis, summary } = (own[0] as Cell).who;
      const rng = new Rng(1).split(name);
      const finals = done.map(({ final }) => final);
      const rows = finals.map(({ byProblem }) => byProblem);
      const most = finals[0]?.passAtN.n ?? 1;
      const bySome = baseline.solved.get(most);
      return [
        {
          name,
          title,
          hypothesis,
          summary,
          seeds: done.map(({ seed }) => seed),
          failures,
          passAt1: estimate(rows, rng.split("pass@1")),
          gain: estimate(differences(rows, baseline.accuracy), rng.split("gain")),
          gainBySeed: differences(rows, baseline.accuracy).map((row, i) => estimate([row], rng.split("seed", i))),
          passAtN: { n: most, ...estimate(solvedRows(finals), rng.split("pass@n")) },
          passAtNGain:
            bySome === undefined ? null : estimate(differences(solvedRows(finals), bySome), rng.split("pass@n gain")),
          byN: byNumbers(finals),
          perTenfold: perTenfold(done, rng.split("slope")),
          tokens: mean(finals.map(({ tokens }) => tokens)),
          trainFlops: mean(done.map(({ flops }) => flops)),
          verifierCalls: mean(done.map(({ verifierCalls }) => verifierCalls)),
          problems: mean(done.map(({ problems }) => problems)),
          seconds: mean(done.map(({ seconds }) => seconds)),
          behaviours: meanBehaviours(finals),
          curve: curveOf(done, budget, rng.split("curve")),
        },
      ];
    })
    .sort((a, b) => b.passAt1.value - a.passAt1.value);
}

/** The base's accuracy and, by chains, whether any of so many solved a problem, means over its seeds: what gains are measured from. */
function baseOf(
  cells: readonly Cell[],
): { readonly accuracy: readonly number[]; readonly solved: ReadonlyMap<number, readonly number[]> } | null {
  const results = cells.flatMap(({ result }) => result ?? []);
  const finals = results.filter(({ step }) => step === 0).map(({ final }) => final);
  if (finals.length > 0) {
    const bySamples = Map.groupBy(finals, ({ passAtN }) => passAtN.n);
    const solved = new Map([...bySamples].map(([n, own]) => [n, meanRow(solvedRows(own))]));
    return { accuracy: meanRow(finals.map(({ byProblem }) => byProblem)), solved };
  }
  // Without a base among the contenders, its point of the curve has to do, which tells nothing of many chains.
  const first = results.flatMap(({ points }) => points.slice(0, 1));
  if (first.length === 0) return null;
  return { accuracy: meanRow(first.map(({ byProblem }) => byProblem)), solved: new Map() };
}

function solvedRows(finals: readonly CellFinal[]): number[][] {
  return finals.map(({ byProblem }) => byProblem.map((rate) => (rate > 0 ? 1 : 0)));
}

function differences(rows: readonly (readonly number[])[], base: readonly number[]): number[][] {
  return rows.map((row) => row.map((value, i) => value - (base[i] ?? 0)));
}

/** A mean over seeds and problems, [seeds][problems], with its interval. */
function estimate(rows: readonly (readonly number[])[], rng: Rng): Estimate {
  const replicates = resampled(rows, rng, (drawn) => mean(drawn));
  return { value: mean(rows.flat()), ci: intervalOf(replicates) };
}

/** A statistic of rows drawn again with replacement: seeds first, then problems, the same ones in each. */
function resampled(
  rows: readonly (readonly number[])[],
  rng: Rng,
  statistic: (values: readonly number[]) => number,
): number[] {
  const problems = rows[0]?.length ?? 0;
  return Array.from({ length: RESAMPLES }, () => {
    const seeds = rows.map(() => rows[rng.int(rows.length)] as readonly number[]);
    const picked = Array.from({ length: problems }, () => rng.int(problems));
    return statistic(seeds.map((row) => mean(picked.map((p) => row[p] ?? 0))));
  });
}

function intervalOf(values: readonly number[]): Interval {
  const ascending = Float64Array.from(values).sort();
  return [quantile(ascending, 0.025), quantile(ascending, 0.975)];
}

/** The slope of a line through all points with compute, in accuracy per tenfold. */
function perTenfold(done: readonly CellResult[], rng: Rng): Estimate | null {
  const points = done.map(({ points: own }) => own.filter(({ flops }) => flops > 0));
  if (points.every((own) => own.length < 2)) return null;
  const slope = (value: (row: readonly number[]) => number, of: readonly (typeof points)[number][]): number => {
    const xy = of.flat().map(({ flops, byProblem }) => ({ x: Math.log10(flops), y: value(byProblem) }));
    return leastSquares(xy, 1)?.coefficients[1] ?? 0;
  };
  const problems = points[0]?.[0]?.byProblem.length ?? 0;
  const drawn = Array.from({ length: RESAMPLES }, () => {
    const seeds = points.map(() => points[rng.int(points.length)] as (typeof points)[number]);
    const picked = Array.from({ length: problems }, () => rng.int(problems));
    return slope((row) => mean(picked.map((p) => row[p] ?? 0)), seeds);
  });
  return { value: slope(mean, points), ci: intervalOf(drawn) };
}

/** Points of the same share of the budget, over all seeds. */
function curveOf(done: readonly CellResult[], budget: Budget, rng: Rng): CurvePoint[] {
  return pointsByShare(done, budget).map((at, i) => {
    const { value, ci } = estimate(
      at.map(({ byProblem }) => byProblem),
      rng.split(i),
    );
    return { flops: mean(at.map(({ flops }) => flops)), passAt1: value, ci };
  });
}

function byNumbers(finals: readonly CellFinal[]): Record<string, number> {
  const names = Object.keys(finals[0]?.byN ?? {});
  return Object.fromEntries(names.map((n) => [n, mean(finals.map(({ byN }) => byN[n]?.passAt1 ?? 0))]));
}

function meanBehaviours(finals: readonly CellFinal[]): Standing["behaviours"] {
  const names = Object.keys(finals[0]?.behaviours ?? {}) as Behaviour[];
  const of = (name: Behaviour) => ({
    perChain: mean(finals.map(({ behaviours }) => behaviours[name]?.perChain ?? 0)),
    per100Operations: mean(finals.map(({ behaviours }) => behaviours[name]?.per100Operations ?? 0)),
  });
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Standing["behaviours"];
}

function meanRow(rows: readonly (readonly number[])[]): number[] {
  return (rows[0] ?? []).map((_, i) => mean(rows.map((row) => row[i] ?? 0)));
}

export function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
}
