/** The whole transformer: its gradient, packed rows, and the decode step against the training graph. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Rng } from "../core/rng.ts";
import { checkGradient } from "./gradient-check.ts";
import { input, logProb } from "./graph/ops.ts";
import type { Tensor } from "./graph/tensor.ts";
import { KvCache, type Lane, type Page } from "./kv-cache.ts";
import { emit } from "./onnx/emit.ts";
import { type Feed, Session } from "./onnx/session.ts";
import { type Microbatch, pack, type TrainingSequence } from "./packing.ts";
import {
  decodeStep,
  parameterCount,
  parameterInputs,
  parameterLayout,
  randomParameters,
  sequenceLogits,
  type TransformerConfig,
} from "./transformer.ts";

const shape = (kvHeads: number): TransformerConfig => ({
  vocabSize: 11,
  layers: 2,
  width: 16,
  heads: 4,
  kvHeads,
  headDim: 4,
  ffnWidth: 24,
  maxPositions: 160,
  ropeTheta: 10000,
  normEpsilon: 1e-5,
});

/** Weights by name, views of one flat vector, large enough that every part matters. */
function weightsOf(c: TransformerConfig, rng: Rng): Record<string, Float32Array> {
  const flat = randomParameters(c, rng, 0.3);
  return Object.fromEntries(parameterLayout(c).map((p) => [p.name, flat.subarray(p.offset, p.offset + p.size)]));
}

function sequencesOf(c: TransformerConfig, lengths: readonly number[], rng: Rng): TrainingSequence[] {
  return lengths.map((n) => ({ tokens: Array.from({ length: n }, () => rng.int(c.vocabSize)), fields: {} }));
}

/** Logits [batch * time, vocab] of a micro-batch. */
async function trainingLogits(
  c: TransformerConfig,
  weights: Record<string, Float32Array>,
  m: Microbatch,
): Promise<Float32Array> {
  const n = m.batch * m.time;
  const [ids, positions] = [input("ids", [n], "int64"), input("positions", [n], "int64")];
  const logits = sequenceLogits(c, parameterInputs(c), ids, positions, input("starts", [n]), m);
  const session = await Session.create(emit({ logits }));
  const feeds: Record<string, Feed> = { ids: m.ids, positions: m.positions, starts: m.starts, ...weights };
  const outputs = await session.run(feeds);
  await session.release();
  return outputs["logits"] as Float32Array;
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  assert.equal(a.length, b.length);
  return a.reduce((worst, v, i) => Math.max(worst, Math.abs(v - (b[i] as number))), 0);
}

describe("the gradient of the whole model against finite differences", () => {
  /** Largest |measured - derived| / (1 + |derived|) over random directions of every parameter. */
  const TOLERANCE = 1e-3;
  for (const kvHeads of [1, 2, 4]) {
    test(`${kvHeads} key/value heads, several sequences packed into rows`, async () => {
      const c = shape(kvHeads);
      const rng = new Rng(23).split(kvHeads);
      const [m] = pack(sequencesOf(c, [40, 30, 22, 3], rng), []) as [Microbatch];
      const n = m.batch * m.time;
      assert.deepEqual([m.batch, m.places.length], [2, 4]);
      const parameters = parameterInputs(c);
      const [ids, positions] = [input("ids", [n], "int64"), input("positions", [n], "int64")];
      const logits = sequenceLogits(c, parameters, ids, positions, input("starts", [n]), m);
      const output = logProb(logits, input("targets", [n], "int64"));
      const feeds = { ids: m.ids, positions: m.positions, starts: m.starts, targets: m.targets, ...weightsOf(c, rng) };
      const check = await checkGradient(output, [...parameters.values()], feeds, { rng, directions: 3, step: 1 / 64 });
      assert.equal(check.compared, 3 * parameters.size);
      assert.ok(check.error <= TOLERANCE, JSON.stringify(check));
    });
  }
});

describe("packed rows", () => {
  for (const kvHeads of [1, 2, 4]) {
    test(`${kvHeads} key/value heads: logits are those of each sequence alone, in one block of queries or two`, async () => {
      const c = shape(kvHeads);
      const rng = new Rng(31).split(kvHeads);
      const weights = weightsOf(c, rng);
      const [long, short] = sequencesOf(c, [100, 28], rng) as [TrainingSequence, TrainingSequence];
      const together = pack([short, long], []);
      assert.deepEqual(
        together.map(({ batch, time, places }) => ({ batch, time, places })),
        [
          {
            batch: 1,
            time: 128,
            places: [
              { sequence: 1, at: 0 },
              { sequence: 0, at: 99 },
            ],
          },
        ],
      );
      const logits = await trainingLogits(c, weights, together[0] as Microbatch);
      const beginning = { tokens: long.tokens.slice(0, 61), fields: {} };
      for (const [sequence, at] of [
        [short, 99],
        [beginning, 0],
      ] as const) {
        const [alone] = pack([sequence], []) as [Microbatch];
        assert.deepEqual([alone.batch, alone.time], [1, 64]);
        const size = (sequence.tokens.length - 1) * c.vocabSize;
        const expected = (await trainingLogits(c, weights, alone)).subarray(0, size);
        const packed = logits.subarray(at * c.vocabSize, at * c.vocabSize + size);
        assert.ok(largestDifference(packed, expected) <= 1e-5, `${largestDifference(packed, expected)}`);
      }
    });
  }
});

describe("decoding step by step gives the logits of the training graph", () => {
  for (const kvHeads of [1, 2, 4]) {
    test(`${kvHeads} key/value heads, through four lanes of the cache`, async () => {
      const c = shape(kvHeads);
      const rng = new Rng(41).split(kvHeads);
      const weights = weightsOf(c, rng);
      const sequences = sequencesOf(c, [120, 70, 5, 101], rng);
      const { logits, lanes } = await decodeLogits(c, weights, sequences);
      assert.deepEqual(lanes, [32, 64, 96, 128]);
      for (const m of pack(sequences, [])) {
        const expected = await trainingLogits(c, weights, m);
        for (const { sequence, at } of m.places) {
          // Nothing is asked of the model after a sequence's last token, which the training graph leaves out.
          const size = ((sequences[sequence] as TrainingSequence).tokens.length - 1) * c.vocabSize;
          const stepwise = (logits[sequence] as Float32Array).subarray(0, size);
          const difference = largestDifference(stepwise, expected.subarray(at * c.vocabSize, at * c.vocabSize + size));
          assert.ok(difference <= 1e-5, `sequence ${sequence}: ${difference}`);
        }
      }
    });
  }
});

/** Feeds sequences token by token through the decode step and the cache: logits [tokens, vocab] of each. */
async function decodeLogits(
  c: TransformerConfig,
  weights: Record<string, Float32Array>,
  sequences: readonly TrainingSequence[],
): Promise<{ logits: Float32Array[]; lanes: number[] }> {
  const logits = sequences.map(({ tokens }) => new Float32Array(tokens.length * c.vocabSize));
  const cache = new KvCache<number>(c);
  const sessions = new Map<number, Session>();
  for (const i of sequences.keys()) cache.insert(i);
  for (let lanes = cache.lanes(); lanes.length > 0; lanes = cache.lanes()) {
    const lane = lanes[0] as Lane<number>;
    const session = sessions.get(lane.time) ?? (await decodeSession(c, lane.time));
    sessions.set(lane.time, session);
    const rows = lane.rows.slice();
    const outputs = await session.run({ ...weights, ...stepFeeds(c, lane, sequences) });
    const ofLayers = (name: string): Float32Array[] =>
      Array.from({ length: c.layers }, (_, layer) => outputs[`${name}.${layer}`] as Float32Array);
    const step = outputs["logits"] as Float32Array;
    for (const [i, row] of rows.entries()) {
      logits[row.owner]?.set(step.subarray(i * c.vocabSize, (i + 1) * c.vocabSize), row.length * c.vocabSize);
      cache.append(row, i, ofLayers("newKeys"), ofLayers("newValues"));
    }
    for (const row of rows) {
      if (row.length === sequences[row.owner]?.tokens.length) cache.remove(row);
      else cache.reserve(row);
    }
  }
  for (const session of sessions.values()) await session.release();
  return { logits, lanes: [...sessions.keys()] };
}

const ROWS = 4;

async function decodeSession(c: TransformerConfig, time: number): Promise<Session> {
  const { logits, keys, values } = decodeStep(c, parameterInputs(c), ROWS, time);
  const named = (name: string, tensors: readonly Tensor[]): Record<string, Tensor> =>
    Object.fromEntries(tensors.map((t, layer) => [`${name}.${layer}`, t]));
  return Session.create(emit({ logits, ...named("newKeys", keys), ...named("newValues", values) }));
}

function stepFeeds(
  c: TransformerConfig,
  lane: Lane<number>,
  sequences: readonly TrainingSequence[],
): Record<string, Feed> {
  const page = lane.pages[0] as Page;
  const ids = new BigInt64Array(ROWS);
  const positions = new BigInt64Array(ROWS);
  for (const [i, row] of lane.rows.entries()) {
    ids[i] = BigInt(sequences[row.owner]?.tokens[row.length] as number);
    positions[i] = BigInt(row.length);
  }
  const size = ROWS * c.kvHeads * lane.time * c.headDim;
  const buffers = (name: string, of: readonly Float32Array[]): [string, Float32Array][] =>
    of.map((buffer, layer) => [`${name}.${layer}`, buffer.subarray(0, size)]);
  const mask = page.mask.subarray(0, ROWS * lane.time);
  return {
    ids,
    positions,
    mask,
    ...Object.fromEntries([...buffers("keys", page.keys), ...buffers("values", page.values)]),
  };
}

describe("parameters", () => {
  const c = shape(2);

  test("lie one after the other, every place taken once", () => {
    let end = 0;
    for (const p of parameterLayout(c)) {
      assert.equal(p.offset, end, p.name);
      assert.equal(
        p.size,
        p.shape.reduce((n, d) => n * d, 1),
      );
      end += p.size;
    }
    // Embedding 11 x 16; a layer: two norms, q and o 16 x 16, k and v 8 x 16, three of 24 x 16; the last norm.
    assert.equal(end, 11 * 16 + 2 * (2 * 16 + 2 * 256 + 2 * 128 + 3 * 384) + 16);
    assert.equal(parameterCount(c), end);
  });

  test("start normal, residual projections narrower, norms at 1; the same seed gives the same", () => {
    const wide = { ...c, width: 64, ffnWidth: 96 };
    const flat = randomParameters(wide, new Rng(2));
    const spread = (name: string): number => {
      const p = parameterLayout(wide).find((q) => q.name === name) ?? assert.fail(name);
      const values = flat.subarray(p.offset, p.offset + p.size);
      return Math.sqrt(values.reduce((s, v) => s + v * v, 0) / p.size);
    };
    assert.ok(Math.abs(spread("model.layers.1.mlp.up_proj.weight") - 0.02) < 0.001);
    assert.ok(Math.abs(spread("model.layers.1.mlp.down_proj.weight") - 0.01) < 0.0005);
    assert.equal(spread("model.layers.0.input_layernorm.weight"), 1);
    assert.deepEqual(randomParameters(wide, new Rng(2)), flat);
  });

  test("a shape that cannot be is refused", () => {
    const refuses = (change: Partial<TransformerConfig>, message: RegExp): void => {
      assert.throws(() => parameterLayout({ ...c, ...change }), { name: "MullError", code: "shape", message });
    };
    refuses({ kvHeads: 3 }, /4 heads cannot share 3/);
    refuses({ headDim: 3 }, /must be even, got 3/);
    refuses({ layers: 0 }, /layers must be a positive integer, got 0/);
    refuses({ width: 2.5 }, /width must be a positive integer, got 2.5/);
    refuses({ maxPositions: 5000 }, /at most 4096, got 5000/);
    refuses({ normEpsilon: Number.NaN }, /normEpsilon must be positive, got NaN/);
  });
});
