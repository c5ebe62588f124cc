/** Median, least and greatest of figures that were taken several times. */

import { MullError } from "../src/core/errors.ts";

export type Spread = { readonly median: number; readonly min: number; readonly max: number };

export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)];
  const high = sorted[Math.ceil(middle)];
  if (low === undefined || high === undefined) throw new MullError("input", "bench: a median of nothing");
  return { median: (low + high) / 2, min: sorted[0] as number, max: sorted.at(-1) as number };
}
