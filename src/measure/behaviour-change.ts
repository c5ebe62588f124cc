/**
 * Behaviours of a base model against a trained one: amplified, reduced, unchanged, emerged or absent.
 *
 * A rate is a ratio of sums, per 100 operations or per chain as the behaviour says, so that longer chains do not look
 * like more of everything. The difference of the rates has a bootstrap interval over problems at level 0.99 (ten
 * behaviours are judged at once); a change is called one only where the interval leaves zero out.
 *
 * `emerged` is claimed only of what the base CORPUS never shows, in a corpus large enough to say so: at least 5 trained
 * chains show it, their share's lower Wilson bound lies above the upper bound that 0 of the corpus's chains leaves open,
 * and the rate is above the base model's. Whatever the corpus contains at all is amplified at most.
 */

import { MullError } from "../core/errors.ts";
import { BEHAVIOUR_NAMES, BEHAVIOURS, type Behaviour, type BehaviourTally } from "./behaviours.ts";
import { type BootstrapOptions, type Interval, quantile, replicates, wilson } from "./bootstrap.ts";

export type BehaviourTotals = {
  readonly chains: number;
  readonly operations: number;
  /** Occurrences. */
  readonly counts: Readonly<Record<Behaviour, number>>;
  /** Chains that show it at least once. */
  readonly showing: Readonly<Record<Behaviour, number>>;
};

/** An entry of the report's `behaviours`. */
export type Change = {
  /** Rates, in `unit`. */
  readonly base: number;
  readonly final: number;
  readonly kind: "amplified" | "reduced" | "unchanged" | "emerged" | "absent";
  /** 95% intervals of the two rates, each by itself. */
  readonly baseCi: Interval;
  readonly finalCi: Interval;
  readonly unit: string;
  readonly meaning: string;
};

const LEVEL = 0.99;
const CLEARLY = 5; // trained chains that must show what emerged

/** Sums over chains. */
export function totalBehaviours(tallies: Iterable<BehaviourTally>): BehaviourTotals {
  const counts = zeros();
  const showing = zeros();
  let chains = 0;
  let operations = 0;
  for (const tally of tallies) {
    chains++;
    operations += tally.operations;
    for (const name of BEHAVIOUR_NAMES) {
      counts[name] += tally.counts[name];
      if (tally.counts[name] > 0) showing[name]++;
    }
  }
  return { chains, operations, counts, showing };
}

/**
 * Each behaviour's rate in both units; 0 where there are no chains or no operations.
 *
 * @example
 * import { countBehaviours } from "./behaviours.ts";
 * const chain = countBehaviours({ problem: "p", numbers: 3, target: 20, events: [{ kind: "give-up" }] });
 * behaviourRates(totalBehaviours([chain]))["giving up"].perChain; // 1
 */
export function behaviourRates(
  totals: BehaviourTotals,
): Record<Behaviour, { readonly perChain: number; readonly per100Operations: number }> {
  const rate = (name: Behaviour) => ({
    perChain: ratio(totals.counts[name], totals.chains),
    per100Operations: 100 * ratio(totals.counts[name], totals.operations),
  });
  return Object.fromEntries(BEHAVIOUR_NAMES.map((name) => [name, rate(name)])) as ReturnType<typeof behaviourRates>;
}

/** Each behaviour's rate in the unit that it is told in. */
export function toldRates(rates: ReturnType<typeof behaviourRates>): Record<Behaviour, number> {
  const told = (name: Behaviour): number =>
    BEHAVIOURS[name].per === "chain" ? rates[name].perChain : rates[name].per100Operations;
  return Object.fromEntries(BEHAVIOUR_NAMES.map((name) => [name, told(name)])) as Record<Behaviour, number>;
}

/**
 * Judges every behaviour. `corpus` is what the base model was trained on, or a sample of it (the smaller, the less can
 * be said to have emerged). Throws `input` where base or final holds no chain.
 *
 * @example
 * import { Rng } from "../core/rng.ts";
 * import { countBehaviours } from "./behaviours.ts";
 * const quits = countBehaviours({ problem: "p", numbers: 3, target: 20, events: [{ kind: "give-up" }] });
 * const goesOn = countBehaviours({ problem: "p", numbers: 3, target: 20, events: [] });
 * const changes = compareBehaviours([quits], [goesOn], totalBehaviours([quits]), { rng: new Rng(1) });
 * changes["giving up"].kind; // "reduced"
 */
export function compareBehaviours(
  base: readonly BehaviourTally[],
  final: readonly BehaviourTally[],
  corpus: BehaviourTotals,
  options: Pick<BootstrapOptions, "rng" | "resamples">,
): Record<Behaviour, Change> {
  if (base.length === 0 || final.length === 0) {
    throw new MullError("input", `behaviours: ${base.length} base chains and ${final.length} trained ones`, {
      hint: "pass at least one chain of each model",
    });
  }
  const before = totalBehaviours(base);
  const after = totalBehaviours(final);
  const beforeRates = resampledRates(base, { ...options, rng: options.rng.split("base") });
  const afterRates = resampledRates(final, { ...options, rng: options.rng.split("final") });

  const judge = (name: Behaviour, i: number): Change => {
    const [from, to] = [beforeRates[i]!, afterRates[i]!];
    const difference = to.map((rate, r) => rate - from[r]!);
    return {
      base: rateOf(before, name),
      final: rateOf(after, name),
      kind: kindOf(name, before, after, corpus, middle(difference, LEVEL)),
      baseCi: middle(from, 0.95),
      finalCi: middle(to, 0.95),
      unit: `per ${BEHAVIOURS[name].per}`,
      meaning: BEHAVIOURS[name].means,
    };
  };
  return Object.fromEntries(BEHAVIOUR_NAMES.map((name, i) => [name, judge(name, i)])) as Record<Behaviour, Change>;
}

/** The central `level` of the replicates. */
function middle(replicated: Float64Array, level: number): Interval {
  const ascending = replicated.toSorted();
  return [quantile(ascending, (1 - level) / 2), quantile(ascending, (1 + level) / 2)];
}

/** `lo` and `hi` bound the trained model's rate less the base's. */
function kindOf(
  name: Behaviour,
  before: BehaviourTotals,
  after: BehaviourTotals,
  corpus: BehaviourTotals,
  [lo, hi]: Interval,
): Change["kind"] {
  if (before.counts[name] === 0 && after.counts[name] === 0) return "absent";
  if (hi < 0) return "reduced";
  if (lo <= 0) return "unchanged";
  if (corpus.counts[name] > 0) return "amplified";
  const hidden = corpus.chains === 0 ? 1 : wilson(0, corpus.chains, LEVEL)[1];
  const shown = wilson(after.showing[name], after.chains, LEVEL)[0];
  if (after.showing[name] >= CLEARLY && shown > hidden) return "emerged";
  // More than the base shows, yet too little to rule out that the corpus holds it somewhere.
  return before.counts[name] > 0 ? "amplified" : "unchanged";
}

function rateOf(totals: BehaviourTotals, name: Behaviour): number {
  const rates = behaviourRates(totals)[name];
  return BEHAVIOURS[name].per === "chain" ? rates.perChain : rates.per100Operations;
}

/** The rate of each behaviour in each resample of the problems: [behaviour][resample]. */
function resampledRates(tallies: readonly BehaviourTally[], options: BootstrapOptions): Float64Array[] {
  const columns = BEHAVIOUR_NAMES.length + 2; // the counts, then operations, then chains
  const rowOf = new Map<string, number>();
  for (const { problem } of tallies) if (!rowOf.has(problem)) rowOf.set(problem, rowOf.size);
  const sums = new Float64Array(rowOf.size * columns); // [problem, column]
  for (const { problem, operations, counts } of tallies) {
    const at = rowOf.get(problem)! * columns;
    BEHAVIOUR_NAMES.forEach((name, i) => {
      sums[at + i]! += counts[name];
    });
    sums[at + columns - 2]! += operations;
    sums[at + columns - 1]! += 1;
  }

  const resamples = options.resamples ?? 2_000;
  const rates = BEHAVIOUR_NAMES.map(() => new Float64Array(resamples));
  const row = new Float64Array(columns);
  let r = 0;
  replicates(
    rowOf.size,
    (picked) => {
      row.fill(0);
      for (const p of picked) for (let c = 0; c < columns; c++) row[c]! += sums[p * columns + c]!;
      BEHAVIOUR_NAMES.forEach((name, i) => {
        const perChain = BEHAVIOURS[name].per === "chain";
        rates[i]![r] = perChain ? ratio(row[i]!, row[columns - 1]!) : 100 * ratio(row[i]!, row[columns - 2]!);
      });
      return r++;
    },
    { ...options, resamples },
  );
  return rates;
}

function ratio(of: number, by: number): number {
  return by === 0 ? 0 : of / by;
}

function zeros(): Record<Behaviour, number> {
  return Object.fromEntries(BEHAVIOUR_NAMES.map((name) => [name, 0])) as Record<Behaviour, number>;
}
