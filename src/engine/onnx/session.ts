/** A compiled program, ready to run in this thread. Inputs are wrapped, never copied; outputs are fresh buffers. */

import * as ort from "onnxruntime-node";
import { MullError } from "../../core/errors.ts";
import type { Program } from "./emit.ts";

export type Feed = Float32Array | BigInt64Array;

export class Session {
  readonly #session: ort.InferenceSession;
  readonly #program: Program;

  private constructor(session: ort.InferenceSession, program: Program) {
    this.#session = session;
    this.#program = program;
  }

  /** @param threads threads inside one operator; Mull runs one session a core with one thread each. */
  static async create(program: Program, threads = 1): Promise<Session> {
    const session = await ort.InferenceSession.create(program.model, {
      executionProviders: ["cpu"],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      enableMemPattern: false, // a plan of memory per program takes 1.7 times as much of it, and saves no time
      logSeverityLevel: 3,
    });
    return new Session(session, program);
  }

  /** Runs the program. Every input must be there, with as many elements as its shape holds. */
  async run(feeds: Readonly<Record<string, Feed>>): Promise<Record<string, Float32Array>> {
    const tensors: Record<string, ort.Tensor> = {};
    for (const { name, shape, dtype } of this.#program.inputs) {
      const data = feeds[name];
      const size = shape.reduce((n, d) => n * d, 1);
      if (data === undefined || data.length !== size) {
        const came = data === undefined ? "nothing" : `${data.length}`;
        throw new MullError("engine", `input ${name}: expected ${size} elements of ${dtype}, got ${came}`);
      }
      tensors[name] = new ort.Tensor(dtype as "float32", data as Float32Array, shape);
    }
    const results = await this.#session.run(tensors);
    const outputs: Record<string, Float32Array> = {};
    for (const { name } of this.#program.outputs) outputs[name] = (results[name] as ort.Tensor).data as Float32Array;
    return outputs;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}
