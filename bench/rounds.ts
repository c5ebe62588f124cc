/**
 * From what the sides said in each round to figures: medians of rates over rounds, and the median over rounds of Mull's rate
 * over a peer's in the same round, so that what slows a whole round down cancels out.
 */

import { type Spread, spreadOf } from "./spread.ts";

/** What a side says of one turn, as far as every benchmark says it. */
export type Timed = { readonly task: string; readonly seconds: number; readonly note?: string | undefined };

/** What each side did in one round, by the side's name. */
export type Turns<Side extends string, M> = Readonly<Partial<Record<Side, { readonly measurements: readonly M[] }>>>;

export type Summary<Side extends string> = {
  readonly task: string;
  /** Of each side that did the task, a second. */
  readonly rates: Readonly<Partial<Record<Side, Spread>>>;
  /** Mull's rate over each peer's. */
  readonly ratios: Readonly<Partial<Record<Side, Spread>>>;
  readonly notes: Readonly<Partial<Record<Side, string>>>;
};

/** @param amount what a turn got done, of which a rate is so much a second */
export function summariseTurns<Side extends string, M extends Timed>(
  rounds: readonly Turns<Side, M>[],
  tasks: readonly string[],
  sides: readonly Side[],
  amount: (measurement: M) => number,
): Summary<Side>[] {
  const rateOf = (measurement: M): number => amount(measurement) / measurement.seconds;
  return tasks.map((task) => {
    const rates: Partial<Record<Side, Spread>> = {};
    const ratios: Partial<Record<Side, Spread>> = {};
    const notes: Partial<Record<Side, string>> = {};
    for (const side of sides) {
      const done = rounds.flatMap((round) => measured(round[side], task));
      if (done.length === 0) continue;
      rates[side] = spreadOf(done.map(rateOf));
      const note = done.at(-1)?.note;
      if (note !== undefined) notes[side] = note;
      const pairs = rounds.flatMap((round) => {
        const [own] = measured((round as Turns<string, M>)["mull"], task);
        const [peer] = measured(round[side], task);
        return own === undefined || peer === undefined ? [] : [rateOf(own) / rateOf(peer)];
      });
      if (side !== "mull" && pairs.length > 0) ratios[side] = spreadOf(pairs);
    }
    return { task, rates, ratios, notes };
  });
}

/** What a side said of a task. */
export function measured<M extends Timed>(
  result: { readonly measurements: readonly M[] } | undefined,
  task: string,
): M[] {
  return result?.measurements.filter((m) => m.task === task) ?? [];
}
