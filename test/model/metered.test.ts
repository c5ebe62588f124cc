/** Budgets: what is never exceeded, what is cut, and what a failure costs. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Budget } from "../../src/core/budget.ts";
import type { SampleRequest } from "../../src/core/completion.ts";
import { Rng } from "../../src/core/rng.ts";
import { Meter } from "../../src/model/meter.ts";
import { metered } from "../../src/model/metered.ts";
import { ScriptedModel } from "../../src/model/scripted.ts";
import { ServerError } from "../../src/model/server-error.ts";
import { VirtualClock } from "../contract/virtual-clock.ts";

const asks = (count: number, maxTokens = 8): SampleRequest[] =>
  Array.from({ length: count }, (_, seed) => ({ prompt: "two and two", seed, maxTokens }));
const six = new ScriptedModel(() => "a b c d e f");
const tokensOf = (completions: readonly { usage: { completionTokens: number } }[]) =>
  completions.map(({ usage }) => usage.completionTokens);

describe("a budget", () => {
  test("of tokens: the last call is cut, and what is left over is made use of in the next", async () => {
    const meter = new Meter({ tokens: 20 });
    const model = metered(six, meter);
    const first = await model.sample(asks(3)); // 8 + 8 + 4 are set aside, 6 + 6 + 4 used
    assert.deepEqual(tokensOf(first), [6, 6, 4]);
    assert.deepEqual(
      (await model.sample(asks(2))).map(({ text, finish }) => [text, finish]),
      [
        ["a b c d", "length"],
        ["", "aborted"],
      ],
    );
    assert.deepEqual([meter.spent.tokens, meter.left("tokens"), meter.refused], [20, 0, 3]);
  });

  test("of calls and of dollars", async () => {
    const calls = new Meter({ calls: 2 });
    assert.deepEqual(tokensOf(await metered(six, calls).sample(asks(3))), [6, 6, 0]);
    // A prompt of 11 bytes is set aside as 267 tokens, and counts 3.
    const dollars = new Meter({ dollars: 0.4 });
    const model = metered(six, dollars, { prompt: 0.001, completion: 0.01 });
    assert.deepEqual(tokensOf(await model.sample(asks(2))), [6, 0]);
    assert.equal(dollars.spent.dollars.toFixed(6), "0.063000");
    assert.equal(dollars.spent.promptTokens, 3);
  });

  test("of time: what is under way is aborted, and nothing starts any more", async () => {
    const clock = new VirtualClock();
    const slow = new ScriptedModel(() => ({ text: "a b c d e f", wordMs: 10 }), { wait: clock.wait });
    const meter = new Meter({ ms: 35 }, { now: () => clock.now, wait: clock.wait });
    const model = metered(slow, meter);
    const [completion] = await clock.run(model.sample(asks(1)));
    assert.deepEqual([completion?.text, completion?.finish], ["a b c", "aborted"]);
    assert.deepEqual(tokensOf(await model.sample(asks(1))), [0]);
    assert.equal(meter.spent.tokens, 3);
  });

  test("is shared by all that spend from it", async () => {
    const meter = new Meter({ tokens: 14 });
    const [generator, verifier] = [metered(six, meter), metered(six, meter)];
    const all = await Promise.all([generator.sample(asks(1)), verifier.sample(asks(1)), generator.sample(asks(1))]);
    assert.deepEqual(tokensOf(all.flat()), [6, 6, 0]); // 8 + 6 were set aside
  });

  test("of nothing is none", () => {
    for (const budget of [{ tokens: 0 }, { dollars: -1 }, { ms: Number.NaN }]) {
      assert.throws(() => new Meter(budget), { code: "usage" });
    }
  });
});

test("a call that failed is estimated: nothing where it cannot have run, else all that it could cost", async () => {
  for (const [mayHaveRun, tokens] of [
    [false, 0],
    [true, 8],
  ] as const) {
    const meter = new Meter({ tokens: 100 });
    const fault = new ServerError("gone", { retryable: true, mayHaveRun });
    const model = metered(new ScriptedModel(() => ({ text: "a", fault })), meter);
    await assert.rejects(model.sample(asks(1)), { message: "gone" });
    assert.deepEqual([meter.spent.calls, meter.spent.tokens, meter.estimated.tokens], [1, tokens, tokens]);
    assert.equal(meter.left("tokens"), 100 - tokens);
  }
});

test("no budget is exceeded at any moment, whatever is asked and in whatever order it ends", async () => {
  const bound = (max: number) => fc.option(fc.integer({ min: 1, max }), { nil: undefined });
  const budgets = fc.record({ calls: bound(20), tokens: bound(80), dollars: bound(5), flops: bound(4000) });
  const rounds = fc.array(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(budgets, rounds, fc.nat(), async (bounds, calls, seed) => {
      const budget = Object.fromEntries(Object.entries(bounds).filter(([, value]) => value !== undefined)) as Budget;
      const clock = new VirtualClock();
      const random = new ScriptedModel(
        (request) => {
          const rng = new Rng(seed).split(request.seed);
          const text = "w ".repeat(1 + rng.int(12));
          const fault = new ServerError("gone", { retryable: true, mayHaveRun: rng.bool(0.5) });
          return { text, wordMs: rng.int(5), ...(rng.bool(0.2) ? { fault } : {}) };
        },
        { wait: clock.wait },
      );
      const meter = new Meter(budget);
      const model = metered(random, meter, { prompt: 0.001, completion: 0.05, flops: 3 });
      const within = (): void => {
        for (const name of ["calls", "tokens", "dollars", "flops"] as const) {
          assert.ok(meter.spent[name] <= (budget[name] ?? Number.POSITIVE_INFINITY) * (1 + 1e-9), name);
        }
      };
      const work = calls.map(async (lengths, i) => {
        const requests = lengths.map((maxTokens, j) => ({ prompt: "p", seed: 100 * i + j, maxTokens }));
        await model.sample(requests, { onToken: within }).catch(() => {});
        within();
      });
      await clock.run(Promise.all(work));
      for (const name of ["calls", "tokens", "dollars", "flops"] as const) {
        const left = (budget[name] ?? Number.POSITIVE_INFINITY) - meter.spent[name];
        assert.ok(left === Number.POSITIVE_INFINITY || Math.abs(meter.left(name) - left) < 1e-6, "all is settled");
      }
    }),
    { numRuns: 1000 },
  );
});
