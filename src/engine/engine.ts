/**
 * The engine seen from the main thread: weights shared by one compute thread a core, each of which decodes its part of
 * the requests and differentiates its part of the micro-batches. A sum over threads is taken in a fixed order, and
 * a request's tokens depend on the request alone, so one seed gives one result.
 */

import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { MullError } from "../core/errors.ts";
import { type AdamWOptions, adamwProgram, decayProgress, type Part } from "./adamw.ts";
import { addTo } from "./add-to.ts";
import { checkRequests, checkSequences } from "./bounds.ts";
import type { BatchShape } from "./causal-attention.ts";
import type { DecodeRequest, DecodeResult } from "./decoder.ts";
import { Gate } from "./gate.ts";
import { type MarkedTokens, marked } from "./marked.ts";
import type { BatchRun, Reply, Request, TrainingVectors, WeightsName, WorkerSetup } from "./messages.ts";
import type { Program } from "./onnx/emit.ts";
import { deal, type Microbatch, pack, type TrainingSequence } from "./packing.ts";
import { type SequenceScores, unpackMarks, unpackScores } from "./sequence-scores.ts";
import { gradientProgram, headProgram, type Loss, scoreProgram } from "./training-graph.ts";
import { parameterCount, type TransformerConfig } from "./transformer.ts";

export type EngineOptions = {
  /** Compute threads; one a core by default. Part of what a seed's result depends on: it fixes the order of sums. */
  readonly threads?: number;
  /** Requests that each thread decodes at once. */
  readonly slots?: number;
  /** Tokens of shared prefixes that each thread keeps. */
  readonly prefixTokens?: number;
};

/** AdamW's moments and step: everything beside the weights that training needs to go on exactly. */
export type OptimizerState = { readonly mean: Float32Array; readonly variance: Float32Array; step: number };

export type GradientResult = {
  readonly loss: number;
  /** [parameters] */
  readonly gradient: Float32Array;
  readonly scores: SequenceScores[];
};

type Pending = { readonly resolve: (reply: Reply) => void; readonly reject: (error: Error) => void };
type Thread = {
  readonly worker: Worker;
  outstanding: number;
  readonly loaded: Set<string>;
  /** What it updates. */
  readonly part: Part;
};
type Job = {
  readonly request: DecodeRequest;
  readonly resolve: (result: DecodeResult) => void;
  readonly reject: (error: Error) => void;
  readonly onToken: ((token: number) => void) | undefined;
  cancelled: boolean;
};

/** Requests sent to a thread beyond its slots, so that it never waits for the next. */
const LOOKAHEAD = 16;

export class Engine implements AsyncDisposable {
  readonly config: TransformerConfig;
  /** [parameters], in memory shared with the compute threads; write through `setParameters`. */
  readonly parameters: Float32Array;
  /** [parameters] of the policy that training began with: what a KL is measured against. */
  readonly #reference: Float32Array;
  readonly #training: TrainingVectors;
  readonly #gate: Gate;
  readonly #threads: Thread[];
  readonly #slots: number;
  readonly #pending = new Map<number, Pending>();
  readonly #jobs = new Map<number, { job: Job; thread: Thread }>();
  readonly #queue: Job[] = [];
  #nextId = 0;
  #closed = false;
  #failure: MullError | undefined;

  constructor(config: TransformerConfig, parameters: Float32Array, options: EngineOptions = {}) {
    const { threads = availableParallelism(), slots = 256, prefixTokens = 16384 } = options;
    for (const [name, value] of Object.entries({ threads, slots })) {
      if (Number.isSafeInteger(value) && value >= 1) continue;
      throw new MullError("usage", `engine: expected ${name} of 1 or more, got ${value}`);
    }
    this.config = config;
    this.#checkLength(parameters);
    this.#slots = slots;
    this.parameters = sharedCopy(parameters);
    this.#reference = sharedCopy(parameters);
    const size = parameters.length;
    this.#training = { gradient: sharedVector(size), mean: sharedVector(size), variance: sharedVector(size) };
    this.#gate = new Gate(threads);
    const setup: Omit<WorkerSetup, "thread"> = {
      config,
      parameters: this.parameters,
      reference: this.#reference,
      training: this.#training,
      decoder: { slots, prefixTokens },
      gate: this.#gate.state,
    };
    const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
    this.#threads = Array.from({ length: threads }, (_, index) => {
      const workerData: WorkerSetup = { ...setup, thread: index };
      // Flags of the main thread, such as how its --eval is read, are not for the worker's file.
      const worker = new Worker(file, { workerData, execArgv: [] });
      const cut = (t: number): number => Math.floor((size * t) / threads);
      const part = { from: cut(index), to: cut(index + 1) };
      const thread: Thread = { worker, outstanding: 0, loaded: new Set(), part };
      worker.on("message", (reply: Reply) => this.#receive(reply));
      worker.on("error", (error) => this.#fail(new MullError("engine", `a compute thread died: ${error.message}`)));
      worker.on("exit", (code) => {
        this.#gate.died(index);
        if (!this.#closed) this.#fail(new MullError("engine", `a compute thread exited with code ${code}`));
      });
      return thread;
    });
  }

  get threads(): number {
    return this.#threads.length;
  }

  setParameters(flat: Float32Array): void {
    this.#checkLength(flat);
    this.parameters.set(flat);
    this.#announce("policy");
  }

  /** The weights that `score(..., "reference")` uses; at first those that the engine was made with. */
  setReference(flat: Float32Array): void {
    this.#checkLength(flat);
    this.#reference.set(flat);
    this.#announce("reference");
  }

  #checkLength(flat: Float32Array): void {
    const expected = parameterCount(this.config);
    if (flat.length === expected) return;
    throw new MullError("checkpoint", `expected ${expected} parameters for this shape, got ${flat.length}`);
  }

  #announce(weights: WeightsName): void {
    for (const { worker } of this.#threads) worker.postMessage({ kind: "weights", weights } satisfies Request);
  }

  /**
   * Decodes every request; results in the order of the requests. On abort, what was written so far.
   *
   * @throws MullError `input` for a request out of bounds (none of the call is then decoded); `aborted` where the engine
   * is closed; `engine` where it has failed, now or before
   */
  async decode(
    requests: readonly DecodeRequest[],
    options: { readonly signal?: AbortSignal; readonly onToken?: (request: number, token: number) => void } = {},
  ): Promise<DecodeResult[]> {
    const { signal, onToken } = options;
    checkRequests(this.config, requests);
    this.#checkUsable();
    const jobs: Job[] = [];
    const results = requests.map(
      (request, i) =>
        new Promise<DecodeResult>((resolve, reject) => {
          const stream = onToken === undefined ? undefined : (token: number): void => onToken(i, token);
          jobs.push({ request, resolve, reject, onToken: stream, cancelled: false });
        }),
    );
    this.#queue.push(...jobs);
    const abort = (): void => this.#cancel(jobs);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted === true) abort();
    this.#dispatch();
    try {
      return await Promise.all(results);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** The loss summed over all tokens of all sequences, and its gradient. */
  async gradient(sequences: readonly TrainingSequence[], loss: Loss): Promise<GradientResult> {
    checkSequences(this.config, sequences);
    const microbatches = pack(sequences, loss.fields);
    const name = (shape: BatchShape): string => `gradient:${loss.name}:${shape.batch}x${shape.time}`;
    for (const shape of microbatches) this.#load(name(shape), () => gradientProgram(this.config, shape, loss));
    const { sums, results } = await this.#batches(microbatches, name, "policy");
    const [gradient = new Float32Array(this.parameters.length), ...others] = sums;
    for (const sum of others) addTo(gradient, sum);
    const total = results.reduce((n, r) => n + (r["loss"]?.[0] as number), 0);
    return { loss: total, gradient, scores: unpackScores(sequences, microbatches, results) };
  }

  /** Log-probability and entropy of every token, without a gradient. */
  async score(sequences: readonly TrainingSequence[], weights: WeightsName = "policy"): Promise<SequenceScores[]> {
    checkSequences(this.config, sequences);
    const microbatches = pack(sequences, []);
    const name = (shape: BatchShape): string => `score:${shape.batch}x${shape.time}`;
    for (const shape of microbatches) this.#load(name(shape), () => scoreProgram(this.config, shape));
    const { results } = await this.#batches(microbatches, name, weights);
    return unpackScores(sequences, microbatches, results);
  }

  /**
   * What the head reads off each text's marked tokens: logits, in the order of the marks. One pass over all texts, packed.
   *
   * @throws MullError `usage` where the transformer has no head, `input` for tokens or marks out of bounds
   */
  async headLogits(texts: readonly MarkedTokens[], weights: WeightsName = "policy"): Promise<Float32Array[]> {
    const sequences = marked(texts);
    checkSequences(this.config, sequences);
    const microbatches = pack(sequences, []);
    const name = (shape: BatchShape): string => `head:${shape.batch}x${shape.time}`;
    for (const shape of microbatches) this.#load(name(shape), () => headProgram(this.config, shape));
    const { results } = await this.#batches(microbatches, name, weights);
    return unpackMarks(texts, microbatches, results);
  }

  /**
   * One AdamW step; writes the new weights and moments. Returns the gradient's norm before clipping, and the rate.
   *
   * @param progress share of the rate's fall that is behind, in [0, 1]; by steps unless given
   * @throws MullError `engine` where the gradient is not finite; weights and moments are then as they were
   */
  async update(
    gradient: Float32Array,
    state: OptimizerState,
    options: AdamWOptions,
    progress = decayProgress(state.step + 1, options),
  ): Promise<{ gradientNorm: number; learningRate: number }> {
    const { mean, variance } = this.#training;
    this.#training.gradient.set(gradient);
    mean.set(state.mean);
    variance.set(state.variance);
    const replies = await Promise.all(
      this.#threads.map((thread) => {
        const { part } = thread;
        const name = `adamw:${part.from}:${JSON.stringify(options)}`;
        this.#load(name, () => adamwProgram(this.config, options, part), [thread]);
        return this.#call(thread, (id) => ({ kind: "update", id, name, part, step: state.step + 1, progress }));
      }),
    );
    const { gradientNorm, learningRate } = replies[0] as Extract<Reply, { kind: "updated" }>; // the same in all
    if (!Number.isFinite(gradientNorm)) {
      throw new MullError("engine", `step ${state.step + 1}: the gradient's norm is ${gradientNorm}`, {
        hint: "go back to an earlier checkpoint, and lower the learning rate",
      });
    }
    state.mean.set(mean);
    state.variance.set(variance);
    state.step++;
    this.#announce("policy");
    return { gradientNorm, learningRate };
  }

  /** Ends the threads when their present products are done; what is under way rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#gate.close();
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
    this.#fail(new MullError("aborted", "the engine was closed"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #batches(microbatches: readonly Microbatch[], name: (shape: BatchShape) => string, weights: WeightsName) {
    const shares = deal(microbatches, this.#threads.length);
    const replies = await Promise.all(
      shares.map((indices, t) => {
        const runs: BatchRun[] = indices.map((i) => {
          const microbatch = microbatches[i] as Microbatch;
          const { ids, positions, targets, starts, fields } = microbatch;
          return { name: name(microbatch), feeds: { ids, positions, targets, starts, ...fields } };
        });
        return this.#call(this.#threads[t] as Thread, (id) => ({ kind: "batches", id, weights, runs }));
      }),
    );
    const parts = replies as Extract<Reply, { kind: "batches" }>[];
    const results: Record<string, Float32Array>[] = [];
    for (const [t, indices] of shares.entries())
      for (const [k, i] of indices.entries()) results[i] = parts[t]?.results[k] as Record<string, Float32Array>;
    return { sums: parts.flatMap((p) => p.sum ?? []), results };
  }

  /** Sends a program to each of `threads` that has not got it. */
  #load(name: string, build: () => Program, threads: readonly Thread[] = this.#threads): void {
    const missing = threads.filter((t) => !t.loaded.has(name));
    if (missing.length === 0) return;
    const program = build();
    for (const thread of missing) {
      thread.loaded.add(name);
      const id = this.#nextId++;
      thread.worker.postMessage({ kind: "load", id, name, program } satisfies Request);
    }
  }

  #call(thread: Thread, request: (id: number) => Request): Promise<Reply> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#checkUsable(); // what an executor throws rejects
      this.#pending.set(id, { resolve, reject });
      thread.worker.postMessage(request(id));
    });
  }

  /** Hands queued requests to the least busy threads, a run of equal prompts to one thread, so that it can fork them. */
  #dispatch(): void {
    const limit = this.#slots + LOOKAHEAD;
    for (;;) {
      const thread = this.#threads.reduce((a, b) => (b.outstanding < a.outstanding ? b : a));
      const room = Math.min(limit - thread.outstanding, LOOKAHEAD);
      if (room <= 0 || this.#queue.length === 0) return;
      const batch = this.#queue.splice(0, room);
      const requests = batch.map((job) => {
        const id = this.#nextId++;
        this.#jobs.set(id, { job, thread });
        return { id, request: job.request, stream: job.onToken !== undefined };
      });
      thread.outstanding += batch.length;
      thread.worker.postMessage({ kind: "decode", requests } satisfies Request);
    }
  }

  #cancel(jobs: readonly Job[]): void {
    const wanted = new Set(jobs);
    for (let i = this.#queue.length - 1; i >= 0; i--) {
      const job = this.#queue[i] as Job;
      if (!wanted.has(job)) continue;
      this.#queue.splice(i, 1);
      job.resolve({ tokens: [], logprobs: [], finish: "aborted", prefilled: 0 });
    }
    for (const [id, { job, thread }] of this.#jobs) {
      if (wanted.has(job)) thread.worker.postMessage({ kind: "cancel", id } satisfies Request);
    }
  }

  #receive(reply: Reply): void {
    if (reply.kind === "token") {
      this.#jobs.get(reply.id)?.job.onToken?.(reply.token);
    } else if (reply.kind === "decoded") {
      const entry = this.#jobs.get(reply.id);
      if (entry === undefined) return;
      this.#jobs.delete(reply.id);
      entry.thread.outstanding--;
      entry.job.resolve(reply.result);
      this.#dispatch();
    } else if (reply.kind === "failed") {
      const error = new MullError("engine", reply.message, reply.hint === undefined ? {} : { hint: reply.hint });
      const pending = this.#pending.get(reply.id);
      if (pending === undefined) this.#fail(error);
      else pending.reject(error);
      this.#pending.delete(reply.id);
    } else {
      this.#pending.get(reply.id)?.resolve(reply);
      this.#pending.delete(reply.id);
    }
  }

  #checkUsable(): void {
    if (this.#failure === undefined) return;
    const { code, message, hint = "make a new engine" } = this.#failure;
    throw new MullError(code, `the engine cannot be used any more: ${message}`, { hint, cause: this.#failure });
  }

  /** Nothing that is under way will finish, and nothing more can be asked. */
  #fail(error: MullError): void {
    this.#failure ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
    for (const { job } of this.#jobs.values()) job.reject(error);
    for (const job of this.#queue) job.reject(error);
    this.#pending.clear();
    this.#jobs.clear();
    this.#queue.length = 0;
  }
}

function sharedVector(size: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(size * Float32Array.BYTES_PER_ELEMENT));
}

function sharedCopy(flat: Float32Array): Float32Array {
  const copy = sharedVector(flat.length);
  copy.set(flat);
  return copy;
}

export function newOptimizerState(parameters: number): OptimizerState {
  return { mean: new Float32Array(parameters), variance: new Float32Array(parameters), step: 0 };
}
