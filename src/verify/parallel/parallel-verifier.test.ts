/** Threads that verify: the clock behind them, what a dead one leaves, aborts, order. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inOrder } from "./in-order.ts";
import { ParallelVerifier } from "./parallel-verifier.ts";

const half = { id: "half", prompt: "?", answer: "1/2" };

describe("a verifier on several threads", () => {
  test("judges many at once, each as it is", async () => {
    await using verifier = new ParallelVerifier({ kind: "math", bare: true }, { workers: 2, limitMs: 20_000 });
    const verdicts = await Promise.all(
      Array.from({ length: 60 }, (_, i) => verifier.verify(half, i % 2 === 0 ? `${i + 1}/${2 * i + 2}` : `${i}`)),
    );
    assert.deepEqual(
      verdicts.map(({ status }) => status),
      verdicts.map((_, i) => (i % 2 === 0 ? "correct" : "wrong")),
    );
  });

  test("what takes longer than its time is unscored, alone, and the thread is replaced", async () => {
    await using verifier = new ParallelVerifier({ kind: "math", bare: true }, { workers: 1, limitMs: 0.001 });
    const slow = await verifier.verify(half, "\\sin(1)+\\cos(2)+\\tan(3)+\\arctan(4)");
    assert.equal(slow.status, "unscored");
    assert.match(slow.reason, /took longer than 0.001 ms/);
    await using patient = new ParallelVerifier({ kind: "math", bare: true }, { workers: 1, limitMs: 20_000 });
    assert.equal((await patient.verify(half, "0.5")).status, "correct");
  });

  test("an abort and a close leave nothing waiting", async () => {
    const verifier = new ParallelVerifier({ kind: "math" }, { workers: 1, limitMs: 20_000 });
    const controller = new AbortController();
    const stopped = verifier.verify(half, "0.5", { signal: controller.signal });
    const others = [verifier.verify(half, "0.5"), verifier.verify(half, "0.5")];
    controller.abort();
    assert.equal((await stopped).status, "unscored");
    await verifier.close();
    for (const other of others) assert.equal((await other).status, "unscored");
    assert.equal((await verifier.verify(half, "0.5")).status, "unscored");
  });

  test("numbers out of range are refused", () => {
    assert.throws(() => new ParallelVerifier({ kind: "math" }, { workers: 0 }), /at least one/);
    assert.throws(() => new ParallelVerifier({ kind: "math" }, { limitMs: 0 }), /above 0/);
  });
});

describe("in order", () => {
  test("results come in the order of the items, at most so many under way, and a failure where its turn is", async () => {
    let underWay = 0;
    let most = 0;
    const seen: number[] = [];
    const work = async (n: number): Promise<number> => {
      most = Math.max(most, ++underWay);
      for (let i = 0; i < (7 * n) % 5; i++) await Promise.resolve();
      underWay--;
      if (n === 17) throw new Error("seventeen");
      return n;
    };
    await assert.rejects(async () => {
      for await (const n of inOrder(
        Array.from({ length: 30 }, (_, i) => i),
        4,
        work,
      ))
        seen.push(n);
    }, /seventeen/);
    assert.deepEqual(
      seen,
      Array.from({ length: 17 }, (_, i) => i),
    );
    assert.ok(most > 1 && most <= 4, `${most} under way`);
  });
});
