import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Rng } from "../core/rng.ts";
import { type SampledToken, Sampler, type SamplingOptions } from "./sampler.ts";

/** Logits whose probabilities at temperature 1 are 1/16, 8/16, 4/16, 2/16, 1/16. */
const LOGITS = Float32Array.from([1, 8, 4, 2, 1], Math.log);
const sampler = new Sampler(LOGITS.length);

function draw(n: number, options: SamplingOptions, seed = 9): SampledToken[] {
  const rng = new Rng(seed);
  return Array.from({ length: n }, () => sampler.sample(LOGITS, options, rng));
}

/** Pearson's statistic of what was drawn against `weights`; what has weight 0 must never be drawn. */
function chiSquare(tokens: readonly SampledToken[], weights: readonly number[]): number {
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.reduce((sum, w, id) => {
    const count = tokens.filter((t) => t.id === id).length;
    if (w === 0) assert.equal(count, 0, `token ${id} is outside the nucleus`);
    const expected = (tokens.length * w) / total;
    return w === 0 ? sum : sum + (count - expected) ** 2 / expected;
  }, 0);
}

function assertLogprobs(tokens: readonly SampledToken[], weights: readonly number[]): void {
  const total = weights.reduce((a, b) => a + b, 0);
  for (const { id, logprob } of tokens) {
    const expected = Math.log((weights[id] as number) / total);
    assert.ok(Math.abs(logprob - expected) < 1e-6, `token ${id}: expected ${expected}, got ${logprob}`);
  }
}

describe("sampling", () => {
  // 99.9% quantiles of chi-square: 18.47 (4 degrees of freedom), 13.82 (2), 10.83 (1).
  const cases: readonly [string, SamplingOptions, readonly number[], number][] = [
    ["temperature 1", { temperature: 1, topP: 1 }, [1, 8, 4, 2, 1], 18.47],
    ["temperature 1/2 squares the odds", { temperature: 0.5, topP: 1 }, [1, 64, 16, 4, 1], 18.47],
    ["temperature 2 takes their root", { temperature: 2, topP: 1 }, [1, 8, 4, 2, 1].map(Math.sqrt), 18.47],
    ["topP .8 keeps three: 8/16 + 4/16 do not reach it", { temperature: 1, topP: 0.8 }, [0, 8, 4, 2, 0], 13.82],
    ["topP .49 keeps the one that reaches it", { temperature: 1, topP: 0.49 }, [0, 8, 0, 0, 0], 0],
    ["topP is of the tempered distribution", { temperature: 0.5, topP: 0.9 }, [0, 64, 16, 0, 0], 10.83],
    ["a tie at the nucleus's edge goes to the lower id", { temperature: 1, topP: 0.93 }, [1, 8, 4, 2, 0], 16.27],
  ];
  for (const [name, options, weights, quantile] of cases) {
    test(name, () => {
      const tokens = draw(8000, options);
      assert.ok(chiSquare(tokens, weights) <= quantile, `${chiSquare(tokens, weights)}`);
      assertLogprobs(tokens, weights);
    });
  }

  test("temperature 0 takes the best, the first on a tie; its log-probability is that of temperature 1", () => {
    const [token] = draw(1, { temperature: 0, topP: 1 });
    assert.equal(token?.id, 1);
    assertLogprobs([token as SampledToken], [1, 8, 4, 2, 1]);
    const tied = sampler.sample(new Float32Array([0, 3, 3, 3, 0]), { temperature: 0, topP: 1 }, new Rng(1));
    assert.equal(tied.id, 1);
  });

  test("one uniform number a token, whatever the options", () => {
    const streams = [
      { temperature: 0, topP: 1 },
      { temperature: 1, topP: 1 },
      { temperature: 0.7, topP: 0.5 },
    ].map((options) => {
      const rng = new Rng(4);
      for (let i = 0; i < 3; i++) sampler.sample(LOGITS, options, rng);
      return rng.next();
    });
    const rng = new Rng(4);
    for (let i = 0; i < 3; i++) rng.next();
    assert.deepEqual(streams, new Array(3).fill(rng.next()));
  });

  test("logits that differ by far more than float32 resolves still sum to one", () => {
    const logits = new Float32Array([-1e9, 0, 500, -500, 499]);
    for (const { id, logprob } of Array.from({ length: 200 }, (_, i) =>
      sampler.sample(logits, { temperature: 1, topP: 1 }, new Rng(i)),
    )) {
      assert.ok(id === 2 || id === 4);
      assert.ok(Math.abs(logprob - (id === 2 ? -0.3132617 : -1.3132617)) < 1e-6); // -log(1 + e^-1), and one less
    }
  });

  test("NaN and infinity are refused", () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      for (const at of [0, 3]) {
        const logits = LOGITS.slice();
        logits[at] = bad;
        for (const temperature of [0, 1]) {
          const sample = (): SampledToken => sampler.sample(logits, { temperature, topP: 1 }, new Rng(1));
          assert.throws(sample, { name: "MullError", code: "engine", message: /NaN or infinity/ });
        }
      }
    }
  });
});
