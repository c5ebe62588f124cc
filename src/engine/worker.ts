/**
 * The thread in which everything is computed, so that nothing else stands still: one a core, each with one compute
 * thread, its own decoder and its own copy of the weights. It only runs programs; graphs are built by who asks.
 */

import { parentPort, workerData } from "node:worker_threads";
import { MullError } from "../core/errors.ts";
import { addTo } from "./add-to.ts";
import { Decoder } from "./decoder.ts";
import { leaveGate, passGate } from "./gate.ts";
import type { Reply, Request, WorkerSetup } from "./messages.ts";
import { Session } from "./onnx/session.ts";
import { parameterLayout } from "./transformer.ts";

const port = parentPort;
if (port === null) throw new Error("engine/worker.ts runs in a worker thread");

const { config, parameters, reference, training, decoder: decoderOptions, gate, thread } = workerData as WorkerSetup;
/** Computes, unless the engine is being closed. */
const compute = <T>(work: () => Promise<T>): Promise<T> => passGate(gate, thread, work);

/** This thread's copies of the shared weights, and the same as inputs of a program. */
const shared = { policy: parameters, reference };
const local = { policy: parameters.slice(), reference: reference.slice() };
const feedsOf = (flat: Float32Array): Record<string, Float32Array> =>
  Object.fromEntries(parameterLayout(config).map((p) => [p.name, flat.subarray(p.offset, p.offset + p.size)]));
const weightFeeds = { policy: feedsOf(local.policy), reference: feedsOf(local.reference) };

const decoder = new Decoder(config, local.policy, decoderOptions);
const programs = new Map<string, Session>();
const cancels = new Map<number, () => void>();
let decoding = false;

function send(reply: Reply, transfer: ArrayBuffer[] = []): void {
  port?.postMessage(reply, transfer);
}

/** Decodes until nothing is left, letting messages in between steps. */
async function decode(): Promise<void> {
  if (decoding) return;
  decoding = true;
  while (decoder.busy) {
    await compute(() => decoder.step());
    await new Promise((resume) => setImmediate(resume));
  }
  decoding = false;
}

const handlers: { [K in Request["kind"]]: (request: Extract<Request, { kind: K }>) => Promise<void> | void } = {
  weights({ weights }) {
    local[weights].set(shared[weights]);
    if (weights === "policy") decoder.setParameters(local.policy);
  },
  async load({ program, name }) {
    programs.set(name, await compute(() => Session.create(program)));
  },
  async update({ id, name, part: { from, to }, step, progress }) {
    const session = programs.get(name) as Session;
    const { gradient, mean, variance } = training;
    const feeds = {
      parameters: parameters.subarray(from, to),
      mean: mean.subarray(from, to),
      variance: variance.subarray(from, to),
      gradient,
      step: Float32Array.of(step),
      progress: Float32Array.of(progress),
    };
    const outputs = await compute(() => session.run(feeds));
    const scalarOf = (output: string): number => outputs[output]?.[0] as number;
    const gradientNorm = scalarOf("gradientNorm");
    if (Number.isFinite(gradientNorm)) {
      parameters.set(outputs["newParameters"] as Float32Array, from);
      mean.set(outputs["newMean"] as Float32Array, from);
      variance.set(outputs["newVariance"] as Float32Array, from);
    }
    send({ kind: "updated", id, gradientNorm, learningRate: scalarOf("learningRate") });
  },
  async batches({ id, runs, weights }) {
    let sum: Float32Array | undefined;
    const results: Record<string, Float32Array>[] = [];
    for (const { name, feeds } of runs) {
      const session = programs.get(name) as Session;
      const { gradient, ...rest } = await compute(() => session.run({ ...weightFeeds[weights], ...feeds }));
      if (sum === undefined) sum = gradient;
      else if (gradient !== undefined) addTo(sum, gradient);
      results.push(rest);
    }
    send({ kind: "batches", id, sum, results }, sum === undefined ? [] : [sum.buffer as ArrayBuffer]);
  },
  decode({ requests }) {
    for (const { id, request, stream } of requests) {
      const cancel = decoder.add(
        request,
        (result) => {
          cancels.delete(id);
          send({ kind: "decoded", id, result });
        },
        stream ? (token) => send({ kind: "token", id, token }) : undefined,
      );
      cancels.set(id, cancel);
    }
    void guard(-1, decode);
  },
  cancel({ id }) {
    cancels.get(id)?.();
  },
};

async function guard(id: number, work: () => Promise<void> | void): Promise<void> {
  try {
    await work();
  } catch (error) {
    const hint = error instanceof MullError ? error.hint : undefined;
    send({ kind: "failed", id, message: error instanceof Error ? error.message : String(error), hint });
  }
}

// One request after another, in the order they came; decoding alone goes on between them.
let queue: Promise<void> = Promise.resolve();
port.on("message", (request: Request) => {
  const handle = handlers[request.kind] as (request: Request) => Promise<void> | void;
  const id = "id" in request ? request.id : -1;
  queue = queue.then(() => guard(id, () => handle(request)));
});
leaveGate(gate, thread);
