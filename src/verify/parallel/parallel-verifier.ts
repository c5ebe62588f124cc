/**
 * A verifier on all cores, off the event loop. Each thread verifies one answer at a time; one that does not answer in time is
 * ended and replaced, and that answer alone is `unscored`. The clock is a fence behind the verifiers' own bounds, which count
 * work: what they leave to it is a defect or a slow machine.
 */

import { availableParallelism } from "node:os";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { MullError } from "../../core/errors.ts";
import type { Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { unscored, type Verdict } from "../../core/verdict.ts";
import type { VerifierSpec } from "../verifier-spec.ts";

export type ParallelOptions = {
  /** Threads. Default: one a core. */
  readonly workers?: number;
  /** Time of one answer, ms. Default 250. */
  readonly limitMs?: number;
};

type Job = {
  readonly problem: Problem;
  readonly completion: string;
  readonly resolve: (verdict: Verdict) => void;
  done: boolean;
};

type Thread = { readonly worker: Worker; job: Job | null; timer: NodeJS.Timeout | undefined; ready: boolean };

const FILE = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);
/** Threads that end while they begin, before it is given up. */
const MOST_FAILURES = 5;

/**
 * For verifiers that are quick and of plain data: math, choice, exact. Those that run processes of their own need no threads.
 *
 * @example
 * const verifier = new ParallelVerifier({ kind: "math" }, { workers: 1 });
 * (await verifier.verify({ id: "p", prompt: "?", answer: "1/2" }, "0.5")).status; // "correct"
 * await verifier.close();
 */
export class ParallelVerifier implements Verifier, AsyncDisposable {
  readonly name: string;
  readonly #spec: VerifierSpec;
  readonly #limitMs: number;
  readonly #size: number;
  readonly #threads = new Set<Thread>();
  readonly #queue: Job[] = [];
  #failures = 0;
  #closed = false;

  /** @throws MullError `usage` for numbers out of range */
  constructor(spec: VerifierSpec, { workers = availableParallelism(), limitMs = 250 }: ParallelOptions = {}) {
    if (!Number.isSafeInteger(workers) || workers < 1 || !(limitMs > 0)) {
      throw new MullError("usage", `${workers} workers and ${limitMs} ms, expected at least one and a time above 0`);
    }
    this.name = spec.kind;
    this.#spec = spec;
    this.#size = workers;
    this.#limitMs = limitMs;
  }

  verify(problem: Problem, completion: string, options: { readonly signal?: AbortSignal } = {}): Promise<Verdict> {
    const { signal } = options;
    if (signal?.aborted === true) return Promise.resolve(unscored("stopped before it was verified"));
    if (this.#closed) return Promise.resolve(unscored("the verifier was closed"));
    return new Promise((resolve) => {
      const job: Job = { problem, completion, resolve, done: false };
      signal?.addEventListener("abort", () => this.#finish(job, unscored("stopped while it was verified")), {
        once: true,
      });
      this.#queue.push(job);
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#queue.splice(0)) this.#finish(job, unscored("the verifier was closed"));
    const threads = [...this.#threads];
    this.#threads.clear();
    for (const { job, timer } of threads) {
      clearTimeout(timer);
      if (job !== null) this.#finish(job, unscored("the verifier was closed"));
    }
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #finish(job: Job, verdict: Verdict): void {
    if (job.done) return;
    job.done = true;
    job.resolve(verdict);
  }

  #dispatch(): void {
    if (this.#closed) return;
    for (const thread of this.#threads) {
      if (!thread.ready || thread.job !== null) continue;
      const job = this.#take();
      if (job === undefined) return;
      this.#give(thread, job);
    }
    const waiting = this.#queue.length;
    const starting = [...this.#threads].filter(({ ready }) => !ready).length;
    for (let i = this.#threads.size; i < this.#size && i - this.#threads.size + starting < waiting; i++) this.#start();
  }

  /** The next that was not stopped meanwhile. */
  #take(): Job | undefined {
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) if (!job.done) return job;
    return undefined;
  }

  #give(thread: Thread, job: Job): void {
    thread.job = job;
    thread.worker.ref();
    thread.worker.postMessage({ problem: job.problem, completion: job.completion });
    thread.timer = setTimeout(() => {
      this.#retire(thread, `took longer than ${this.#limitMs} ms`);
    }, this.#limitMs);
  }

  #start(): void {
    const worker = new Worker(FILE, { workerData: this.#spec, execArgv: [] });
    const thread: Thread = { worker, job: null, timer: undefined, ready: false };
    this.#threads.add(thread);
    worker.on("message", (message: "ready" | Verdict) => {
      clearTimeout(thread.timer);
      if (message === "ready") {
        thread.ready = true;
        this.#failures = 0;
      } else if (thread.job !== null) this.#finish(thread.job, message);
      thread.job = null;
      worker.unref(); // a thread without work keeps nothing alive
      this.#dispatch();
    });
    worker.on("error", (error) => this.#retire(thread, `the verifier failed: ${error.message.slice(0, 300)}`));
    worker.on("exit", () => this.#retire(thread, "the verifier's thread ended"));
  }

  /** Ends a thread; its answer is nobody's fault but is not judged. */
  #retire(thread: Thread, why: string): void {
    if (!this.#threads.delete(thread)) return;
    clearTimeout(thread.timer);
    thread.worker.terminate().catch(() => {});
    if (thread.job !== null) this.#finish(thread.job, unscored(why));
    if (!thread.ready && ++this.#failures >= MOST_FAILURES) {
      for (const job of this.#queue.splice(0)) this.#finish(job, unscored(why));
      return;
    }
    this.#dispatch();
  }
}
