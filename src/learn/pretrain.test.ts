/** Supervised pretraining through the real engine. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Rng } from "../core/rng.ts";
import { TOY_ADAMW, TOY_SHAPE, toyLearner } from "./fixtures/toy.ts";
import {
  CROSS_ENTROPY,
  type PretrainPosition,
  type PretrainStep,
  pretrain,
  type SupervisedText,
  supervised,
} from "./pretrain.ts";

describe("cross-entropy", () => {
  test("weighs every token that is learnt alike, whatever its text's length, and what is given not at all", () => {
    const [short, long] = supervised([
      { tokens: [0, 3, 1], promptTokens: 2 },
      { tokens: [0, 4, 5, 6, 1], promptTokens: 2 },
    ]);
    assert.deepEqual(short?.fields["weight"], [0, 0, 0.25]);
    assert.deepEqual(long?.fields["weight"], [0, 0, 0.25, 0.25, 0.25]);
  });

  test("is the mean of minus the log-probabilities", async () => {
    await using learner = toyLearner();
    const texts = [
      { tokens: [0, 3, 1], promptTokens: 1 },
      { tokens: [0, 4, 5, 6, 1], promptTokens: 3 },
    ];
    const { loss, scores } = await learner.engine.gradient(supervised(texts), CROSS_ENTROPY);
    const learnt = [...(scores[0]?.logprobs.subarray(1) ?? []), ...(scores[1]?.logprobs.subarray(3) ?? [])];
    assert.equal(learnt.length, 4);
    const expected = -learnt.reduce((a, b) => a + b, 0) / 4;
    assert.ok(Math.abs(loss - expected) < 1e-6, `expected ${expected}, got ${loss}`);
  });
});

describe("pretraining", () => {
  const OPTIONS = { steps: 30, microbatches: 1, poolTexts: 100, optimizer: TOY_ADAMW };
  const MOST = TOY_SHAPE.maxPositions;

  /** Texts that count upwards from a random digit, of many lengths: what follows a digit is certain. */
  const pool = (index: number): SupervisedText[] => {
    const rng = new Rng(5).split(index);
    return Array.from({ length: OPTIONS.poolTexts }, () => {
      const first = rng.int(5);
      const count = 2 + rng.int(MOST - 3);
      const digits = Array.from({ length: count }, (_, i) => 2 + ((first + i) % 5));
      return { tokens: [0, ...digits], promptTokens: 2 };
    });
  };

  async function run(steps: number, from?: { learner: Awaited<ReturnType<typeof toyLearner>>; at: PretrainPosition }) {
    const learner = from?.learner ?? toyLearner();
    const seen: PretrainStep[] = [];
    for await (const step of pretrain(
      learner.engine,
      learner.optimizer,
      pool,
      new Rng(6),
      { ...OPTIONS, steps },
      from?.at,
    )) {
      seen.push(step);
    }
    return { learner, seen };
  }

  test("learns what is certain, and going on from any batch gives the same weights, bit for bit", async () => {
    const whole = await run(30);
    const [first, last] = [whole.seen[0] as PretrainStep, whole.seen.at(-1) as PretrainStep];
    assert.ok(first.loss > 1.5 && last.loss < 0.3, `${first.loss} to ${last.loss}`);
    assert.ok(last.next.pool > 1, "several pools were gone through");

    // Also from the end of a pool.
    const endOfPool = whole.seen.findIndex((step, i) => whole.seen[i + 1]?.next.pool !== step.next.pool) + 1;
    for (const stop of [1, endOfPool, endOfPool + 1]) {
      const part = await run(stop);
      const at = (part.seen.at(-1) as PretrainStep).next;
      const rest = await run(30, { learner: part.learner, at });
      assert.deepEqual([...part.seen, ...rest.seen], whole.seen, `stopped after ${stop}`);
      assert.deepEqual(part.learner.engine.parameters, whole.learner.engine.parameters);
      await part.learner.engine.close();
    }
    await whole.learner.engine.close();
  });

  test("every text of a pool is learnt once, in batches of an order drawn for the pool", async () => {
    const { learner, seen } = await run(30);
    await learner.engine.close();
    const firstPool = seen.filter((step) => step.next.pool === 0).flatMap((step) => step.texts);
    const key = (text: SupervisedText): string => text.tokens.join(" ");
    assert.deepEqual(firstPool.map(key).sort(), pool(0).map(key).sort());
    assert.notDeepEqual(firstPool.map(key), pool(0).map(key));
  });
});
