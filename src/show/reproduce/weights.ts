/** Where a run's base weights come from: the shipped model, or one pretrained on the spot. */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { readCheckpoint } from "../../engine/checkpoint/checkpoint.ts";
import type { TransformerConfig } from "../../engine/transformer.ts";
import { SHIPPED } from "../models.ts";
import type { ReproduceOptions, RunHooks } from "./options.ts";
import { pretrainBase } from "./pretrain.ts";

export type BaseWeights = {
  readonly config: TransformerConfig;
  /** [parameters] */
  readonly parameters: Float32Array;
  /** SHA-256 of the parameters: a run goes on only from the base it began with. */
  readonly digest: string;
};

/** The base model of a run: the shipped one, or with `fromScratch` one pretrained in the run's folder. */
export async function loadBase(options: ReproduceOptions, hooks: RunHooks): Promise<BaseWeights> {
  const folder = options.fromScratch ? join(options.out, "base") : SHIPPED.base;
  if (options.fromScratch) await pretrainBase({ seed: options.seed, out: folder, fresh: options.fresh }, hooks);
  const { config, parameters } = await readCheckpoint(folder);
  const bytes = new Uint8Array(parameters.buffer, parameters.byteOffset, parameters.byteLength);
  return { config, parameters, digest: createHash("sha256").update(bytes).digest("hex") };
}
