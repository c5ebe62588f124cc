/** Training a head: the loss beside PyTorch's, its gradient, that it learns what it is told, and that it disturbs nothing. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { Engine, newOptimizerState } from "../../engine/engine.ts";
import { gradients } from "../../engine/graph/gradients.ts";
import { input } from "../../engine/graph/ops.ts";
import { emit } from "../../engine/onnx/emit.ts";
import { Session } from "../../engine/onnx/session.ts";
import { parameterCount, parameterLayout, withHead } from "../../engine/transformer.ts";
import { TOY_ADAMW, TOY_SHAPE, toyWeights } from "../fixtures/toy.ts";
import { CROSS_ENTROPY, supervised } from "../pretrain.ts";
import { HEAD_LOSS, type LabelledTokens, labelled } from "./head-loss.ts";

/**
 * torch.nn.functional.binary_cross_entropy_with_logits(logits, labels, weight=weights, reduction="sum") and its gradient, PyTorch 2.13
 * in double precision; made by test/interop/head-loss.py.
 */
const GOLDEN = {
  logits: [-30, -2.5, -0.1, 0, 0.7, 4, 60],
  labels: [0, 1, 0.3, 0.5, 0.25, 0, 1],
  weights: [1, 0.5, 2, 1, 0.1, 0.25, 1],
  loss: 4.4287414547,
  gradient: [0.0, -0.46207091, 0.350041625, 0.0, 0.0418187772, 0.2455034475, 0.0],
};

const { config, parameters } = withHead(TOY_SHAPE, toyWeights(1));

/** Texts of digits; a prefix is right where its digits are all below 3. */
function texts(count: number, rng: Rng): LabelledTokens[] {
  return Array.from({ length: count }, () => {
    const digits = Array.from({ length: 1 + rng.int(5) }, () => rng.int(5));
    const marks = digits.map((_, i) => i + 1);
    const labels = digits.map((_, i) => Number(digits.slice(0, i + 1).every((digit) => digit < 3)));
    return { tokens: [0, ...digits.map((digit) => digit + 2)], marks, labels };
  });
}

describe("the loss", () => {
  test("and its gradient are PyTorch's", async () => {
    const n = GOLDEN.logits.length;
    const score = input("score", [n]);
    const fields = new Map(HEAD_LOSS.fields.map((name) => [name, input(name, [n])]));
    const unused = input("unused", [n]);
    const loss = HEAD_LOSS.build({
      logprob: unused,
      entropy: unused,
      score,
      field: (name) => fields.get(name) ?? assert.fail(name),
    });
    const [gradient] = gradients(loss, [score]);
    assert.ok(gradient !== undefined);
    const session = await Session.create(emit({ loss, gradient }));
    const outputs = (await session.run({
      score: new Float32Array(GOLDEN.logits),
      label: new Float32Array(GOLDEN.labels),
      headWeight: new Float32Array(GOLDEN.weights),
    })) as { loss: Float32Array; gradient: Float32Array };
    await session.release();
    assert.ok(Math.abs((outputs.loss[0] as number) - GOLDEN.loss) < 1e-5, `${outputs.loss[0]}`);
    for (const [i, wanted] of GOLDEN.gradient.entries()) {
      assert.ok(
        Math.abs((outputs.gradient[i] as number) - wanted) < 1e-5,
        `${i}: ${outputs.gradient[i]}, expected ${wanted}`,
      );
    }
  });

  test("of the whole model has the gradient that small steps measure", async () => {
    const rng = new Rng(3);
    const start = parameters.map((value, i) => (i >= parameterCount(TOY_SHAPE) ? 0.3 * rng.normal() : value));
    await using engine = new Engine(config, start, { threads: 1 });
    const sequences = labelled(texts(6, rng));
    const { gradient } = await engine.gradient(sequences, HEAD_LOSS);
    for (const { name, offset, size } of parameterLayout(config)) {
      const direction = Float64Array.from({ length: size }, () => rng.normal());
      const lossAt = async (by: number): Promise<number> => {
        const moved = start.slice();
        for (let i = 0; i < size; i++)
          moved[offset + i] = (moved[offset + i] as number) + by * (direction[i] as number);
        engine.setParameters(moved);
        return (await engine.gradient(sequences, HEAD_LOSS)).loss;
      };
      const step = 2e-3;
      const measured = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
      const derived = direction.reduce((sum, d, i) => sum + d * (gradient[offset + i] as number), 0);
      assert.ok(
        Math.abs(measured - derived) < 2e-3 * (1 + Math.abs(derived)),
        `${name}: ${derived}, measured ${measured}`,
      );
    }
  });
});

describe("a head", () => {
  test("learns to tell right prefixes from wrong ones, as a process reward model does", async () => {
    await using engine = new Engine(config, parameters, { threads: 2 });
    const optimizer = newOptimizerState(parameters.length);
    const [first] = await engine.headLogits(texts(1, new Rng(5)));
    assert.ok(
      first?.every((logit) => logit === 0),
      "it begins without an opinion",
    );
    for (let step = 0; step < 60; step++) {
      const { gradient } = await engine.gradient(labelled(texts(64, new Rng(step))), HEAD_LOSS);
      await engine.update(gradient, optimizer, TOY_ADAMW);
    }
    const held = texts(100, new Rng(999));
    const logits = await engine.headLogits(held);
    let right = 0;
    let all = 0;
    for (const [i, { labels }] of held.entries()) {
      for (const [m, label] of labels.entries()) {
        all++;
        if ((logits[i]?.[m] as number) > 0 === (label === 1)) right++;
      }
    }
    assert.ok(right / all > 0.95, `${right} of ${all}`);
  });

  test("reads a prefix alike whatever follows and whatever is packed beside it", async () => {
    const rng = new Rng(7);
    const start = parameters.map((value, i) => (i >= parameterCount(TOY_SHAPE) ? rng.normal() : value));
    await using engine = new Engine(config, start, { threads: 1 });
    const many = texts(20, rng);
    const together = await engine.headLogits(many);
    for (const [i, { tokens, marks }] of many.entries()) {
      const last = marks.at(-1) as number;
      const [alone] = await engine.headLogits([{ tokens: tokens.slice(0, last + 1), marks: [last] }]);
      assert.ok(Math.abs((alone?.[0] as number) - (together[i]?.at(-1) as number)) < 1e-5);
    }
    assert.deepEqual(await engine.headLogits(many), together);
    await assert.rejects(
      engine.headLogits([{ tokens: [0, 2], marks: [2] }]),
      /mark 2, expected an index of its 2 tokens/,
    );
  });

  test("changes nothing of a model's language, and a model without one says so", async () => {
    const sequences = supervised([{ tokens: [0, 2, 3, 1], promptTokens: 2 }]);
    await using bare = new Engine(TOY_SHAPE, toyWeights(1), { threads: 1 });
    await using headed = new Engine(config, parameters, { threads: 1 });
    const [a, b] = [await bare.gradient(sequences, CROSS_ENTROPY), await headed.gradient(sequences, CROSS_ENTROPY)];
    assert.equal(a.loss, b.loss);
    assert.deepEqual(b.gradient.subarray(0, a.gradient.length), a.gradient);
    assert.ok(b.gradient.subarray(a.gradient.length).every((g) => g === 0));
    await assert.rejects(bare.headLogits([{ tokens: [0, 2], marks: [1] }]), /no head/);
    await assert.rejects(bare.gradient(labelled([{ tokens: [0, 2], marks: [1], labels: [1] }]), HEAD_LOSS), /no head/);
  });
});
