/** What the main thread and a compute thread say to each other. */

import type { Part } from "./adamw.ts";
import type { DecodeRequest, DecodeResult, DecoderOptions } from "./decoder.ts";
import type { GateState } from "./gate.ts";
import type { Program } from "./onnx/emit.ts";
import type { Feed } from "./onnx/session.ts";
import type { TransformerConfig } from "./transformer.ts";

export type WorkerSetup = {
  readonly config: TransformerConfig;
  /** The weights, in memory that all threads share. */
  readonly parameters: Float32Array;
  /** The weights that training began with, likewise shared. */
  readonly reference: Float32Array;
  /** What an update reads and writes, shared. */
  readonly training: TrainingVectors;
  readonly decoder: DecoderOptions;
  /** What lets the threads compute, and this one's number. */
  readonly gate: GateState;
  readonly thread: number;
};

/** The gradient of an update and AdamW's moments, each [parameters]. */
export type TrainingVectors = Readonly<Record<"gradient" | "mean" | "variance", Float32Array>>;

export type Request =
  /** Shared weights have changed. */
  | { readonly kind: "weights"; readonly weights: WeightsName }
  | { readonly kind: "load"; readonly id: number; readonly name: string; readonly program: Program }
  /** Runs an update of one part of the shared weights and moments. */
  | {
      readonly kind: "update";
      readonly id: number;
      readonly name: string;
      readonly part: Part;
      readonly step: number;
      readonly progress: number;
    }
  /** Runs programs of the model, one after the other, and sums their gradients. */
  | { readonly kind: "batches"; readonly id: number; readonly weights: WeightsName; readonly runs: readonly BatchRun[] }
  | { readonly kind: "decode"; readonly requests: readonly Decode[] }
  | { readonly kind: "cancel"; readonly id: number };

/** Which weights a batch is run with. */
export type WeightsName = "policy" | "reference";

export type BatchRun = { readonly name: string; readonly feeds: Readonly<Record<string, Feed>> };
export type Decode = { readonly id: number; readonly request: DecodeRequest; readonly stream: boolean };

export type Reply =
  /** Where the norm is not finite, nothing was written. */
  | { readonly kind: "updated"; readonly id: number; readonly gradientNorm: number; readonly learningRate: number }
  | {
      readonly kind: "batches";
      readonly id: number;
      /** None where the programs give no gradient. */
      readonly sum: Float32Array | undefined;
      readonly results: Record<string, Float32Array>[];
    }
  | { readonly kind: "decoded"; readonly id: number; readonly result: DecodeResult }
  | { readonly kind: "token"; readonly id: number; readonly token: number }
  | { readonly kind: "failed"; readonly id: number; readonly message: string; readonly hint?: string | undefined };
