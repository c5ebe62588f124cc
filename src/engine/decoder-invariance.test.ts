/**
 * A request's tokens and log-probabilities are the same bits whatever is decoded beside it: neighbours, their number,
 * when each came, slots, pages, shared prefixes. The reference is the request alone in a decoder that remembers nothing.
 *
 * What the property can find: a product of one row takes another kernel, so a decoder whose smallest batch is 1 fails.
 */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Rng } from "../core/rng.ts";
import { type DecodeRequest, type DecodeResult, Decoder } from "./decoder.ts";
import { randomParameters, type TransformerConfig } from "./transformer.ts";

/** Requests of a scene that are decoded again alone, at most. */
const COMPARED = 12;

type Scene = {
  readonly requests: readonly DecodeRequest[];
  /** The step before which each request comes. */
  readonly arrivals: readonly number[];
  readonly slots: number;
  readonly prefixTokens: number;
};

const tiny = (change: Partial<TransformerConfig>): TransformerConfig => ({
  vocabSize: 13,
  layers: 2,
  width: 16,
  heads: 4,
  kvHeads: 1,
  headDim: 4,
  ffnWidth: 24,
  maxPositions: 150,
  ropeTheta: 10000,
  normEpsilon: 1e-5,
  ...change,
});

/** Prompts of a few families, so that many share a beginning, and some the whole; short ones and long ones. */
function scenes(vocab: number, largest: number): fc.Arbitrary<Scene> {
  const request = fc.record({
    prompt: fc
      .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 70 }), fc.integer({ min: 0, max: 3 }))
      .map(([family, length, tail]) => {
        const rng = new Rng(100 + family);
        return Array.from({ length: length + tail }, (_, i) => (i < length ? rng.int(vocab) : (i + tail) % vocab));
      }),
    maxTokens: fc.integer({ min: 1, max: 40 }),
    temperature: fc.constantFrom(0, 0.7, 1, 1.5),
    topP: fc.constantFrom(1, 0.9, 0.5),
    seed: fc.nat(),
    endIds: fc.constantFrom([], [0]),
    stopIds: fc.constantFrom([], [1]),
    remember: fc.boolean(),
  });
  const size = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: largest }));
  return size.chain((n) =>
    fc.record({
      requests: fc.array(request, { minLength: n, maxLength: n }),
      arrivals: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: n, maxLength: n }),
      // Few slots make requests wait, but a scene of many would take long in very few.
      slots: fc.integer({ min: Math.ceil(n / 8), max: n }),
      prefixTokens: fc.constantFrom(0, 100, 16384),
    }),
  );
}

async function play(
  decoder: Decoder,
  { requests, arrivals }: Pick<Scene, "requests" | "arrivals">,
): Promise<DecodeResult[]> {
  const results: DecodeResult[] = [];
  let ended = 0;
  for (let step = 0; ended < requests.length; step++) {
    for (const [i, request] of requests.entries()) {
      if (arrivals[i] !== step) continue;
      decoder.add(request, (result) => {
        results[i] = result;
        ended++;
      });
    }
    await decoder.step();
  }
  return results;
}

async function assertInvariant(
  config: TransformerConfig,
  weights: Float32Array,
  alone: Decoder,
  scene: Scene,
): Promise<void> {
  const together = await play(new Decoder(config, weights, scene), scene);
  const stride = Math.ceil(scene.requests.length / COMPARED);
  for (const [i, request] of scene.requests.entries()) {
    if (i % stride !== 0) continue;
    const [expected] = (await play(alone, { requests: [request], arrivals: [0] })) as [DecodeResult];
    const { tokens, logprobs, finish } = together[i] as DecodeResult;
    assert.deepEqual(tokens, expected.tokens, `tokens of request ${i}`);
    // deepEqual of strict assert compares with Object.is: every bit of a float64 that is not NaN.
    assert.deepEqual(logprobs, expected.logprobs, `log-probabilities of request ${i}`);
    assert.equal(finish, expected.finish);
  }
}

describe("a request's bits do not depend on its neighbours", () => {
  // Widths that vector instructions divide and widths that leave a rest; every sharing of key heads.
  const shapes: readonly [string, TransformerConfig][] = [
    ["one key/value head", tiny({ kvHeads: 1 })],
    ["two key/value heads", tiny({ kvHeads: 2 })],
    ["as many as heads", tiny({ kvHeads: 4 })],
    ["odd widths", tiny({ vocabSize: 11, width: 15, heads: 3, kvHeads: 1, headDim: 6, ffnWidth: 27 })],
  ];
  for (const [name, config] of shapes) {
    test(name, async () => {
      const weights = randomParameters(config, new Rng(1), 0.3);
      const alone = new Decoder(config, weights, { slots: 1, prefixTokens: 0 });
      const property = fc.asyncProperty(scenes(config.vocabSize, 200), (scene) =>
        assertInvariant(config, weights, alone, scene),
      );
      await fc.assert(property, { numRuns: 6, endOnFailure: true });
    });
  }

  test("two hundred at once, with the widths of a model that is trained", async () => {
    const config = tiny({ vocabSize: 212, width: 128, headDim: 32, ffnWidth: 384, maxPositions: 200 });
    const weights = randomParameters(config, new Rng(1), 0.1);
    const rng = new Rng(6);
    const requests = Array.from({ length: 200 }, (_, seed): DecodeRequest => {
      const prompt = Array.from({ length: 3 + rng.int(6) }, (__, i) => (i < 2 ? i : rng.int(212)));
      return { prompt, maxTokens: 1 + rng.int(30), temperature: 1, topP: 1, seed, endIds: [0], stopIds: [] };
    });
    const arrivals = requests.map(() => rng.int(6));
    const together = await play(new Decoder(config, weights, { slots: 200, prefixTokens: 16384 }), {
      requests,
      arrivals,
    });
    const alone = new Decoder(config, weights, { slots: 1, prefixTokens: 0 });
    for (let i = 0; i < requests.length; i += 13) {
      const [expected] = (await play(alone, { requests: [requests[i] as DecodeRequest], arrivals: [0] })) as [
        DecodeResult,
      ];
      assert.deepEqual({ ...together[i], prefilled: 0 }, { ...expected, prefilled: 0 }, `request ${i}`);
    }
  });

  test("a long one, whose sums over positions are taken in blocks", async () => {
    const config = tiny({ layers: 1, maxPositions: 700 });
    const weights = randomParameters(config, new Rng(1), 0.3);
    const rng = new Rng(7);
    const long = Array.from({ length: 560 }, () => rng.int(13));
    const base = { maxTokens: 20, temperature: 1, topP: 1, endIds: [], stopIds: [] };
    const requests = [long, long, [...long, 3], ...Array.from({ length: 20 }, (_, i) => [i % 13, 5])].map(
      (prompt, seed) => ({ ...base, prompt, seed }),
    );
    const arrivals = requests.map((_, i) => (i < 3 ? 0 : 560));
    const scene = { requests, arrivals, slots: 64, prefixTokens: 16384 };
    await assertInvariant(config, weights, new Decoder(config, weights, { slots: 1, prefixTokens: 0 }), scene);
  });
});
