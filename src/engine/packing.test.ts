import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Rng } from "../core/rng.ts";
import { blockCausalMask } from "./causal-attention.ts";
import { input, mul, neg, reduceSum } from "./graph/ops.ts";
import { emit } from "./onnx/emit.ts";
import { Session } from "./onnx/session.ts";
import { fullBatch, MICROBATCH_TOKENS, type Microbatch, pack, ROW_TIMES, type TrainingSequence } from "./packing.ts";
import { gradientProgram, type Loss } from "./training-graph.ts";
import { parameterLayout, randomParameters, type TransformerConfig } from "./transformer.ts";

/** Lengths from the shortest to what fills a wide row, short ones often. */
const lengths = fc.array(fc.oneof(fc.integer({ min: 2, max: 20 }), fc.integer({ min: 2, max: 300 })), {
  maxLength: 40,
});

const sequencesOf = (ns: readonly number[], vocab: number, rng: Rng): TrainingSequence[] =>
  ns.map((n) => {
    const tokens = Array.from({ length: n }, () => rng.int(vocab));
    return { tokens, fields: { weight: tokens.map(() => rng.normal()) } };
  });

describe("packing", () => {
  test("every token is predicted exactly once, at its place, with its fields", () => {
    fc.assert(
      fc.property(lengths, fc.integer(), (ns, seed) => {
        const sequences = sequencesOf(ns, 1000, new Rng(seed));
        const placed = sequences.map(() => 0);
        for (const m of pack(sequences, ["weight"])) {
          const predicted = new Uint8Array(m.batch * m.time);
          for (const { sequence, at } of m.places) {
            const { tokens, fields } = sequences[sequence] as TrainingSequence;
            placed[sequence] = (placed[sequence] as number) + 1;
            const row = Math.floor(at / m.time);
            assert.ok(at + tokens.length - 2 < (row + 1) * m.time, "a sequence lies in one row");
            for (let i = 0; i + 1 < tokens.length; i++) {
              assert.equal(predicted[at + i], 0, "no two sequences overlap");
              predicted[at + i] = 1;
              assert.equal(m.ids[at + i], BigInt(tokens[i] as number));
              assert.equal(m.targets[at + i], BigInt(tokens[i + 1] as number));
              assert.equal(m.positions[at + i], BigInt(i));
              assert.equal(m.fields["weight"]?.[at + i], Math.fround(fields["weight"]?.[i + 1] as number));
            }
          }
          for (const [i, used] of predicted.entries()) {
            if (used === 0) assert.equal(m.fields["weight"]?.[i], 0, "what predicts nothing weighs nothing");
          }
        }
        assert.deepEqual(
          placed,
          sequences.map(() => 1),
        );
      }),
      { numRuns: 60 },
    );
  });

  test("the mask lets a token see its own sequence up to itself; padding sees itself, so that no softmax is empty", async () => {
    for (const [seed, ns] of [[20, 30, 25, 2, 9, 3], [100, 28], [64], new Array(40).fill(13)].entries()) {
      for (const m of pack(sequencesOf(ns, 9, new Rng(seed)), [])) {
        const visible = await visibleFrom(m);
        const first = new Map<number, number>();
        for (const { sequence, at } of m.places) {
          for (let i = 0; i + 1 < (ns[sequence] as number); i++) first.set(at + i, at);
        }
        for (let i = 0; i < m.batch * m.time; i++) {
          const start = first.get(i) ?? i;
          assert.deepEqual(
            visible[i],
            Array.from({ length: i - start + 1 }, (_, k) => start + k),
          );
        }
      }
    }
  });

  test("few shapes: full micro-batches of the fixed widths; of the widest alone a power of two of rows", () => {
    fc.assert(
      fc.property(lengths, (ns) => {
        const batches = pack(sequencesOf(ns, 9, new Rng(1)), []);
        const widest = Math.max(...batches.map(({ time }) => time));
        for (const { batch, time } of batches) {
          assert.ok(ROW_TIMES.includes(time));
          assert.ok(batch === 1 || batch * time <= 1.125 * MICROBATCH_TOKENS);
          if (batch === fullBatch(time)) continue;
          assert.equal(time, widest);
          assert.ok(Number.isInteger(Math.log2(batch)) && batch < fullBatch(time));
        }
      }),
      { numRuns: 40 },
    );
  });

  test("little is padding: 200 chains of 10 to 120 tokens fill at least 80% of their rows", () => {
    const rng = new Rng(8);
    const sequences = sequencesOf(
      Array.from({ length: 200 }, () => 10 + rng.int(111)),
      9,
      rng,
    );
    const size = pack(sequences, []).reduce((n, m) => n + m.batch * m.time, 0);
    const used = sequences.reduce((n, s) => n + s.tokens.length - 1, 0);
    assert.ok(used / size >= 0.8, `${used} of ${size}`);
  });

  test("what cannot be packed is refused", () => {
    const one = { tokens: [1], fields: {} };
    assert.throws(() => pack([one], []), { name: "MullError", message: /sequence 0 has fewer than two tokens/ });
    const long = { tokens: new Array(4098).fill(1), fields: {} };
    assert.throws(() => pack([long], []), { name: "MullError", message: /4098 tokens is too long/ });
    const lacking = { tokens: [1, 2], fields: { weight: [1] } };
    assert.throws(() => pack([lacking], ["weight"]), {
      name: "MullError",
      message: /field weight must have one value a token/,
    });
  });
});

/** Which tokens each token of a micro-batch may look at, as the training graph sees it. */
async function visibleFrom({ starts, batch, time }: Microbatch): Promise<number[][]> {
  const session = await Session.create(
    emit({ mask: blockCausalMask(input("starts", [batch * time]), { batch, time }) }),
  );
  const { mask } = (await session.run({ starts })) as { mask: Float32Array };
  await session.release();
  return Array.from({ length: batch * time }, (_, i) => {
    const row = i - (i % time);
    const values = mask.subarray(i * time, (i + 1) * time);
    assert.ok(values.every((value) => value === 0 || value <= -1e9));
    return Array.from(
      values
        .keys()
        .filter((k) => values[k] === 0)
        .map((k) => row + k),
    );
  });
}

describe("a packed sequence computes what it computes alone", () => {
  const config: TransformerConfig = {
    vocabSize: 9,
    layers: 2,
    width: 16,
    heads: 4,
    kvHeads: 2,
    headDim: 4,
    ffnWidth: 24,
    maxPositions: 160,
    ropeTheta: 10000,
    normEpsilon: 1e-5,
  };
  const loss: Loss = {
    name: "weighted",
    fields: ["weight"],
    build: ({ logprob, field }) => neg(reduceSum(mul(logprob, field("weight")))),
  };
  const flat = randomParameters(config, new Rng(1), 0.3);
  const weights = Object.fromEntries(
    parameterLayout(config).map((p) => [p.name, flat.subarray(p.offset, p.offset + p.size)]),
  );

  /** Summed gradient, and the log-probabilities of each sequence. */
  async function run(
    sequences: readonly TrainingSequence[],
  ): Promise<{ gradient: Float64Array; logprobs: Float32Array[] }> {
    const gradient = new Float64Array(flat.length);
    const logprobs: Float32Array[] = [];
    for (const m of pack(sequences, ["weight"])) {
      const session = await Session.create(gradientProgram(config, m, loss));
      const { ids, positions, targets, starts, fields } = m;
      const outputs = await session.run({ ...weights, ids, positions, targets, starts, ...fields });
      await session.release();
      outputs["gradient"]?.forEach((g, i) => {
        gradient[i] = (gradient[i] as number) + g;
      });
      for (const { sequence, at } of m.places) {
        const count = (sequences[sequence] as TrainingSequence).tokens.length - 1;
        logprobs[sequence] = (outputs["logprob"] as Float32Array).slice(at, at + count);
      }
    }
    return { gradient, logprobs };
  }

  test("gradients add up to those of each alone, and so do log-probabilities", async () => {
    const sequences = sequencesOf([100, 30, 25, 12, 9, 3], 9, new Rng(2));
    const together = await run(sequences);
    const sum = new Float64Array(flat.length);
    for (const [i, sequence] of sequences.entries()) {
      const alone = await run([sequence]);
      alone.gradient.forEach((g, k) => {
        sum[k] = (sum[k] as number) + g;
      });
      alone.logprobs[0]?.forEach((lp, k) => {
        const packed = together.logprobs[i]?.[k] as number;
        assert.ok(Math.abs(packed - lp) <= 1e-5, `sequence ${i}, token ${k + 1}: ${packed} and ${lp}`);
      });
    }
    sum.forEach((g, k) => {
      const packed = together.gradient[k] as number;
      assert.ok(Math.abs(packed - g) <= 2e-5 * (1 + Math.abs(g)), `parameter ${k}: ${packed} and ${g}`);
    });
  });

  test("other tokens in the neighbours change not one bit", async () => {
    const rng = new Rng(3);
    const [own, ...others] = sequencesOf([20, 30, 25, 12, 9, 3], 9, rng) as [TrainingSequence, ...TrainingSequence[]];
    const before = await run([own, ...others]);
    const after = await run([
      own,
      ...others.map(({ tokens, fields }) => ({ fields, tokens: tokens.map((t) => (t + 1) % 9) })),
    ]);
    assert.deepEqual(after.logprobs[0], before.logprobs[0]);
    assert.notDeepEqual(after.logprobs[1], before.logprobs[1]);
  });
});
