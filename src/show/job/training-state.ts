/** Weights and optimizer of a saved step, checked against the model they are for. */

import { MullError } from "../../core/errors.ts";
import { readCheckpoint } from "../../engine/checkpoint/checkpoint.ts";
import { newOptimizerState, type OptimizerState } from "../../engine/engine.ts";
import { parameterCount, type TransformerConfig } from "../../engine/transformer.ts";

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
