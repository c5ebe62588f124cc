/** Where weights come from: the shipped base, one pretrained on the spot, or the last step of a run. */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { MullError } from "../../core/errors.ts";
import { readCheckpoint } from "../../engine/checkpoint/checkpoint.ts";
import { newOptimizerState, type OptimizerState } from "../../engine/engine.ts";
import { parameterCount, type TransformerConfig } from "../../engine/transformer.ts";
import { SHIPPED } from "../models.ts";
import { pretrainBase } from "./pretrain.ts";
import type { ReproduceHooks, ReproduceOptions } from "./reproduce.ts";

export type BaseWeights = {
  readonly config: TransformerConfig;
  /** [parameters] */
  readonly parameters: Float32Array;
  /** SHA-256 of the parameters: a run goes on only from the base it began with. */
  readonly digest: string;
};

/** The base model of a run: the shipped one, or with `fromScratch` one pretrained in the run's folder. */
export async function loadBase(options: ReproduceOptions, hooks: ReproduceHooks): Promise<BaseWeights> {
  const folder = options.fromScratch ? join(options.out, "base") : SHIPPED.base;
  if (options.fromScratch) await pretrainBase({ seed: options.seed, out: folder, fresh: options.fresh }, hooks);
  const { config, parameters } = await readCheckpoint(folder);
  const bytes = new Uint8Array(parameters.buffer, parameters.byteOffset, parameters.byteLength);
  return { config, parameters, digest: createHash("sha256").update(bytes).digest("hex") };
}

/** Weights and optimizer of a saved step. */
export async function loadTrainingState(
  folder: string,
  config: TransformerConfig,
): Promise<{ parameters: Float32Array; optimizer: OptimizerState }> {
  const { parameters, optimizer } = await readCheckpoint(folder);
  if (parameters.length !== parameterCount(config)) {
    throw new MullError("checkpoint", `${folder}: ${parameters.length} parameters, expected ${parameterCount(config)}`);
  }
  return { parameters, optimizer: optimizer ?? newOptimizerState(parameters.length) };
}
