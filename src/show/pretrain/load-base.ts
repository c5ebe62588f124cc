/** Where a run's base weights come from: the shipped model, or one pretrained on the spot. */

import { join } from "node:path";
import { MullError } from "../../core/errors.ts";
import { readCheckpoint } from "../../engine/checkpoint/checkpoint.ts";
import { weightsDigest } from "../../engine/checkpoint/weights-digest.ts";
import type { TransformerConfig } from "../../engine/transformer.ts";
import { SHIPPED } from "../../model/open.ts";
import { countdownTokenizer } from "../../tasks/countdown/vocabulary.ts";
import type { RunHooks } from "../job/hooks.ts";
import type { BasePlan } from "./plans.ts";
import { pretrainBase } from "./pretrain-base.ts";

export type BaseOptions = {
  readonly seed: number;
  /** Pretrain the base model first, inside the run's folder, instead of taking the shipped one. */
  readonly fromScratch: boolean;
  /** The folder of a checkpoint to begin from instead of the shipped base model. */
  readonly base?: string;
  /** The run's folder. */
  readonly out: string;
  /** Delete what the folder holds and start over. */
  readonly fresh: boolean;
  /** Compute threads; one a core by default. */
  readonly threads?: number;
};

export type BaseWeights = {
  readonly config: TransformerConfig;
  /** [parameters] */
  readonly parameters: Float32Array;
  /** SHA-256 of the parameters: a run goes on only from the base it began with. */
  readonly digest: string;
};

/**
 * The base model of a run: the shipped one, the one in the folder `base`, or with `fromScratch` one pretrained in the
 * run's folder as `plan` says.
 *
 * @throws MullError `checkpoint` where the folder holds no model for Countdown; what `pretrainBase` throws
 */
export async function loadBase(options: BaseOptions, hooks: RunHooks, plan: BasePlan): Promise<BaseWeights> {
  const { seed, out, fresh, threads, fromScratch } = options;
  if (!fromScratch) return readBase(options.base);
  const folder = join(out, "base");
  await pretrainBase({ seed, out: folder, fresh, ...(threads === undefined ? {} : { threads }) }, hooks, plan);
  return readBase(folder);
}

/**
 * The base model in a folder, the shipped one unless another is given.
 *
 * @throws MullError `checkpoint` where the folder holds no model for Countdown
 */
export async function readBase(folder: string = SHIPPED.base): Promise<BaseWeights> {
  const { config, parameters, tokenizer } = await readCheckpoint(folder);
  if (tokenizer.words.join(" ") !== countdownTokenizer.words.join(" ")) {
    throw new MullError("checkpoint", `${folder}: the model's words are not Countdown's`, {
      hint: "make a base model with mull pretrain",
    });
  }
  return { config, parameters, digest: weightsDigest(parameters) };
}
