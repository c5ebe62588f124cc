/**
 * A model on disk, in the layout of Hugging Face: `config.json`, `model.safetensors`, `tokenizer.json`,
 * `tokenizer_config.json` and `generation_config.json`, so that it opens in transformers and vLLM; beside them
 * `optimizer.safetensors`, with AdamW's moments and step, from which training goes on exactly.
 *
 * Weights come back bit for bit. Each file is written under another name, flushed, and renamed, so that a file is
 * there whole or not at all; that the folder is, is the store's part (`store/atomic.ts`). Moments name the digest of
 * the weights that they belong to, so two files of different steps are not taken for a pair.
 */

import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { MullError } from "../../core/errors.ts";
import { WordLevelTokenizer } from "../../core/tokenizer.ts";
import type { OptimizerState } from "../engine.ts";
import { parameterCount, parameterLayout, type TransformerConfig } from "../transformer.ts";
import { readJsonFile } from "./json-file.ts";
import { fromLlamaConfig, toLlamaConfig } from "./llama-config.ts";
import { malformed, writeError } from "./malformed.ts";
import { SafetensorsFile, safetensorsParts, type TensorToWrite } from "./safetensors.ts";
import { weightsDigest } from "./weights-digest.ts";

export type Checkpoint = {
  readonly config: TransformerConfig;
  /** [parameters], in the order of `parameterLayout`. */
  readonly parameters: Float32Array;
  readonly tokenizer: WordLevelTokenizer;
  /** How it came about (command, seed, step): short texts, kept in the weights' file. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly optimizer?: OptimizerState;
};

const GENERATION_CONFIG = z.looseObject({ eos_token_id: z.union([z.int(), z.array(z.int()).max(1000)]) });

/**
 * Writes a checkpoint into `folder`, which is made where it is missing. Weights are copied before the first byte is
 * written, so training may go on meanwhile.
 *
 * @throws MullError `checkpoint` for parts that do not fit each other, or weights that are not finite; `store` where a
 * file cannot be written (a full disk), and then the file that was there before is intact
 */
export async function writeCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  const { config, tokenizer, metadata } = checkpoint;
  const parameters = checkpoint.parameters.slice();
  const layout = parameterLayout(config);
  checkParts(folder, checkpoint);
  checkFinite(folder, "the weights", parameters);
  const tensors = layout.map(({ name, shape, offset, size }) => ({
    name,
    shape,
    data: parameters.subarray(offset, offset + size),
  }));
  const json = (value: unknown): Uint8Array[] => [new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`)];
  const files: Record<string, readonly Uint8Array[]> = {
    "model.safetensors": safetensorsParts(tensors, metadata),
    "tokenizer.json": json(tokenizer.toTokenizerJson()),
    "tokenizer_config.json": json(tokenizer.toTokenizerConfig(config.maxPositions)),
    "generation_config.json": json({
      bos_token_id: tokenizer.bos,
      eos_token_id: tokenizer.eosIds,
      pad_token_id: tokenizer.pad,
      // As it was trained: others are greedy, or leave words out, where they are not told to sample from all.
      do_sample: true,
      top_k: 0,
    }),
    "config.json": json(toLlamaConfig(config, tokenizer)),
  };
  const optimizerFile = join(folder, "optimizer.safetensors");
  if (checkpoint.optimizer !== undefined)
    files["optimizer.safetensors"] = optimizerParts(folder, checkpoint.optimizer, parameters);
  try {
    await mkdir(folder, { recursive: true });
    if (checkpoint.optimizer === undefined) await rm(optimizerFile, { force: true });
  } catch (error) {
    throw writeError(folder, error);
  }
  for (const [name, parts] of Object.entries(files)) await writeFileWhole(join(folder, name), parts);
}

/**
 * Reads a checkpoint that `writeCheckpoint` wrote, or another with a Llama-shaped model and a word-level tokenizer.
 *
 * @throws MullError `checkpoint` that names the file, what was expected and what came
 * @example
 * import { Rng } from "../../core/rng.ts";
 * import { randomParameters } from "../transformer.ts";
 * const size = { vocabSize: 3, layers: 1, width: 4, heads: 2, kvHeads: 1, headDim: 2, ffnWidth: 8 };
 * const config = { ...size, maxPositions: 16, ropeTheta: 10000, normEpsilon: 1e-5 };
 * const tokenizer = new WordLevelTokenizer({ words: ["<pad>", "<bos>", "one"], bos: "<bos>", pad: "<pad>", eos: ["one"] });
 * const parameters = randomParameters(config, new Rng(1));
 * await writeCheckpoint("/tmp/model", { config, parameters, tokenizer, metadata: { step: "0" } });
 * (await readCheckpoint("/tmp/model")).metadata; // { step: "0" }
 */
export async function readCheckpoint(folder: string): Promise<Checkpoint> {
  const { config, parameters, metadata } = await readModel(folder);
  const tokenizer = await readTokenizer(folder, config);
  const optimizer = await readOptimizer(folder, parameters);
  return { config, parameters, tokenizer, metadata, ...(optimizer === undefined ? {} : { optimizer }) };
}

/**
 * The model alone, whatever its tokenizer: a Llama that transformers wrote.
 *
 * @throws MullError `checkpoint` as `readCheckpoint`
 */
export async function readModel(folder: string): Promise<Pick<Checkpoint, "config" | "parameters" | "metadata">> {
  const configFile = join(folder, "config.json");
  const config = fromLlamaConfig(await readJsonFile(configFile), configFile);
  const path = join(folder, "model.safetensors");
  if (!(await isThere(path)) && (await isThere(`${path}.index.json`))) {
    throw malformed(
      path,
      "the weights are split into several files",
      undefined,
      "write them as one with save_pretrained(..., max_shard_size='100GB')",
    );
  }
  await using file = await SafetensorsFile.open(path);
  // The whole layout is compared before memory is taken for it.
  const layout = parameterLayout(config);
  for (const { name, shape } of layout) {
    const came = file.tensors.get(name)?.shape;
    if (came === undefined) throw malformed(path, `there is no tensor ${name}, which config.json asks for`);
    if (came.join() !== shape.join())
      throw malformed(path, `${name} is [${came.join(", ")}], expected [${shape.join(", ")}] by config.json`);
  }
  const names = new Set(layout.map((p) => p.name));
  // Buffers of older versions of transformers, computed from the configuration.
  const unknown = [...file.tensors.keys()].find((name) => !names.has(name) && !name.endsWith(".rotary_emb.inv_freq"));
  if (unknown !== undefined)
    throw malformed(path, `it holds ${unknown}, which a Llama of this config.json does not have`);
  const parameters = new Float32Array(parameterCount(config));
  for (const { name, offset, size } of layout) await file.read(name, parameters.subarray(offset, offset + size));
  const { format: _, ...metadata } = file.metadata;
  return { config, parameters, metadata };
}

async function readTokenizer(folder: string, config: TransformerConfig): Promise<WordLevelTokenizer> {
  const generationFile = join(folder, "generation_config.json");
  const generation = GENERATION_CONFIG.safeParse(await readJsonFile(generationFile));
  if (!generation.success) throw malformed(generationFile, "eos_token_id is not one id or a list of ids");
  const eosIds = [generation.data.eos_token_id].flat();
  const path = join(folder, "tokenizer.json");
  const json = await readJsonFile(path);
  try {
    const tokenizer = WordLevelTokenizer.fromTokenizerJson(json, { eosIds });
    if (tokenizer.vocabSize === config.vocabSize) return tokenizer;
    throw new MullError("checkpoint", `${tokenizer.vocabSize} words, expected ${config.vocabSize} by config.json`);
  } catch (error) {
    if (!(error instanceof MullError)) throw error;
    throw malformed(path, error.message, error, error.hint);
  }
}

async function readOptimizer(folder: string, parameters: Float32Array): Promise<OptimizerState | undefined> {
  const path = join(folder, "optimizer.safetensors");
  if (!(await isThere(path))) return undefined;
  await using file = await SafetensorsFile.open(path);
  const step = Number(file.metadata["step"] ?? Number.NaN);
  if (!Number.isSafeInteger(step) || step < 0)
    throw malformed(path, `step is ${file.metadata["step"]}, expected an integer from 0`);
  if (file.metadata["weights"] !== weightsDigest(parameters)) {
    throw malformed(path, "it belongs to other weights than those of model.safetensors");
  }
  const read = async (name: string): Promise<Float32Array> => {
    const values = new Float32Array(parameters.length);
    await file.read(name, values);
    return values;
  };
  return { mean: await read("mean"), variance: await read("variance"), step };
}

function optimizerParts(
  folder: string,
  { mean, variance, step }: OptimizerState,
  parameters: Float32Array,
): Uint8Array[] {
  const moment = (name: string, values: Float32Array): TensorToWrite => {
    const data = values.slice();
    checkFinite(folder, `the optimizer's ${name}`, data);
    return { name, shape: [data.length], data };
  };
  const tensors = [moment("mean", mean), moment("variance", variance)];
  return safetensorsParts(tensors, { step: String(step), weights: weightsDigest(parameters) });
}

function checkParts(folder: string, { config, parameters, tokenizer, metadata, optimizer }: Checkpoint): void {
  const expected = parameterCount(config);
  const need = (what: string, came: number, wanted: number): void => {
    if (came !== wanted) throw malformed(folder, `${what}: ${came}, expected ${wanted}`);
  };
  need("weights", parameters.length, expected);
  need("words of the tokenizer", tokenizer.vocabSize, config.vocabSize);
  need("elements of the optimizer's mean", optimizer?.mean.length ?? expected, expected);
  need("elements of the optimizer's variance", optimizer?.variance.length ?? expected, expected);
  if (Object.hasOwn(metadata, "format")) throw malformed(folder, "metadata must not hold `format`: the file's own");
}

function checkFinite(folder: string, what: string, values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number; // a loop: every step of a run comes by here
    if (Number.isFinite(value)) continue;
    throw malformed(folder, `element ${i} of ${what} is ${value}, expected a finite number`);
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

/** Writes under another name, flushes, renames. */
async function writeFileWhole(path: string, parts: readonly Uint8Array[]): Promise<void> {
  const temporary = `${path}.tmp`;
  try {
    const handle = await open(temporary, "w");
    try {
      for (const part of parts) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw writeError(path, error);
  }
}
