/**
 * Finding a model by name or path, and opening it: those that ship with Mull, a checkpoint's folder, or the last
 * checkpoint of a run.
 */

import { existsSync, readdirSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { MullError } from "../core/errors.ts";
import { readCheckpoint } from "../engine/checkpoint/checkpoint.ts";
import { Engine } from "../engine/engine.ts";
import { runPaths } from "../store/run-folder.ts";
import { EmbeddedModel } from "./embedded.ts";

const models = join(import.meta.dirname, "..", "..", "models");

/** Folders of the models that ship with Mull: two of Countdown, and the base model of each of the other tasks. */
export const SHIPPED = {
  base: join(models, "base"),
  trained: join(models, "trained"),
  arithmetic: join(models, "arithmetic"),
  "in-context": join(models, "in-context"),
} as const;

export type FoundModel = {
  /** `base`, `trained`, `arithmetic`, `in-context`, or the folder's own name. */
  readonly name: string;
  /** The checkpoint's folder, absolute. */
  readonly path: string;
  /** What a person should know about the choice. */
  readonly notice?: string;
};

/**
 * The folder of a model: a name of `SHIPPED` is one that ships with Mull; anything else is a path, of a checkpoint in
 * the Hugging Face layout, or of a run, whose last checkpoint is taken. Where no trained model is there, `trained` is
 * the base model, with a notice.
 *
 * @throws MullError `checkpoint` where there is none
 */
export function findModel(nameOrPath: string): FoundModel {
  if (nameOrPath === "trained" && !isCheckpoint(SHIPPED.trained)) {
    const notice = `there is no trained model in ${SHIPPED.trained}; the base model answers`;
    return { ...findModel("base"), notice };
  }
  const shipped = Object.hasOwn(SHIPPED, nameOrPath);
  const path = shipped ? SHIPPED[nameOrPath as keyof typeof SHIPPED] : resolve(nameOrPath);
  if (isCheckpoint(path)) return { name: basename(path), path };
  const last = lastCheckpoint(path);
  if (last !== null) return { name: basename(path), path: last };
  throw new MullError("checkpoint", `${path} ${existsSync(path) ? "holds no model" : "does not exist"}`, {
    hint: shipped
      ? "install Mull again, or train one: mull pretrain"
      : "expected the folder of a checkpoint (config.json, model.safetensors, tokenizer.json) or of a run; or use base or trained",
  });
}

/** The newest checkpoint of a run, by its step; null where there is none. Takes no lock: the run may be going on. */
export function lastCheckpoint(run: string): string | null {
  const { checkpoints } = runPaths(run);
  if (!isFolder(checkpoints)) return null;
  const steps = readdirSync(checkpoints).flatMap((name) => /^step-(\d{6,15})$/.exec(name)?.[1] ?? []);
  const last = steps.sort((a, b) => Number(a) - Number(b)).at(-1);
  return last === undefined ? null : join(checkpoints, `step-${last}`);
}

export type OpenModelOptions = {
  /** Compute threads. Default: one a core. */
  readonly threads?: number;
  /** Chains that each thread writes at once. */
  readonly slots?: number;
};

/**
 * Opens a model that `findModel` knows. It holds threads: close `model.engine` when done.
 *
 * @throws MullError `checkpoint` where the folder is missing or damaged
 * @example
 * const model = await openModel("base", { threads: 1 });
 * const [chain] = await model.sample([{ prompt: "3 7 8 2 = 24", maxTokens: 64, seed: 1 }]);
 * await model.engine.close();
 * chain?.tokens?.length === chain?.usage.completionTokens; // true
 */
export async function openModel(nameOrPath: string, options: OpenModelOptions = {}): Promise<EmbeddedModel> {
  const { name, path } = findModel(nameOrPath);
  const { config, parameters, tokenizer } = await readCheckpoint(path);
  return new EmbeddedModel(new Engine(config, parameters, options), tokenizer, name);
}

/** Threads for `chains` of one problem: few chains gain nothing from a second thread. */
export function threadsFor(chains: number): number {
  return chains > 64 ? availableParallelism() : 1;
}

function isCheckpoint(path: string): boolean {
  return isFolder(path) && existsSync(join(path, "config.json"));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
