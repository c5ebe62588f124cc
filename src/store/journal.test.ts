import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { appendFile, mkdtemp, open, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import fc from "fast-check";
import * as z from "zod";
import { MullError } from "../core/errors.ts";
import { exists } from "./atomic.ts";
import { openJournal } from "./journal.ts";
import { journalEntries, readJournal } from "./read-journal.ts";

async function journalPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mull-journal-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "journal.jsonl");
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

async function all(path: string): Promise<unknown[]> {
  return collect(readJournal(path));
}

test("what is appended is read back, in order, and the position is the size of the file", async (t) => {
  const path = await journalPath(t);
  const journal = await openJournal(path);
  journal.append({ type: "phase", name: "training" });
  journal.append({ type: "step", step: 1, reward: Number.NaN, text: "line\nbreak \u2028 ü 🙂" });
  const before = journal.position;
  await journal.flush();
  assert.equal(journal.position, before);
  assert.equal((await readFile(path)).length, before);
  await journal.close();
  await journal.close();
  assert.deepEqual(await all(path), [
    { type: "phase", name: "training" },
    { type: "step", step: 1, reward: null, text: "line\nbreak \u2028 ü 🙂" },
  ]);
  assert.throws(() => journal.append({ type: "late" }), /is closed/);
});

test("events appended in one turn of the event loop reach the file at its end, without a flush", async (t) => {
  const path = await journalPath(t);
  const journal = await openJournal(path);
  for (let step = 0; step < 3; step++) journal.append({ type: "step", step });
  assert.equal(statSync(path).size, 0);
  await Promise.resolve();
  assert.equal(statSync(path).size, journal.position);
  await journal.close();
});

test("opening again goes on at the end", async (t) => {
  const path = await journalPath(t);
  for (let step = 0; step < 3; step++) {
    const journal = await openJournal(path);
    journal.append({ type: "step", step });
    await journal.close();
  }
  assert.deepEqual(
    await all(path),
    [0, 1, 2].map((step) => ({ type: "step", step })),
  );
});

test("a torn last line is ignored in reading and cut off in opening, wherever the tear is", async (t) => {
  const path = await journalPath(t);
  const whole = `{"type":"step","step":1}\n{"type":"step","step":2,"text":"ü"}\n`;
  const bytes = Buffer.from(whole);
  const second = bytes.indexOf(0x0a) + 1;
  for (let size = 0; size <= bytes.length; size++) {
    await writeFile(path, bytes.subarray(0, size));
    const lines = size === bytes.length ? 2 : size >= second ? 1 : 0;
    assert.equal((await all(path)).length, lines, `reading ${size} bytes`);
    const journal = await openJournal(path);
    assert.equal(journal.position, [0, second, bytes.length][lines]);
    journal.append({ type: "step", step: 9 });
    await journal.close();
    const events = await all(path);
    assert.equal(events.length, lines + 1);
    assert.deepEqual(events.at(-1), { type: "step", step: 9 });
  }
});

test("a torn line longer than a block is cut off", async (t) => {
  const path = await journalPath(t);
  await writeFile(path, `{"type":"a"}\n{"type":"${"b".repeat(1_000_000)}`);
  const journal = await openJournal(path);
  assert.equal(journal.position, 13);
  await journal.close();
  assert.deepEqual(await all(path), [{ type: "a" }]);
});

test("any events survive a cut at any byte: the events read are a prefix of those written", async (t) => {
  const path = await journalPath(t);
  const event = fc.record({ type: fc.string({ minLength: 1, maxLength: 5 }), data: fc.jsonValue({ maxDepth: 2 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 8 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (events, share) => {
        const journal = await openJournal(path);
        for (const e of events) journal.append(e);
        await journal.close();
        await truncate(path, Math.floor(share * journal.position));
        const read = await all(path);
        assert.deepEqual(read, JSON.parse(JSON.stringify(events.slice(0, read.length))));
        await rm(path);
      },
    ),
    { numRuns: 50 },
  );
});

test("a damaged line in the middle is an error that names the line, its byte and what it holds", async (t) => {
  const path = await journalPath(t);
  await writeFile(path, `{"type":"a"}\n{"type":"b"\n{"type":"c"}\n`);
  const read: unknown[] = [];
  await assert.rejects(
    async () => {
      for await (const event of readJournal(path)) read.push(event);
    },
    (error: unknown) => {
      assert.ok(error instanceof MullError && error.code === "store");
      assert.match(
        error.message,
        /journal\.jsonl, line 2 \(byte 13\) is not an event: .*it starts "{\\"type\\":\\"b\\""/,
      );
      assert.ok(error.hint);
      return true;
    },
  );
  assert.deepEqual(read, [{ type: "a" }], "what is before the damage was read");
  await writeFile(
    path,
    Buffer.concat([Buffer.from(`{"type":"a"}\n{"type":"`), Buffer.from([0xff, 0xfe]), Buffer.from(`"}\n`)]),
  );
  await assert.rejects(all(path), /line 2 .* is not an event/);
  await writeFile(path, "[1]\n");
  await assert.rejects(all(path), /line 1 .* is not an event/);
});

test("a schema types the events and rejects others by line", async (t) => {
  const path = await journalPath(t);
  await writeFile(path, `{"type":"step","step":1}\n{"type":"step","step":"2"}\n`);
  const schema = z.object({ type: z.literal("step"), step: z.int() });
  const steps: number[] = [];
  await assert.rejects(async () => {
    for await (const event of readJournal(path, schema)) steps.push(event.step);
  }, /line 2 .*expected (int|number)/);
  assert.deepEqual(steps, [1]);
});

test("a line over the bound is refused in writing and in reading back", async (t) => {
  const path = await journalPath(t);
  const journal = await openJournal(path, { maxLineBytes: 40 });
  journal.append({ type: "ok" });
  assert.throws(
    () => journal.append({ type: "big", text: "x".repeat(40) }),
    /An event "big" of \d+ bytes is longer than 40/,
  );
  await journal.close();
  assert.deepEqual(await all(path), [{ type: "ok" }]);
  await appendFile(path, "x".repeat(100));
  await assert.rejects(openJournal(path, { maxLineBytes: 40 }), /its last line is longer than 40 bytes/);
});

test("going back to a stored position leaves the events before it, and nothing else is accepted as one", async (t) => {
  const path = await journalPath(t);
  const journal = await openJournal(path);
  journal.append({ type: "step", step: 1 });
  const position = journal.position;
  journal.append({ type: "step", step: 2 });
  await journal.close();
  await assert.rejects(openJournal(path, { truncateTo: position - 1 }), /no line starts there/);
  await assert.rejects(openJournal(path, { truncateTo: 1000 }), /cannot go back to byte 1000/);
  await assert.rejects(openJournal(path, { truncateTo: -1 }), /cannot go back/);
  assert.equal((await all(path)).length, 2, "a refused position changes nothing");
  const again = await openJournal(path, { truncateTo: position });
  again.append({ type: "step", step: 20 });
  again.append({ type: "step", step: 30 });
  await again.rollback(position);
  again.append({ type: "step", step: 40 });
  await again.close();
  assert.deepEqual(await all(path), [
    { type: "step", step: 1 },
    { type: "step", step: 40 },
  ]);
});

test("entries give the byte offset to go back to", async (t) => {
  const path = await journalPath(t);
  await writeFile(path, `{"type":"a"}\n{"type":"bb"}\n`);
  const entries = await collect(journalEntries(path));
  assert.deepEqual(
    entries.map(({ line, end }) => [line, end]),
    [
      [1, 13],
      [2, 27],
    ],
  );
});

test("concurrent durable flushes all resolve, each after its own events are in the file", async (t) => {
  const path = await journalPath(t);
  const journal = await openJournal(path);
  await Promise.all(
    Array.from({ length: 20 }, async (_, i) => {
      journal.append({ type: "call", i });
      const position = journal.position;
      await journal.flush({ durable: true });
      assert.ok((await readFile(path)).length >= position);
    }),
  );
  await journal.close();
  assert.equal((await all(path)).length, 20);
});

test("a full disk: the flush fails with what to do, appending says so too, the events are kept", async (t) => {
  if (!(await exists("/dev/full"))) return t.skip("no /dev/full on this system");
  const journal = await openJournal("/dev/full", { truncateTo: 0 });
  journal.append({ type: "step", step: 1 });
  await assert.rejects(journal.flush({ durable: true }), (error: unknown) => {
    assert.ok(error instanceof MullError && error.code === "store");
    assert.equal(error.message, "Cannot write /dev/full: the disk is full");
    assert.match(error.hint ?? "", /Free some space/);
    return true;
  });
  assert.throws(() => journal.append({ type: "step", step: 2 }), /the disk is full/);
  await assert.rejects(journal.flush(), /the disk is full/, "a later flush tries the same events again");
  assert.equal(journal.position, `{"type":"step","step":1}\n`.length);
  await assert.rejects(journal.close(), /the disk is full/);
});

test("a journal that is not there cannot be read", async (t) => {
  await assert.rejects(all(await journalPath(t)), /Cannot read .*: there is no such file or folder/);
});

test("a file of one endless line is refused at the bound", async (t) => {
  const path = await journalPath(t);
  const file = await open(path, "w");
  await file.truncate(65_000_000); // a hole: no disk is used
  await file.close();
  await assert.rejects(all(path), /line 1 is longer than 64000000 bytes/);
});
