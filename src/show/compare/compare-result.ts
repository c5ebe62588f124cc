/** What a comparison comes to, as compare.json holds it: findings, and the raw points that they are made of. */

import type { CellResult } from "./cells/cell-result.ts";
import type { MapPoint } from "./cells/compute-map.ts";
import type { Standing } from "./report/standings.ts";

export type Comparison = {
  readonly preset: string;
  /** Whether the compute is too little for its order to be more than a hint. */
  readonly indicative: boolean;
  readonly budgetFlops: number;
  readonly seeds: readonly number[];
  /** Held-out problems measured on. */
  readonly problems: number;
  /** Of the budget, at which points of the train-time curve were due, rising; absent from files made before it was kept. */
  readonly shares?: readonly number[];
  /** SHA-256 of the base's weights. */
  readonly base: string;
  /** Best first. */
  readonly standings: readonly Standing[];
  readonly cells: readonly CellResult[];
  readonly failures: readonly { readonly name: string; readonly seed: number; readonly reason: string }[];
  /** Accuracy over both kinds of compute, of the best trained contender. */
  readonly map: {
    readonly name: string;
    readonly title: string;
    readonly seed: number;
    readonly points: readonly MapPoint[];
  } | null;
  /** Title of the best trained contender where it has no map, as none of its cells was trained here. */
  readonly unmapped?: string;
  readonly versions: Readonly<Record<string, string>>;
};
