/** How fast this machine is at what Mull does: a matrix product, sampling chains, and training on them. */

import { availableParallelism } from "node:os";
import type { Completion, SampleRequest } from "../../core/completion.ts";
import type { Problem } from "../../core/problem.ts";
import { Rng } from "../../core/rng.ts";
import { input, matmul } from "../../engine/graph/ops.ts";
import { emit } from "../../engine/onnx/emit.ts";
import { Session } from "../../engine/onnx/session.ts";
import { CROSS_ENTROPY, supervised } from "../../learn/pretrain.ts";
import type { EmbeddedModel } from "../../model/embedded.ts";
import { CountdownTask } from "../../tasks/countdown/task.ts";
import { LONGEST_CHAIN } from "../pretrain/base-model.ts";

const N = 1024;

/** GFLOP/s of products of 1024 x 1024 float32 matrices on all cores: the best of what fits into `ms`. */
export async function gemmSpeed(ms: number): Promise<number> {
  const product = matmul(input("a", [N, N]), input("b", [N, N]));
  const session = await Session.create(emit({ product }), availableParallelism());
  const feeds = { a: new Float32Array(N * N).fill(0.5), b: new Float32Array(N * N).fill(2) };
  await session.run(feeds);
  let best = 0;
  for (const began = performance.now(); performance.now() - began < ms; ) {
    const start = performance.now();
    await session.run(feeds);
    best = Math.max(best, (2 * N ** 3) / ((performance.now() - start) * 1e6));
  }
  await session.release();
  return best;
}

export type Speed = {
  /** Sampled tokens/s, prompts left out. */
  readonly sampling: number;
  /** Tokens/s of forward and backward pass, prompts included. */
  readonly training: number;
  /** Mean tokens of a chain. */
  readonly meanTokens: number;
};

/** Chains that are sampled to their end, for their mean length. */
const WHOLE = 256;
/** Those of them on which training is measured. */
const TRAINED_ON = 64;
/** Requests in flight while sampling is measured: more than can be answered in the time. */
const MANY = 16_384;

/** Samples chains of training problems, for `ms`, then takes gradients of some, for `ms`. The weights stay as they are. */
export async function modelSpeed(model: EmbeddedModel, seed: number, ms: number): Promise<Speed> {
  const rng = new Rng(seed).split("speed");
  const problems = [...new CountdownTask().problems("train", rng).take(64)];
  const requests = Array.from({ length: MANY }, (_, i) => ({
    prompt: (problems[i % problems.length] as Problem).prompt,
    maxTokens: LONGEST_CHAIN,
    seed: rng.split(i).seed,
  }));
  const whole = await model.sample(requests.slice(0, WHOLE)); // compiles what sampling needs, too
  const sampling = await timed(() => model.sample(requests, { signal: AbortSignal.timeout(ms) }));

  const texts = whole.slice(0, TRAINED_ON).map(({ tokens = [] }, i) => {
    const prompt = model.encode((requests[i] as SampleRequest).prompt);
    return { tokens: [...prompt, ...tokens], promptTokens: prompt.length };
  });
  const sequences = supervised(texts);
  await model.engine.gradient(sequences, CROSS_ENTROPY);
  const training = await timed(async () => {
    let rounds = 0;
    for (const began = performance.now(); performance.now() - began < ms; rounds++) {
      await model.engine.gradient(sequences, CROSS_ENTROPY);
    }
    return rounds;
  });
  return {
    sampling: written(sampling.value) / sampling.seconds,
    training: (training.value * texts.reduce((sum, text) => sum + text.tokens.length, 0)) / training.seconds,
    meanTokens: written(whole) / WHOLE,
  };
}

function written(completions: readonly Completion[]): number {
  return completions.reduce((sum, { usage }) => sum + usage.completionTokens, 0);
}

async function timed<T>(work: () => Promise<T>): Promise<{ value: T; seconds: number }> {
  const began = performance.now();
  const value = await work();
  return { value, seconds: (performance.now() - began) / 1000 };
}
