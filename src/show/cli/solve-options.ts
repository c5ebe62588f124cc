/** What `mull solve` is asked for. */

import type { StrategyName } from "../strategy-bench/names.ts";
import type { PriceOptions } from "./price.ts";

export type SolveOptions = PriceOptions & {
  readonly strategy: StrategyName;
  /** Chains; undefined where the person did not say. */
  readonly n?: number;
  /** Tokens at most, all chains together. */
  readonly budget?: number;
  readonly model: string;
  readonly temperature: number;
  readonly seed: number;
  readonly json?: boolean;
  /** Of a question: time at most. */
  readonly seconds?: number;
};
