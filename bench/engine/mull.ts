/**
 * Mull's side, a process of its own: `node bench/engine/mull.ts FOLDER` does the tasks of the workload in FOLDER through
 * the Engine as its users do, when it is told to (bench/side-process.ts).
 */

import { Rng } from "../../src/core/rng.ts";
import type { DecodeRequest } from "../../src/engine/decoder.ts";
import { Engine, newOptimizerState } from "../../src/engine/engine.ts";
import { input, matmul } from "../../src/engine/graph/ops.ts";
import { emit } from "../../src/engine/onnx/emit.ts";
import { Session } from "../../src/engine/onnx/session.ts";
import { pack } from "../../src/engine/packing.ts";
import { CROSS_ENTROPY, pretrain, supervised } from "../../src/learn/pretrain.ts";
import { readVersions } from "../../src/show/job/versions.ts";
import { PRETRAIN_STEPS, pretrainOptions } from "../../src/show/pretrain/base-model.ts";
import { say, serveTurns, type TaskTurns } from "../serve.ts";
import type { Measurement } from "./side-result.ts";
import { fedTokens, readWorkload, type Workload } from "./workload.ts";

const now = (): number => performance.now() / 1000; // seconds

type Turns = TaskTurns<Measurement>;

async function serve(folder: string): Promise<void> {
  const { workload, weights } = readWorkload(folder);
  say({ versions: readVersions(), gemm: { "onnxruntime-node": await gemmRate(1024, workload.threads) } });
  await using engine = new Engine(workload.config, weights, { threads: workload.threads });
  await serveTurns((task) => turnsOf(task, engine, workload, weights));
}

function turnsOf(task: string, engine: Engine, workload: Workload, weights: Float32Array): Turns {
  engine.setParameters(weights);
  if (task === "rows") return trainOnRows(engine, workload);
  if (task === "texts") return trainOnTexts(engine, workload);
  return sample(engine, workload, weights, Number(task.replace("sample ", "")));
}

async function* trainOnRows(engine: Engine, { rows, warmupSteps, optimizer, seconds }: Workload): Turns {
  const state = newOptimizerState(engine.parameters.length);
  let updating = 0;
  const step = async (): Promise<number> => {
    const texts = rows[state.step % rows.length] ?? [];
    const { loss, gradient } = await engine.gradient(supervised(texts), CROSS_ENTROPY);
    const from = now();
    await engine.update(gradient, state, optimizer);
    updating += now() - from;
    return loss;
  };
  while (state.step < warmupSteps) await step();
  const check = await step();
  yield;
  for (;;) {
    updating = 0;
    const first = state.step;
    const start = now();
    while (now() - start < seconds) await step();
    const spent = now() - start;
    const tokens = (state.step - first) * fedTokens(rows[0] ?? []);
    const note = `${((100 * updating) / spent).toFixed(1)}% of the time in the update`;
    yield { task: "rows", tokens, seconds: spent, check, note };
  }
}

async function* trainOnTexts(engine: Engine, { pool, checkTexts, seconds }: Workload): Turns {
  const { loss: check } = await engine.gradient(supervised(pool.slice(0, checkTexts)), CROSS_ENTROPY);
  const state = newOptimizerState(engine.parameters.length);
  const pass = fedTokens(pool);
  const laid = pack(supervised(pool), CROSS_ENTROPY.fields).reduce((n, { batch, time }) => n + batch * time, 0);
  const note = `packed, ${(100 * (1 - pass / laid)).toFixed(1)}% padding`;
  const options = { ...pretrainOptions(PRETRAIN_STEPS), steps: Number.MAX_SAFE_INTEGER };
  let tokens = 0;
  let start = now();
  let warm = false;
  for await (const { texts } of pretrain(engine, state, () => pool, new Rng(1), options)) {
    tokens += fedTokens(texts);
    const spent = now() - start;
    if (tokens % pass !== 0 || (warm && spent < seconds)) continue;
    yield warm ? { task: "texts", tokens, seconds: spent, check, note } : undefined; // the first pass warms up
    warm = true;
    tokens = 0;
    start = now();
  }
  throw new Error("the pool has come to an end");
}

async function* sample(
  engine: Engine,
  { prompts, newTokens, seconds }: Workload,
  weights: Float32Array,
  batch: number,
): Turns {
  let logprobs = 0;
  let tokens = 0;
  let seed = 0;
  const run = async (): Promise<void> => {
    engine.setParameters(weights); // forgets the prefixes that an earlier run has left
    const requests = prompts.slice(0, batch).map(
      (prompt, i): DecodeRequest => ({
        prompt,
        maxTokens: newTokens,
        temperature: 1,
        topP: 1,
        seed: seed * batch + i,
        endIds: [],
        stopIds: [],
      }),
    );
    seed++;
    for (const result of await engine.decode(requests)) {
      tokens += result.tokens.length;
      for (const logprob of result.logprobs) logprobs += logprob;
    }
  };
  await run();
  yield;
  for (;;) {
    tokens = 0;
    logprobs = 0;
    const start = now();
    while (now() - start < seconds) await run();
    yield { task: `sample ${batch}`, tokens, seconds: now() - start, check: logprobs / tokens };
  }
}

/** GFLOP/s of ONNX Runtime's own product of two square matrices, the best of 20. */
async function gemmRate(size: number, threads: number): Promise<number> {
  const product = emit({ c: matmul(input("a", [size, size]), input("b", [size, size])) });
  const session = await Session.create(product, threads);
  const a = new Float32Array(size * size).fill(0.5);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 20; i++) {
    const start = now();
    await session.run({ a, b: a });
    best = Math.min(best, now() - start);
  }
  await session.release();
  return (2 * size ** 3) / best / 1e9;
}

await serve(process.argv[2] ?? "");
