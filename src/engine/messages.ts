/** What the main thread and a compute thread say to each other. */

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
  readonly decoder: DecoderOptions;
  /** What lets the threads compute, and this one's number. */
  readonly gate: GateState;
  readonly thread: number;
};

export type Request =
  /** The shared weights have changed. */
  | { readonly kind: "weights" }
  | { readonly kind: "load"; readonly id: number; readonly name: string; readonly program: Program }
  | { readonly kind: "run"; readonly id: number; readonly name: string; readonly feeds: Record<string, Feed> }
  /** Runs programs of the model, one after the other, and sums their gradients. */
  | { readonly kind: "batches"; readonly id: number; readonly weights: WeightsName; readonly runs: readonly BatchRun[] }
  | { readonly kind: "decode"; readonly requests: readonly Decode[] }
  | { readonly kind: "cancel"; readonly id: number };

/** Which weights a batch is run with. */
export type WeightsName = "policy" | "reference";

export type BatchRun = { readonly name: string; readonly feeds: Readonly<Record<string, Feed>> };
export type Decode = { readonly id: number; readonly request: DecodeRequest; readonly stream: boolean };

export type Reply =
  | { readonly kind: "outputs"; readonly id: number; readonly outputs: Record<string, Float32Array> }
  | {
      readonly kind: "batches";
      readonly id: number;
      readonly sum: Float32Array;
      readonly results: Record<string, Float32Array>[];
    }
  | { readonly kind: "decoded"; readonly id: number; readonly result: DecodeResult }
  | { readonly kind: "token"; readonly id: number; readonly token: number }
  | { readonly kind: "failed"; readonly id: number; readonly message: string; readonly hint?: string | undefined };
