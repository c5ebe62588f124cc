/**
 * The policy-gradient loss through the real engine, beside the formula written down once more in plain double-precision
 * JavaScript: its value, its slope in each log-probability, and finite differences in the weights.
 */

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { Engine } from "../../engine/engine.ts";
import { mul, reduceSum } from "../../engine/graph/ops.ts";
import type { TrainingSequence } from "../../engine/packing.ts";
import type { Loss } from "../../engine/training-graph.ts";
import { parameterLayout } from "../../engine/transformer.ts";
import { TOY_SHAPE, toyWeights } from "../fixtures/toy.ts";
import { type Aggregation, type ClipOptions, policyLoss, tokenWeights } from "./policy-loss.ts";

describe("the weight of a token", () => {
  const lengths = [1, 4, 5];

  test("by hand", () => {
    assert.deepEqual(tokenWeights(lengths, "sequence-mean", 100), [1 / 3, 1 / 12, 1 / 15]);
    assert.deepEqual(tokenWeights(lengths, "token-mean", 100), [0.1, 0.1, 0.1]);
    assert.deepEqual(tokenWeights(lengths, "constant", 100), [1 / 300, 1 / 300, 1 / 300]);
  });

  test("a mean's weights sum to one, the constant's to the share of the room that is used", () => {
    const sum = (aggregation: Aggregation): number =>
      tokenWeights(lengths, aggregation, 100).reduce((n, w, c) => n + w * (lengths[c] as number), 0);
    for (const [aggregation, expected] of [
      ["sequence-mean", 1],
      ["token-mean", 1],
      ["constant", 10 / 300],
    ] as const) {
      assert.ok(Math.abs(sum(aggregation) - expected) < 1e-12, aggregation);
    }
  });
});

/** A token of a completion, with its place among the sequences. */
type Token = {
  readonly sequence: number;
  readonly index: number;
  readonly old: number;
  readonly reference: number;
  readonly advantage: number;
  readonly weight: number;
};

const PROMPT = 2;
const engine = new Engine(TOY_SHAPE, toyWeights(1), { threads: 2 });
after(() => engine.close());
engine.setReference(toyWeights(2));

/** Chains of many lengths whose policy has moved since they were sampled, by up to half a nat either way. */
async function chains(rng: Rng): Promise<{ sequences: TrainingSequence[]; tokens: Token[] }> {
  const lengths = [1, 2, 3, 5, 8, 13, 21];
  const weights = tokenWeights(lengths, "token-mean", 30);
  const plain = lengths.map((n) => ({
    tokens: Array.from({ length: PROMPT + n }, () => rng.int(TOY_SHAPE.vocabSize)),
    fields: {},
  }));
  const now = await engine.score(plain);
  const reference = await engine.score(plain, "reference");
  const tokens = plain.flatMap(({ tokens: ids }, s) => {
    const advantage = (s % 2 === 0 ? 1 : -1) * (0.5 + rng.next());
    return ids.slice(PROMPT).map((_, i) => ({
      sequence: s,
      index: PROMPT + i,
      old: Math.fround((now[s]?.logprobs[PROMPT + i] as number) + awayFromKinks(rng.next() - 0.5)),
      reference: reference[s]?.logprobs[PROMPT + i] as number,
      advantage: Math.fround(advantage),
      weight: Math.fround(weights[s] as number),
    }));
  });
  const field = (name: "old" | "reference" | "advantage" | "weight", s: number, length: number): number[] => {
    const values = new Array<number>(length).fill(0);
    for (const token of tokens) if (token.sequence === s) values[token.index] = token[name];
    return values;
  };
  const names = ["old", "reference", "advantage", "weight"] as const;
  const sequences = plain.map(({ tokens: ids }, s) => ({
    tokens: ids,
    fields: Object.fromEntries(names.map((name) => [name, field(name, s, ids.length)])),
  }));
  return { sequences, tokens };
}

/** Differences that leave the ratio at least .02 from where a clip sets in, so that small steps do not cross it. */
function awayFromKinks(difference: number): number {
  const kinks = [-Math.log(0.8), -Math.log(1.28)];
  const near = kinks.find((kink) => Math.abs(difference - kink) < 0.02);
  return near === undefined ? difference : near + 0.03;
}

/** The papers' formula, case by case: the value, and its slope in each token's log-probability. */
function byHand(tokens: readonly Token[], now: readonly number[], { clipLow, clipHigh, klWeight }: ClipOptions) {
  let value = 0;
  let [stoppedHigh, stoppedLow] = [0, 0];
  const slopes = tokens.map(({ old, reference, advantage, weight }, t) => {
    const logprob = now[t] as number;
    const ratio = Math.exp(logprob - old);
    let slope: number;
    if (advantage > 0 && ratio > 1 + clipHigh) {
      value += weight * -(1 + clipHigh) * advantage;
      slope = 0;
      stoppedHigh++;
    } else if (advantage < 0 && ratio < 1 - clipLow) {
      value += weight * -(1 - clipLow) * advantage;
      slope = 0;
      stoppedLow++;
    } else {
      value += weight * -ratio * advantage;
      slope = -ratio * advantage;
    }
    const gap = reference - logprob;
    value += weight * klWeight * (Math.exp(gap) - gap - 1);
    return weight * (slope + klWeight * (1 - Math.exp(gap)));
  });
  return { value, slopes, stoppedHigh, stoppedLow };
}

async function logprobs(sequences: readonly TrainingSequence[], tokens: readonly Token[]): Promise<number[]> {
  const scores = await engine.score(sequences);
  return tokens.map(({ sequence, index }) => scores[sequence]?.logprobs[index] as number);
}

function assertNear(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance * (1 + Math.abs(expected)),
    `${what}: expected ${expected}, got ${actual}`,
  );
}

const VARIATIONS: Readonly<Record<string, ClipOptions>> = {
  "clipped on both sides": { clipLow: 0.2, clipHigh: 0.28, klWeight: 0 },
  "with a KL to the reference": { clipLow: 0.2, clipHigh: 0.28, klWeight: 0.3 },
};

for (const [name, options] of Object.entries(VARIATIONS)) {
  describe(`the loss, ${name}`, () => {
    test("has the formula's value and slopes", async () => {
      const { sequences, tokens } = await chains(new Rng(7));
      const expected = byHand(tokens, await logprobs(sequences, tokens), options);
      assert.ok(expected.stoppedHigh > 1 && expected.stoppedLow > 1, "tokens are stopped on both sides");
      const { loss, gradient, scores } = await engine.gradient(sequences, policyLoss(options));
      assertNear(loss, expected.value, 1e-6, "loss");
      for (const { sequence, index } of tokens) assert.ok((scores[sequence]?.logprobs[index] as number) < 0);

      // The gradient of the sum of slope times log-probability, with the formula's slopes held fixed.
      const linear: Loss = {
        name: "linear",
        fields: ["slope"],
        build: ({ logprob, field }) => reduceSum(mul(logprob, field("slope"))),
      };
      const slopes = sequences.map(({ tokens: ids }) => new Array<number>(ids.length).fill(0));
      tokens.forEach(({ sequence, index }, t) => {
        (slopes[sequence] as number[])[index] = expected.slopes[t] as number;
      });
      const held = sequences.map(({ tokens: ids }, s) => ({ tokens: ids, fields: { slope: slopes[s] as number[] } }));
      const { gradient: fromSlopes } = await engine.gradient(held, linear);
      gradient.forEach((g, i) => {
        assertNear(g, fromSlopes[i] as number, 2e-6, `parameter ${i}`);
      });
    });

    test("has the gradient that finite differences measure", async () => {
      const { sequences, tokens } = await chains(new Rng(8));
      const { gradient } = await engine.gradient(sequences, policyLoss(options));
      const origin = engine.parameters.slice();
      const lossAt = async (i: number, distance: number): Promise<number> => {
        const moved = origin.slice();
        moved[i] = (moved[i] as number) + distance;
        engine.setParameters(moved);
        return byHand(tokens, await logprobs(sequences, tokens), options).value;
      };
      // The steepest parameter of every tensor.
      for (const { name: tensor, offset, size } of parameterLayout(TOY_SHAPE)) {
        let steepest = offset;
        for (let i = offset; i < offset + size; i++) {
          if (Math.abs(gradient[i] as number) > Math.abs(gradient[steepest] as number)) steepest = i;
        }
        const step = 1 / 128;
        const near = (await lossAt(steepest, step)) - (await lossAt(steepest, -step));
        const far = (await lossAt(steepest, 2 * step)) - (await lossAt(steepest, -2 * step));
        const measured = (8 * near - far) / (12 * step); // five points: an error of O(step^4)
        assert.notEqual(gradient[steepest], 0, tensor);
        assertNear(gradient[steepest] as number, measured, 3e-4, tensor);
      }
      engine.setParameters(origin);
    });
  });
}

test("on the policy that sampled the chains, the gradient is that of advantage times log-probability", async () => {
  const { sequences, tokens } = await chains(new Rng(9));
  const now = await engine.score(sequences);
  const fresh = sequences.map((s, i) => ({ ...s, fields: { ...s.fields, old: now[i]?.logprobs ?? [] } }));
  const { loss } = await engine.gradient(fresh, policyLoss({ clipLow: 0.2, clipHigh: 0.2, klWeight: 0 }));
  // Every ratio is 1, so the loss is the weighted mean of -advantage.
  const expected = tokens.reduce((sum, { weight, advantage }) => sum - weight * advantage, 0);
  assertNear(loss, expected, 1e-5, "loss");
});
