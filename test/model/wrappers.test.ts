/** What stands around a model that may fail or be slow: limits and retries, on a clock of their own. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SampleRequest } from "../../src/core/completion.ts";
import type { Model } from "../../src/core/interfaces.ts";
import { limited } from "../../src/model/limited.ts";
import { type RetryOptions, retried } from "../../src/model/retried.ts";
import { ScriptedModel } from "../../src/model/scripted.ts";
import { ServerError } from "../../src/model/server-error.ts";
import { VirtualClock } from "../contract/virtual-clock.ts";

const asks = (count: number): SampleRequest[] =>
  Array.from({ length: count }, (_, seed) => ({ prompt: "?", seed, maxTokens: 8 }));

function clocked(): { clock: VirtualClock; asClock: Parameters<typeof limited>[2] & object } {
  const clock = new VirtualClock();
  return { clock, asClock: { now: () => clock.now, wait: clock.wait } };
}

describe("limited", () => {
  /** Takes 10 ms a request, and remembers when each began and how many were under way. */
  function slow(clock: VirtualClock) {
    const began: { readonly seed: number; readonly at: number }[] = [];
    const seen = { inside: 0, most: 0 };
    const model: Model = {
      name: "slow",
      async sample([request], options) {
        const { seed } = request as SampleRequest;
        began.push({ seed, at: clock.now });
        seen.most = Math.max(seen.most, ++seen.inside);
        await clock.wait(10, options?.signal ?? new AbortController().signal);
        seen.inside--;
        const finish = options?.signal?.aborted === true ? "aborted" : "end";
        return [{ text: `chain ${seed}`, finish, usage: { promptTokens: 1, completionTokens: 1 } }];
      },
    };
    return { model, began, seen };
  }

  test("admits so many at once, in order, and a place is handed on", async () => {
    const { clock, asClock } = clocked();
    const { model, began, seen } = slow(clock);
    const gate = limited(model, { concurrency: 3 }, asClock);
    const completions = await clock.run(Promise.all([gate.sample(asks(5)), gate.sample(asks(4))]));
    assert.deepEqual(
      completions.flat().map(({ text }) => text),
      [0, 1, 2, 3, 4, 0, 1, 2, 3].map((seed) => `chain ${seed}`),
    );
    assert.equal(seen.most, 3);
    assert.deepEqual(
      began.map(({ at }) => at),
      [0, 0, 0, 10, 10, 10, 20, 20, 20],
    );
  });

  test("spaces what begins in a second", async () => {
    const { clock, asClock } = clocked();
    const { model, began } = slow(clock);
    await clock.run(limited(model, { perSecond: 250 }, asClock).sample(asks(4)));
    assert.deepEqual(
      began.map(({ at }) => at),
      [0, 4, 8, 12],
    );
  });

  test("an abort lets nobody wait", async () => {
    const { clock, asClock } = clocked();
    const { model } = slow(clock);
    const stop = new AbortController();
    const work = limited(model, { concurrency: 1 }, asClock).sample(asks(50), { signal: stop.signal });
    stop.abort();
    const completions = await clock.run(work);
    assert.deepEqual([...new Set(completions.map(({ finish }) => finish))], ["aborted"]);
    assert.ok(clock.now <= 10);
  });

  test("a request that fails stops the others of its call, and gives its place back", async () => {
    const { clock, asClock } = clocked();
    const faulty = new ScriptedModel(
      ({ seed }) => ({
        ...{ text: "a b c", wordMs: 10 },
        ...(seed === 0 ? { fault: new Error("broken") } : {}),
      }),
      { wait: clock.wait },
    );
    const gate = limited(faulty, { concurrency: 1 }, asClock);
    await assert.rejects(clock.run(gate.sample(asks(9))), { code: "model" });
    assert.equal((await clock.run(gate.sample(asks(2).slice(1))))[0]?.text, "a b c");
  });

  test("a bad request is refused before anything is begun, one at a time too", async () => {
    let begun = 0;
    const counting = new ScriptedModel(() => `chain ${begun++}`);
    const requests = [...asks(2), { ...(asks(1)[0] as SampleRequest), topP: 0 }];
    for (const model of [limited(counting, { concurrency: 1 }), retried(limited(counting, { concurrency: 1 }))]) {
      await assert.rejects(model.sample(requests), { code: "input", message: /topP 0/ });
    }
    assert.equal(begun, 0);
  });

  test("limits that admit nothing are refused", () => {
    const model = new ScriptedModel(() => "a");
    for (const limits of [{ concurrency: 0 }, { concurrency: Number.NaN }, { perSecond: 0 }]) {
      assert.throws(() => limited(model, limits), { code: "input" });
    }
  });
});

describe("retried", () => {
  /** Fails as often as it is told, then answers. */
  function flaky(errors: readonly Error[]) {
    const calls: number[] = [];
    const left = [...errors];
    const model: Model = {
      name: "flaky",
      async sample([request]) {
        calls.push((request as SampleRequest).seed);
        const error = left.shift();
        if (error !== undefined) throw error;
        return [{ text: "fine", finish: "end", usage: { promptTokens: 1, completionTokens: 1 } }];
      },
    };
    return { model, calls };
  }
  const busy = (more: object = {}) => new ServerError("busy", { retryable: true, ...more });

  async function waits(errors: readonly Error[], options: RetryOptions = {}): Promise<number[]> {
    const { clock, asClock } = clocked();
    const seen: number[] = [];
    const model = retried(flaky(errors).model, { ...options, onRetry: ({ waitMs }) => seen.push(waitMs) }, asClock);
    const [completion] = await clock.run(model.sample(asks(1)));
    assert.equal(completion?.text, "fine");
    assert.equal(
      clock.now,
      seen.reduce((sum, ms) => sum + ms, 0),
    );
    return seen;
  }

  test("waits longer each time, up to a bound, and one seed waits one way", async () => {
    const errors = Array.from({ length: 5 }, () => busy());
    const seen = await waits(errors, { firstMs: 100, longestMs: 400 });
    assert.ok(
      [100, 200, 400, 400, 400].every((most, i) => (seen[i] as number) <= most),
      seen.join(" "),
    );
    assert.ok(new Set(seen).size === 5);
    assert.deepEqual(await waits(errors, { firstMs: 100, longestMs: 400 }), seen);
  });

  test("waits as long as the server says", async () => {
    assert.deepEqual(await waits([busy({ retryAfterMs: 1234 }), busy({ retryAfterMs: 1e9 })]), [1234, 60_000]);
  });

  for (const [what, error, options] of [
    ["what asking again does not mend", new ServerError("no such model", { retryable: false }), {}],
    ["what is no failure of a server", new TypeError("bug"), {}],
    ["what may be paid for twice, where that is not wanted", busy({ mayHaveRun: true }), { repeatPaid: false }],
  ] as const) {
    test(`does not repeat ${what}`, async () => {
      const { clock, asClock } = clocked();
      const { model, calls } = flaky([error]);
      await assert.rejects(clock.run(retried(model, options, asClock).sample(asks(1))), error);
      assert.equal(calls.length, 1);
    });
  }

  test("gives up in the end", async () => {
    const { clock, asClock } = clocked();
    const { model, calls } = flaky(Array.from({ length: 9 }, () => busy()));
    await assert.rejects(clock.run(retried(model, { attempts: 4 }, asClock).sample(asks(1))), { message: "busy" });
    assert.equal(calls.length, 4);
  });

  test("does not repeat what it has begun to tell", async () => {
    const { clock, asClock } = clocked();
    const model = new ScriptedModel(() => ({ text: "a b", fault: busy() }));
    const told: string[] = [];
    const work = retried(model, {}, asClock).sample(asks(1), { onToken: (_, text) => told.push(text) });
    await assert.rejects(clock.run(work), { message: "busy" });
    assert.equal(told.join("").trim(), "a b");
  });

  test("each request is repeated by itself", async () => {
    const { clock, asClock } = clocked();
    const { model, calls } = flaky([busy()]);
    const completions = await clock.run(retried(model, {}, asClock).sample(asks(3)));
    assert.equal(completions.length, 3);
    assert.deepEqual(calls, [0, 1, 2, 0]);
  });
});
