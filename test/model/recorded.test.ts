/** A recorded model: nothing that was answered is asked again, whenever it was killed. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import type { SampleRequest } from "../../src/core/completion.ts";
import type { Model } from "../../src/core/interfaces.ts";
import { NO_RECORDING, readRecording, recorded } from "../../src/model/recorded.ts";
import { ScriptedModel } from "../../src/model/scripted.ts";
import { openJournal } from "../../src/store/journal.ts";

const folder = mkdtempSync(join(tmpdir(), "mull-recorded-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const freshPath = (): string => join(folder, `${files++}.jsonl`);

const ask = (seed: number, more: Partial<SampleRequest> = {}): SampleRequest => ({
  ...{ prompt: "?", seed, maxTokens: 9 },
  ...more,
});

/** Writes what it was asked, and counts. */
function counting(): { model: Model; asked: number[] } {
  const asked: number[] = [];
  const model = new ScriptedModel(({ seed }) => {
    asked.push(seed);
    return `call ${asked.length} of seed ${seed}`;
  });
  return { model, asked };
}

/** Lets `work` use a recorded model over the journal at `path`. */
async function session<T>(path: string, model: Model, work: (model: ReturnType<typeof recorded>) => Promise<T>) {
  await using journal = await openJournal(path);
  const wrapped = recorded(model, journal, await readRecording(path));
  const result = await work(wrapped);
  return { result, counts: { ...wrapped.counts } };
}

describe("what was recorded", () => {
  test("is answered from the journal, the rest is sent", async () => {
    const path = freshPath();
    const { model, asked } = counting();
    const first = await session(path, model, (m) => m.sample([ask(1), ask(2)]));
    const second = await session(path, model, (m) => m.sample([ask(2), ask(3), ask(1)]));
    assert.deepEqual(second.result[0], first.result[1]);
    assert.deepEqual(second.result[2], first.result[0]);
    assert.deepEqual(asked, [1, 2, 3]);
    assert.deepEqual(second.counts, { replayed: 2, sent: 1, repeated: 0 });
  });

  test("tells one request from another by everything that shapes its answer, and from its repetition", async () => {
    const path = freshPath();
    const { model, asked } = counting();
    const variants: Partial<SampleRequest>[] = [
      ...[
        {},
        { prompt: "!" },
        { prefix: "so" },
        { maxTokens: 8 },
        { temperature: 0.5 },
        { topP: 0.5 },
        { stop: ["x"] },
      ],
      ...[{ extend: { end: "x", continuation: "y" } }, {}],
    ];
    const requests = variants.map((variant) => ask(1, variant));
    const { result } = await session(path, model, (m) => m.sample(requests));
    assert.equal(asked.length, variants.length);
    assert.deepEqual((await session(path, model, (m) => m.sample(requests))).result, result);
    assert.equal(asked.length, variants.length);
  });

  test("streams again what was streamed", async () => {
    const path = freshPath();
    for (let round = 0; round < 2; round++) {
      const told: string[] = [];
      await session(path, counting().model, (m) =>
        m.sample([ask(1)], { onToken: (_, text) => told.push(text.trim()) }),
      );
      assert.equal(told.join(" "), "call 1 of seed 1");
    }
  });

  test("is no failure and no abort: those are sent again", async () => {
    const path = freshPath();
    const broken = new ScriptedModel(() => ({ text: "a", fault: new Error("gone") }));
    await assert.rejects(session(path, broken, (m) => m.sample([ask(1)])));
    const stop = AbortSignal.abort();
    const cut = await session(path, counting().model, (m) => m.sample([ask(2)], { signal: stop }));
    assert.equal(cut.result[0]?.finish, "aborted");
    const { counts } = await session(path, counting().model, (m) => m.sample([ask(1), ask(2)]));
    assert.deepEqual(counts, { replayed: 0, sent: 2, repeated: 0 });
  });

  test("does not disturb the other events of a journal", async () => {
    const path = freshPath();
    {
      await using journal = await openJournal(path);
      journal.append({ type: "phase", name: "searching" });
    }
    assert.deepEqual(await readRecording(path), NO_RECORDING);
  });
});

test("killed after any event, the same work ends with the same answers, and only what was under way is repeated", async () => {
  const work = async (asked: Model): Promise<string[]> => {
    const first = await asked.sample([ask(1), ask(2), ask(3)]);
    const longest = first.reduce((a, b) => (b.text.length > a.text.length ? b : a));
    const second = await asked.sample([ask(4, { prefix: longest.text }), ask(1)]);
    return [...first, ...second].map(({ text }) => text);
  };
  const model = new ScriptedModel(({ seed, prefix = "" }) => `${prefix.length} ${"x".repeat(seed)}`);
  const path = freshPath();
  const whole = await session(path, model, work);
  const lines = 10; // a call and a completion for each of five
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: lines }), async (kept) => {
      const torn = freshPath();
      const events = readFileSync(path, "utf8").split("\n").slice(0, kept);
      writeFileSync(torn, `${events.map((line) => `${line}\n`).join("")}{"type":"compl`);
      const calls = events.filter((line) => line.includes('"type":"call"')).length;
      const answered = events.length - calls;
      const resumed = await session(torn, model, work);
      assert.deepEqual(resumed.result, whole.result);
      assert.deepEqual(resumed.counts, { replayed: answered, sent: 5 - answered, repeated: calls - answered });
    }),
  );
});
