/** What tokens cost, as people say it: dollars a million. */

import { MullError } from "../../core/errors.ts";
import type { Price } from "../../model/metered.ts";

export type PriceOptions = {
  readonly maxDollars?: number;
  readonly priceIn?: number;
  readonly priceOut?: number;
};

const PER_MILLION = 1e-6;

/** @throws MullError `usage` for a budget of dollars without prices */
export function priceOf({ maxDollars, priceIn, priceOut }: PriceOptions): Price {
  if (maxDollars !== undefined && (priceIn === undefined || priceOut === undefined)) {
    throw new MullError("usage", "--max-dollars needs to know what tokens cost", {
      hint: "give --price-in and --price-out, dollars a million tokens",
    });
  }
  return {
    ...(priceIn === undefined ? {} : { prompt: priceIn * PER_MILLION }),
    ...(priceOut === undefined ? {} : { completion: priceOut * PER_MILLION }),
  };
}
