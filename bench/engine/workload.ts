/**
 * The work that every side of the benchmark does, made once from a seed and written to a folder that all sides read.
 *
 * - `rows`: full rows of 128 tokens cut from the corpus, 32 to an update. Nothing is padding, on either side.
 * - `texts`: a pool of whole corpus texts, of all lengths, gone through once a pass in updates of about as many tokens;
 *   each side groups and lays them out as suits it best.
 * - `sampling`: prompts of 8 tokens, no two alike, each continued by 128 tokens whatever is drawn.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { trainFlops } from "../../src/core/flops.ts";
import { Rng } from "../../src/core/rng.ts";
import type { AdamWOptions } from "../../src/engine/adamw.ts";
import {
  type ParameterSpec,
  parameterLayout,
  randomParameters,
  type TransformerConfig,
} from "../../src/engine/transformer.ts";
import type { SupervisedText } from "../../src/learn/pretrain.ts";
import { BASE_SHAPE, PRETRAIN_STEPS, pretrainOptions } from "../../src/show/pretrain/base-model.ts";
import { corpusItems, corpusTokens } from "../../src/tasks/countdown/corpus.ts";

/** One thing that is timed. */
export type Task = "rows" | "texts" | `sample ${number}`;

export type WorkloadOptions = {
  /** Texts of the pool. */
  readonly texts: number;
  /** Requests sampled at once, one task each. */
  readonly batches: readonly number[];
  /** How long each task is timed on each side, seconds, at the least. */
  readonly seconds: number;
  /** Threads that each side computes with. */
  readonly threads: number;
};

export type Workload = WorkloadOptions & {
  readonly config: TransformerConfig;
  /** Where each parameter lies in weights.f32. */
  readonly layout: readonly ParameterSpec[];
  readonly optimizer: AdamWOptions;
  readonly rows: readonly (readonly SupervisedText[])[];
  /** Updates before the clock starts on `rows`: the same on every side, so that the loss after them is a check. */
  readonly warmupSteps: number;
  readonly pool: readonly SupervisedText[];
  /** Tokens of an update, padding included, at most. */
  readonly batchTokens: number;
  /** The first texts of the pool, whose loss under the first weights every side reports as a check. */
  readonly checkTexts: number;
  readonly prompts: readonly (readonly number[])[];
  readonly newTokens: number;
};

const ROW_TOKENS = 128;
const ROWS = 32;
const PROMPT_TOKENS = 8;

export function makeWorkload(options: WorkloadOptions, seed = 1): Workload {
  const rng = new Rng(seed);
  return {
    ...options,
    config: BASE_SHAPE,
    layout: parameterLayout(BASE_SHAPE),
    optimizer: pretrainOptions(PRETRAIN_STEPS).optimizer,
    rows: Array.from({ length: 8 }, (_, batch) => fullRows(rng.split("rows", batch))),
    warmupSteps: 8,
    pool: [...corpusItems(rng.split("texts")).take(options.texts)].map(({ tokens, promptTokens }) => ({
      tokens,
      promptTokens,
    })),
    batchTokens: ROWS * ROW_TOKENS,
    checkTexts: 64,
    prompts: distinctPrompts(rng.split("prompts"), Math.max(...options.batches)),
    newTokens: 128,
  };
}

/** Weights at the scale 1/sqrt(width), so that the model's choices differ from one another, as a trained model's do. */
export function makeWeights(config: TransformerConfig): Float32Array {
  return randomParameters(config, new Rng(1), 1 / Math.sqrt(config.width));
}

export function writeWorkload(folder: string, workload: Workload): void {
  writeFileSync(join(folder, "workload.json"), JSON.stringify(workload));
  writeFileSync(join(folder, "weights.f32"), makeWeights(workload.config));
}

/** Reads what `writeWorkload` wrote; the folder is the benchmark's own. */
export function readWorkload(folder: string): { readonly workload: Workload; readonly weights: Float32Array } {
  const bytes = readFileSync(join(folder, "weights.f32"));
  return {
    workload: JSON.parse(readFileSync(join(folder, "workload.json"), "utf8")) as Workload,
    weights: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)),
  };
}

export function tasksOf(options: WorkloadOptions): Task[] {
  return ["rows", "texts", ...options.batches.map((batch): Task => `sample ${batch}`)];
}

/** Tokens that are fed to the model: all but the last, which is only predicted. */
export function fedTokens(texts: readonly SupervisedText[]): number {
  return texts.reduce((n, { tokens }) => n + tokens.length - 1, 0);
}

/** Exact matmul FLOPs of training on a token of these texts, on average. */
export function flopsPerToken(config: TransformerConfig, texts: readonly SupervisedText[]): number {
  return texts.reduce((n, { tokens }) => n + trainFlops(config, tokens.length - 1), 0) / fedTokens(texts);
}

/** The corpus as one stream, cut where a row is full; a row has one token more than is fed. */
function fullRows(rng: Rng): SupervisedText[] {
  const stream: number[] = [];
  for (const tokens of corpusTokens(rng)) {
    stream.push(...tokens);
    if (stream.length >= ROWS * (ROW_TOKENS + 1)) break;
  }
  return Array.from({ length: ROWS }, (_, row) => ({
    tokens: stream.slice(row * (ROW_TOKENS + 1), (row + 1) * (ROW_TOKENS + 1)),
    promptTokens: 1,
  }));
}

/** Beginnings of texts that differ before their last token, so that no side can share the work of a prefix. */
function distinctPrompts(rng: Rng, count: number): number[][] {
  const prompts = new Map<string, number[]>();
  for (const tokens of corpusTokens(rng)) {
    if (prompts.size === count) break;
    if (tokens.length < PROMPT_TOKENS) continue;
    const prompt = tokens.slice(0, PROMPT_TOKENS);
    prompts.set(prompt.slice(0, -1).join(" "), prompt);
  }
  return [...prompts.values()];
}
