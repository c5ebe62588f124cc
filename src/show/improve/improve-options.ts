/** What a loop is asked for. */

import type { TransformerConfig } from "../../engine/transformer.ts";
import type { ImproveTask } from "./improve-task.ts";
import type { DistilName, SearchName } from "./names.ts";
import type { ImprovePreset } from "./presets.ts";

export type ImproveOptions = {
  readonly task: ImproveTask;
  readonly preset: ImprovePreset;
  readonly search: SearchName;
  readonly distil: DistilName;
  /** Of the fresh models; larger than the base. */
  readonly shape: TransformerConfig;
  /** The hardest difficulty that is asked. */
  readonly upTo: number;
  readonly seed: number;
  /** The weights that the loop begins with. */
  readonly base: { readonly config: TransformerConfig; readonly parameters: Float32Array };
  /** The run's folder. */
  readonly out: string;
  /** Delete what the folder holds and start over. */
  readonly fresh: boolean;
  /** Compute threads; one a core by default. */
  readonly threads?: number;
};
