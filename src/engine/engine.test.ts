/** The engine through its threads: the same results as one thread, and what it does when it is stopped or misused. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, test } from "node:test";
import { Rng } from "../core/rng.ts";
import type { AdamWOptions } from "./adamw.ts";
import type { DecodeRequest } from "./decoder.ts";
import { Engine, newOptimizerState } from "./engine.ts";
import { log, mul, neg, reduceSum } from "./graph/ops.ts";
import { pack, type TrainingSequence } from "./packing.ts";
import type { Loss } from "./training-graph.ts";
import { randomParameters, type TransformerConfig } from "./transformer.ts";

const CONFIG: TransformerConfig = {
  vocabSize: 13,
  layers: 2,
  width: 16,
  heads: 4,
  kvHeads: 2,
  headDim: 4,
  ffnWidth: 24,
  maxPositions: 100,
  ropeTheta: 10000,
  normEpsilon: 1e-5,
};
const WEIGHTS = randomParameters(CONFIG, new Rng(1), 0.3);

const request = (change: Partial<DecodeRequest> = {}): DecodeRequest => ({
  prompt: [1, 2, 3],
  maxTokens: 20,
  temperature: 1,
  topP: 1,
  seed: 5,
  endIds: [],
  stopIds: [],
  ...change,
});

const LOSS: Loss = {
  name: "weighted",
  fields: ["weight"],
  build: ({ logprob, field }) => neg(reduceSum(mul(logprob, field("weight")))),
};

const ADAMW: AdamWOptions = {
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.98,
  epsilon: 1e-8,
  weightDecay: 0.01,
  clipNorm: 1,
  warmupSteps: 2,
  totalSteps: 10,
  finalRatio: 0.1,
};

function sequencesOf(lengths: readonly number[], rng: Rng): TrainingSequence[] {
  return lengths.map((n) => {
    const tokens = Array.from({ length: n }, () => rng.int(CONFIG.vocabSize));
    return { tokens, fields: { weight: tokens.map((_, i) => (i === 0 ? 0 : 1 / n)) } };
  });
}

function near(actual: Float32Array, expected: Float32Array, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((v, i) => {
    const e = expected[i] as number;
    assert.ok(Math.abs(v - e) <= tolerance * (1 + Math.abs(e)), `${i}: expected ${e}, got ${v}`);
  });
}

describe("threads", () => {
  const lengths = [90, 70, 64, 50, 40, 33, 20, 12, 7, 3, 2];
  const sequences = sequencesOf(Array.from({ length: 15 }, () => lengths).flat(), new Rng(4));

  test("two decode what one decodes, bit by bit, in the order of the requests", async () => {
    await using one = new Engine(CONFIG, WEIGHTS, { threads: 1 });
    await using two = new Engine(CONFIG, WEIGHTS, { threads: 2, slots: 8 });
    assert.deepEqual([one.threads, two.threads], [1, 2]);
    const requests = Array.from({ length: 60 }, (_, seed) =>
      request({ prompt: [1, seed % 5, 7, 2], seed, maxTokens: 1 + (seed % 30) }),
    );
    const [a, b] = await Promise.all([one.decode(requests), two.decode(requests)]);
    assert.deepEqual(
      b.map(({ tokens, logprobs, finish }) => ({ tokens, logprobs, finish })),
      a.map(({ tokens, logprobs, finish }) => ({ tokens, logprobs, finish })),
    );
    assert.deepEqual(
      a.map((r) => r.tokens.length),
      requests.map((r) => r.maxTokens),
    );
  });

  test("two differentiate and score as one does, to rounding; the same engine twice to the bit", async () => {
    await using one = new Engine(CONFIG, WEIGHTS, { threads: 1 });
    await using two = new Engine(CONFIG, WEIGHTS, { threads: 2 });
    assert.ok(pack(sequences, LOSS.fields).length >= 3, "both threads sum, and one of them more than one");
    const a = await one.gradient(sequences, LOSS);
    const b = await two.gradient(sequences, LOSS);
    near(b.gradient, a.gradient, 1e-5);
    assert.ok(Math.abs(a.loss - b.loss) <= 1e-5 * Math.abs(a.loss));
    assert.deepEqual(await two.gradient(sequences, LOSS), b);

    const scores = await two.score(sequences);
    for (const [i, { logprobs, entropies }] of scores.entries()) {
      assert.equal(logprobs.length, sequences[i]?.tokens.length);
      assert.deepEqual([logprobs[0], entropies[0]], [0, 0]);
      near(logprobs, a.scores[i]?.logprobs as Float32Array, 1e-5);
      near(entropies, a.scores[i]?.entropies as Float32Array, 1e-5);
    }
    const loss = scores.reduce((n, { logprobs }) => n - logprobs.reduce((x, y) => x + y, 0) / logprobs.length, 0);
    assert.ok(Math.abs(loss - a.loss) <= 1e-4);
  });

  test("training lowers the loss, and is the same twice", async () => {
    const train = async (): Promise<{ losses: number[]; parameters: Float32Array }> => {
      await using engine = new Engine(CONFIG, WEIGHTS, { threads: 2 });
      const state = newOptimizerState(WEIGHTS.length);
      const losses: number[] = [];
      for (let step = 0; step < 8; step++) {
        const { loss, gradient } = await engine.gradient(sequences, LOSS);
        await engine.update(gradient, state, ADAMW);
        losses.push(loss);
      }
      assert.equal(state.step, 8);
      return { losses, parameters: engine.parameters.slice() };
    };
    const first = await train();
    assert.ok((first.losses.at(-1) as number) < 0.9 * (first.losses[0] as number), `${first.losses}`);
    assert.deepEqual(await train(), first);
  });

  test("new weights reach decoding and scoring; the reference keeps the old", async () => {
    const other = randomParameters(CONFIG, new Rng(2), 0.3);
    await using engine = new Engine(CONFIG, WEIGHTS, { threads: 2 });
    await using fresh = new Engine(CONFIG, other, { threads: 2 });
    const before = await engine.score(sequences);
    await engine.decode([request()]);
    engine.setParameters(other);
    assert.deepEqual(await engine.decode([request()]), await fresh.decode([request()]));
    assert.deepEqual(await engine.score(sequences), await fresh.score(sequences));
    assert.deepEqual(await engine.score(sequences, "reference"), before);
    engine.setReference(other);
    assert.deepEqual(await engine.score(sequences, "reference"), await fresh.score(sequences));
  });
});

describe("abort", () => {
  test("what is under way stops with what it wrote, what waits with nothing, and the engine goes on", async () => {
    await using engine = new Engine(CONFIG, WEIGHTS, { threads: 2, slots: 4 });
    const requests = Array.from({ length: 200 }, (_, seed) => request({ seed, maxTokens: 90 }));
    const controller = new AbortController();
    let written = 0;
    const results = await engine.decode(requests, {
      signal: controller.signal,
      onToken: () => {
        if (++written === 20) controller.abort();
      },
    });
    assert.equal(results.length, 200);
    assert.ok(results.filter((r) => r.finish === "aborted").length > 150);
    assert.ok(results.every((r) => r.finish === "aborted" || r.tokens.length === 90));
    assert.ok(results.some((r) => r.finish === "aborted" && r.tokens.length > 0 && r.tokens.length < 90));
    assert.deepEqual(results.at(-1), { tokens: [], logprobs: [], finish: "aborted", prefilled: 0 });
    const [after] = await engine.decode([request({ maxTokens: 9 })]);
    assert.equal(after?.finish, "length");
  });

  test("a signal that is aborted already decodes nothing; others' requests are not touched", async () => {
    await using engine = new Engine(CONFIG, WEIGHTS, { threads: 1 });
    const other = engine.decode([request()]);
    const none = await engine.decode([request()], { signal: AbortSignal.abort() });
    assert.deepEqual(none, [{ tokens: [], logprobs: [], finish: "aborted", prefilled: 0 }]);
    assert.equal((await other)[0]?.tokens.length, 20);
  });
});

describe("misuse", () => {
  const engine = new Engine(CONFIG, WEIGHTS, { threads: 1 });
  const input = (message: RegExp): object => ({ name: "MullError", code: "input", message });
  const tokens = (...list: number[]): TrainingSequence => ({ tokens: list, fields: { weight: list } });

  test("a request out of bounds is refused, and names itself; the engine goes on", async () => {
    const refusals: readonly [Partial<DecodeRequest>, RegExp][] = [
      [{ prompt: [] }, /request 1: expected a prompt of 1 to 99 tokens.*got 0/],
      [{ prompt: new Array(100).fill(1) }, /request 1: expected a prompt of 1 to 99 tokens.*got 100/],
      [{ prompt: [1, 13] }, /request 1: token 1 has id 13, expected 0 to 12/],
      [{ prompt: [-1] }, /token 0 has id -1/],
      [{ prompt: [1.5] }, /token 0 has id 1.5/],
      [{ endIds: [99] }, /end 0 has id 99/],
      [{ stopIds: [99] }, /stop 0 has id 99/],
      [{ extend: { end: 1, continuation: [2, 77] } }, /extension 2 has id 77/],
      [{ maxTokens: 0 }, /expected maxTokens of 1 or more, got 0/],
      [{ temperature: -1 }, /expected a temperature of 0 or 1e-6 to 1e6, got -1/],
      [{ temperature: Number.NaN }, /temperature.*got NaN/],
      [{ topP: 0 }, /expected topP above 0, to 1, got 0/],
      [{ topP: 1.1 }, /topP.*got 1.1/],
      [{ seed: 0.5 }, /expected an integer seed, got 0.5/],
    ];
    for (const [change, message] of refusals) {
      await assert.rejects(engine.decode([request(), request(change)]), input(message));
    }
    assert.equal((await engine.decode([request({ prompt: new Array(99).fill(1) })]))[0]?.tokens.length, 1);
  });

  test("so is a sequence to train on", async () => {
    for (const run of [
      (s: TrainingSequence) => engine.gradient([s], LOSS),
      (s: TrainingSequence) => engine.score([s]),
    ]) {
      await assert.rejects(run(tokens(1)), input(/sequence 0: expected 2 to 100 tokens, got 1/));
      await assert.rejects(run(tokens(...new Array(101).fill(1))), input(/expected 2 to 100 tokens, got 101/));
      await assert.rejects(run(tokens(1, 2, 13)), input(/sequence 0: token 2 has id 13/));
    }
    assert.equal((await engine.score([tokens(...new Array(100).fill(1))]))[0]?.logprobs.length, 100);
  });

  test("weights of another shape are refused", () => {
    const message = /expected \d+ parameters for this shape, got 3/;
    const three = new Float32Array(3);
    for (const use of [
      () => new Engine(CONFIG, three),
      () => engine.setParameters(three),
      () => engine.setReference(three),
    ]) {
      assert.throws(use, { name: "MullError", code: "checkpoint", message });
    }
    assert.throws(() => new Engine({ ...CONFIG, kvHeads: 3 }, WEIGHTS), { code: "shape" });
    for (const options of [{ threads: 0 }, { slots: 0.5 }]) {
      assert.throws(() => new Engine(CONFIG, WEIGHTS, options), { code: "usage", message: /of 1 or more, got 0/ });
    }
  });

  test("a gradient that is not finite changes nothing", async () => {
    const state = newOptimizerState(WEIGHTS.length);
    const gradient = new Float32Array(WEIGHTS.length);
    gradient[7] = Number.NaN;
    await assert.rejects(engine.update(gradient, state, ADAMW), {
      code: "engine",
      message: /step 1: the gradient's norm is NaN/,
    });
    assert.deepEqual(state, newOptimizerState(WEIGHTS.length));
    assert.deepEqual(engine.parameters.slice(), WEIGHTS);
  });

  test("a loss that gives NaN gives NaN, and the engine goes on", async () => {
    const nan: Loss = { name: "nan", fields: [], build: ({ logprob }) => reduceSum(log(logprob)) };
    assert.ok(Number.isNaN((await engine.gradient([tokens(1, 2, 3)], nan)).loss));
    assert.equal((await engine.decode([request()])).length, 1);
    await engine.close();
  });
});

describe("the end of an engine", () => {
  test("weights that have diverged: what is under way rejects, and every later call says why", async () => {
    await using engine = new Engine(
      CONFIG,
      WEIGHTS.map(() => Number.NaN),
      { threads: 2 },
    );
    const diverged = { name: "MullError", code: "engine", message: /NaN or infinity/ };
    await assert.rejects(engine.decode([request(), request()]), diverged);
    const unusable = { ...diverged, message: /cannot be used any more: .*NaN or infinity/ };
    await assert.rejects(engine.decode([request()]), unusable);
    await assert.rejects(engine.gradient([{ tokens: [1, 2], fields: { weight: [0, 1] } }], LOSS), unusable);
  });

  test("close, in the middle of a product, rejects what is under way, and what comes after", async () => {
    const closed = { name: "MullError", code: "aborted", message: /the engine was closed/ };
    const sequences = sequencesOf(new Array(600).fill(90), new Rng(1));
    for (let tokens = 1; tokens <= 3; tokens++) {
      const engine = new Engine(CONFIG, WEIGHTS, { threads: 2 });
      const requests = Array.from({ length: 64 }, (_, seed) => request({ seed, maxTokens: 90 }));
      let written = 0;
      const enough = Promise.withResolvers<void>();
      const decoding = engine.decode(requests, {
        onToken: () => {
          if (++written === 64 * tokens) enough.resolve();
        },
      });
      const rejected = Promise.all([decoding, engine.gradient(sequences, LOSS)].map((p) => assert.rejects(p, closed)));
      await enough.promise;
      await engine.close();
      await rejected;
      await assert.rejects(engine.decode([request()]), closed);
      await assert.rejects(engine.score(sequences), closed);
      await engine.close(); // twice is once
    }
  });

  test("a process that exits in the middle of a product exits with its own code", () => {
    const file = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);
    const script = `
      import { Engine } from ${file("./engine.ts")};
      const config = ${JSON.stringify({ ...CONFIG, width: 128, ffnWidth: 512 })};
      const { randomParameters } = await import(${file("./transformer.ts")});
      const { Rng } = await import(${file("../core/rng.ts")});
      const engine = new Engine(config, randomParameters(config, new Rng(1)), { threads: 2 });
      const request = ${JSON.stringify(request({ maxTokens: 90 }))};
      let written = 0;
      const onToken = () => { if (++written === 3000) process.exit(7); };
      await engine.decode(Array.from({ length: 200 }, (_, seed) => ({ ...request, seed })), { onToken });`;
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    assert.equal(child.status, 7, `${child.signal} ${child.stderr}`);
  });
});
