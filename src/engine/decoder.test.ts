/** What a request gets: tokens by its own rules, and the same bits whatever else is decoded beside it. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Rng } from "../core/rng.ts";
import { type DecodeRequest, type DecodeResult, Decoder } from "./decoder.ts";
import { Session } from "./onnx/session.ts";
import { pack } from "./packing.ts";
import { scoreProgram } from "./training-graph.ts";
import { parameterLayout, randomParameters, type TransformerConfig } from "./transformer.ts";

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
const OPTIONS = { slots: 64, prefixTokens: 1000 };

const request = (change: Partial<DecodeRequest> = {}): DecodeRequest => ({
  prompt: [1, 2, 3],
  maxTokens: 8,
  temperature: 1,
  topP: 1,
  seed: 5,
  endIds: [],
  stopIds: [],
  ...change,
});

async function finish(decoder: Decoder, requests: readonly DecodeRequest[]): Promise<DecodeResult[]> {
  const results: DecodeResult[] = [];
  for (const [i, r] of requests.entries()) {
    decoder.add(r, (result) => {
      assert.equal(results[i], undefined, "a request is done once");
      results[i] = result;
    });
  }
  while (decoder.busy) await decoder.step();
  return results;
}

const decode = async (...requests: readonly DecodeRequest[]): Promise<DecodeResult[]> =>
  finish(new Decoder(CONFIG, WEIGHTS, OPTIONS), requests);

/** Log-probability that the training graph gives each token of each sequence after the first. */
async function score(...sequences: readonly (readonly number[])[]): Promise<number[][]> {
  const scores: number[][] = [];
  const views = parameterLayout(CONFIG).map((p) => [p.name, WEIGHTS.subarray(p.offset, p.offset + p.size)]);
  const weights = Object.fromEntries(views) as Record<string, Float32Array>;
  for (const m of pack(
    sequences.map((tokens) => ({ tokens, fields: {} })),
    [],
  )) {
    const session = await Session.create(scoreProgram(CONFIG, m));
    const { ids, positions, targets, starts, places } = m;
    const { logprob } = await session.run({ ids, positions, targets, starts, ...weights });
    await session.release();
    for (const { sequence, at } of places) {
      const count = (sequences[sequence] as readonly number[]).length - 1;
      scores[sequence] = Array.from((logprob as Float32Array).subarray(at, at + count));
    }
  }
  return scores;
}

/** Asserts that decoded log-probabilities are the training graph's; those of forced tokens are 0. */
async function assertScored(prompt: readonly number[], { tokens, logprobs }: DecodeResult): Promise<void> {
  const [scores] = (await score([...prompt, ...tokens])) as [number[]];
  logprobs.forEach((lp, i) => {
    const scored = scores[prompt.length - 1 + i] as number;
    if (lp !== 0) assert.ok(Math.abs(lp - scored) <= 2e-5, `token ${i}: ${lp} decoded, ${scored} scored`);
  });
}

describe("one request", () => {
  test("its log-probabilities are those of the training graph, through three lanes of the cache", async () => {
    const [result] = (await decode(request({ maxTokens: 80 }))) as [DecodeResult];
    assert.equal(result.tokens.length, 80);
    assert.ok(result.logprobs.every((lp) => lp < 0));
    await assertScored([1, 2, 3], result);
  });

  test("greedy takes the best token each time", async () => {
    const [result] = (await decode(request({ temperature: 0 }))) as [DecodeResult];
    const written = (i: number): number[] => [1, 2, 3, ...result.tokens.slice(0, i)];
    const others = result.tokens.flatMap((_, i) =>
      Array.from({ length: CONFIG.vocabSize }, (__, id) => [...written(i), id]),
    );
    const scores = await score(...others);
    result.logprobs.forEach((lp, i) => {
      const ofPosition = scores.slice(i * CONFIG.vocabSize, (i + 1) * CONFIG.vocabSize).map((s) => s.at(-1) as number);
      assert.ok(Math.abs(lp - Math.max(...ofPosition)) <= 2e-5);
    });
  });

  test("ends at its own end, at a stop, at its limit, and where positions end", async () => {
    const [free] = (await decode(request())) as [DecodeResult];
    assert.equal(free.finish, "length");
    assert.equal(free.tokens.length, 8);
    const third = free.tokens[2] as number;
    const first = free.tokens.indexOf(third);
    const cut = { tokens: free.tokens.slice(0, first + 1), logprobs: free.logprobs.slice(0, first + 1) };
    const [ended, stopped, long] = await decode(
      request({ endIds: [third] }),
      request({ stopIds: [third] }),
      request({ prompt: new Array(90).fill(4), maxTokens: 50 }),
    );
    assert.deepEqual(ended, { ...cut, finish: "end", prefilled: 3 });
    assert.deepEqual(stopped, { ...cut, finish: "stop", prefilled: 1 });
    assert.deepEqual([long?.tokens.length, long?.finish], [10, "length"]);
  });

  test("budget forcing writes the continuation in the end's place, as given, and goes on", async () => {
    const [free] = (await decode(request({ maxTokens: 30 }))) as [DecodeResult];
    const end = free.tokens[4] as number;
    const first = free.tokens.indexOf(end);
    const others = free.tokens.slice(0, first);
    const extend = { end, continuation: [7, 8] };
    const [forced] = (await decode(request({ maxTokens: 30, endIds: [end], extend }))) as [DecodeResult];
    assert.deepEqual(forced.tokens.slice(0, first + 2), [...others, 7, 8]);
    assert.deepEqual(forced.logprobs.slice(0, first + 2), [...free.logprobs.slice(0, first), 0, 0]);
    assert.equal(forced.finish, "length");
    assert.equal(forced.tokens.length, 30);
    forced.logprobs.forEach((lp, i) => {
      if (lp === 0) assert.ok(forced.tokens[i] === 7 || forced.tokens[i] === 8, "only the continuation is forced");
    });
    await assertScored([1, 2, 3], forced);
  });

  test("a continuation that ends it ends it", async () => {
    const [free] = (await decode(request())) as [DecodeResult];
    const end = free.tokens[0] as number;
    const other = (end + 1) % CONFIG.vocabSize;
    const [forced] = await decode(request({ endIds: [other], extend: { end, continuation: [other] } }));
    assert.deepEqual(forced, { tokens: [other], logprobs: [0], finish: "end", prefilled: 3 });
  });

  test("tokens are announced as they are written", async () => {
    const decoder = new Decoder(CONFIG, WEIGHTS, OPTIONS);
    const seen: number[] = [];
    let tokens: number[] = [];
    decoder.add(
      request(),
      (result) => {
        tokens = result.tokens;
      },
      (id) => seen.push(id),
    );
    while (decoder.busy) await decoder.step();
    assert.equal(seen.length, 8);
    assert.deepEqual(seen, tokens);
  });
});

describe("shared prefixes", () => {
  test("a prompt of several requests is computed once; the others compute its last token alone", async () => {
    const prompt = [3, 1, 4, 1, 5, 9, 2, 6];
    const results = await decode(...Array.from({ length: 10 }, (_, seed) => request({ prompt, seed })));
    assert.deepEqual(
      results.map((r) => r.prefilled),
      [8, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    );
  });

  test("one that goes on from a remembered sequence computes only what is new, and gets the same bits", async () => {
    const decoder = new Decoder(CONFIG, WEIGHTS, OPTIONS);
    const [first] = (await finish(decoder, [request({ remember: true, maxTokens: 40 })])) as [DecodeResult];
    const prompt = [1, 2, 3, ...first.tokens, 7, 8];
    const [next] = (await finish(decoder, [request({ prompt })])) as [DecodeResult];
    assert.equal(next.prefilled, 3); // the last token written, which was never read, and the two new ones
    const [fresh] = (await decode(request({ prompt }))) as [DecodeResult];
    assert.deepEqual({ ...next, prefilled: 0 }, { ...fresh, prefilled: 0 });
  });

  test("new weights forget them, also those that a request under way would have left", async () => {
    const other = randomParameters(CONFIG, new Rng(2), 0.3);
    const decoder = new Decoder(CONFIG, WEIGHTS, OPTIONS);
    await finish(decoder, [request()]);
    decoder.add(request({ prompt: [9, 8, 7, 6, 5], remember: true }), () => {});
    await decoder.step();
    await decoder.step();
    decoder.setParameters(other);
    while (decoder.busy) await decoder.step();
    const requests = [request(), request({ prompt: [9, 8, 7, 6, 5, 4] })];
    const after = await finish(decoder, requests);
    assert.deepEqual(after, await finish(new Decoder(CONFIG, other, OPTIONS), requests));
    assert.deepEqual(
      after.map((r) => r.prefilled),
      [3, 6],
    );
  });
});

describe("abort", () => {
  test("a request that waits leaves at once; one under way with what it wrote; the others keep their bits", async () => {
    const requests = Array.from({ length: 12 }, (_, seed) =>
      request({ prompt: [2, seed % 3, 7], maxTokens: 40, seed }),
    );
    const whole = await decode(...requests);
    const decoder = new Decoder(CONFIG, WEIGHTS, { slots: 8, prefixTokens: 1000 });
    const results: DecodeResult[] = [];
    const aborts = requests.map((r, i) =>
      decoder.add(r, (result) => {
        results[i] = result;
      }),
    );
    aborts[11]?.(); // it waits: 8 slots
    assert.deepEqual(results[11], { tokens: [], logprobs: [], finish: "aborted", prefilled: 0 });
    for (let steps = 0; decoder.busy; steps++) {
      // In the middle of a step, when products of these rows may be under way.
      const step = decoder.step();
      if (steps === 0) aborts[1]?.(); // while it computes a prompt that 4 and 7 wait to fork
      if (steps === 3) aborts[2]?.();
      if (steps === 10) aborts[0]?.();
      await step;
    }
    for (const [i, { tokens, logprobs, finish: why }] of results.entries()) {
      const aborted = [0, 1, 2, 11].includes(i);
      assert.equal(why, aborted ? "aborted" : "length");
      assert.equal(tokens.length < 40, aborted);
      assert.deepEqual(tokens, whole[i]?.tokens.slice(0, tokens.length), `request ${i}`);
      assert.deepEqual(logprobs, whole[i]?.logprobs.slice(0, tokens.length), `request ${i}`);
    }
    assert.ok((results[0]?.tokens.length as number) > 0);
    aborts[3]?.(); // it has ended: nothing happens
    assert.equal(results[3]?.finish, "length");
  });
});
