import assert from "node:assert/strict";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { openJournal } from "./journal.ts";
import { tail } from "./tail.ts";

async function journalPath(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mull-tail-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "journal.jsonl");
}

const line = (step: number): string => `{"type":"step","step":${step}}\n`;

for (const watch of [true, false]) {
  const how = watch ? "watching" : "polling";
  const options = { watch, pollMs: watch ? 60_000 : 5 };

  test(`${how}: waits for the file, gives each event once, also one written in pieces`, {
    timeout: 30_000,
  }, async (t) => {
    const path = await journalPath(t);
    const stop = new AbortController();
    const events = tail(path, stop.signal, options);
    const first = events.next(); // the file is not there yet
    await writeFile(path, line(1) + line(2));
    assert.equal((await first).value?.["step"], 1);
    assert.equal((await events.next()).value?.["step"], 2);
    const third = events.next();
    const text = line(3);
    await appendFile(path, text.slice(0, 9));
    await appendFile(path, text.slice(9));
    assert.equal((await third).value?.["step"], 3);
    const end = events.next();
    stop.abort();
    assert.equal((await end).done, true);
  });

  test(`${how}: a journal that is cut back is given again from the first event`, { timeout: 30_000 }, async (t) => {
    const path = await journalPath(t);
    await writeFile(path, line(1) + line(2));
    let cuts = 0;
    const events = tail(path, t.signal, { ...options, onCut: () => cuts++ });
    await events.next();
    await events.next();
    const next = events.next();
    const journal = await openJournal(path, { truncateTo: line(1).length });
    // As long as what was cut off: the size alone shows nothing.
    journal.append({ type: "step", step: 7 });
    await journal.close();
    assert.equal((await next).value?.["step"], 1);
    assert.equal(cuts, 1);
    assert.equal((await events.next()).value?.["step"], 7);
    await events.return(undefined);
  });
}

test("a journal that starts afresh is followed from its first event", { timeout: 30_000 }, async (t) => {
  const path = await journalPath(t);
  await writeFile(path, line(1) + line(2));
  let cuts = 0;
  const events = tail(path, t.signal, { pollMs: 5, onCut: () => cuts++ });
  await events.next();
  await events.next();
  const next = events.next();
  await rm(path);
  await writeFile(path, line(5));
  assert.equal((await next).value?.["step"], 5);
  assert.equal(cuts, 1);
  await events.return(undefined);
});

test("a damaged line is an error that names it", { timeout: 30_000 }, async (t) => {
  const path = await journalPath(t);
  await writeFile(path, line(1));
  const events = tail(path, t.signal, { pollMs: 5 });
  await events.next();
  const next = events.next();
  await appendFile(path, "nonsense\n");
  await assert.rejects(next, /line 2 \(byte 25\) is not an event/);
});

test("a signal that has aborted already gives nothing", async (t) => {
  const path = await journalPath(t);
  await writeFile(path, line(1));
  assert.equal((await tail(path, AbortSignal.abort()).next()).done, true);
});
