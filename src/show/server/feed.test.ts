import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MullError } from "../../core/errors.ts";
import { follow, RunFeed } from "./feed.ts";

const phase = (name: string) => ({ type: "phase", name, detail: "" });
const step = (at: number) => ({ type: "step", step: at, steps: 100_000, flops: at });
const chain = (at: number) => ({ type: "chain", step: at, problem: "1 2 = 3", text: "", verdict: "wrong", reason: "" });

describe("RunFeed", () => {
  test("numbers events from 1 and gives those after any of them", () => {
    const feed = new RunFeed();
    for (const name of ["a", "b", "c"]) feed.publish(phase(name));
    const names = (id: number) => feed.after(id).map(({ event }) => (event.type === "phase" ? event.name : ""));
    assert.deepEqual(names(0), ["a", "b", "c"]);
    assert.deepEqual(names(1), ["b", "c"]);
    assert.deepEqual(names(3), []);
    assert.equal(feed.lastId, 3);
  });

  test("wakes its readers at each event and at the end, until they leave", () => {
    const feed = new RunFeed();
    let woken = 0;
    const leave = feed.subscribe(() => woken++);
    feed.publish(phase("a"));
    feed.end();
    assert.equal(woken, 2);
    leave();
    feed.reset();
    assert.equal(woken, 2);
  });

  test("its history is bounded: steps are thinned out, chains leave from the front, the rest stays", () => {
    const feed = new RunFeed({ steps: 100, chains: 5 });
    feed.publish(phase("training"));
    for (let i = 1; i <= 5000; i++) {
      feed.publish(step(i));
      if (i % 100 === 0) feed.publish(chain(i));
    }
    const events = feed.after(0).map((entry) => entry.event);
    const steps = events.flatMap((event) => (event.type === "step" ? [event.step] : []));
    const chains = events.flatMap((event) => (event.type === "chain" ? [event.step] : []));
    assert.ok(steps.length <= 100 && steps.length >= 50, `${steps.length} steps`);
    assert.equal(steps[0], 1);
    assert.equal(steps.at(-1), 5000);
    assert.deepEqual(chains, [4600, 4700, 4800, 4900, 5000]);
    assert.equal(events[0]?.type, "phase");
    const ids = feed.after(0).map((entry) => entry.id);
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => a - b),
    );
  });

  test("refuses what is malformed, and anything after its end", () => {
    const feed = new RunFeed();
    assert.throws(() => feed.publish({ type: "phase" }), MullError);
    assert.equal(feed.lastId, 0);
    feed.end();
    assert.throws(() => feed.publish(phase("late")), /ended/);
  });

  test("forgets on reset, under another epoch, and counts on", () => {
    const feed = new RunFeed();
    feed.publish(phase("a"));
    const before = feed.epoch;
    feed.reset();
    assert.notEqual(feed.epoch, before);
    assert.deepEqual(feed.after(0), []);
    assert.equal(feed.publish(phase("b")).id, 2);
    assert.equal(feed.state().phase?.name, "b");
  });
});

describe("follow", () => {
  test("a journal: other kinds are passed over, malformed events are told, and the feed ends", async () => {
    const feed = new RunFeed();
    const told: string[] = [];
    async function* journal() {
      yield phase("training");
      yield { type: "call", request: 1 };
      yield { type: "step", step: "one" };
      yield step(1);
    }
    const counts = await follow(feed, journal(), { onSkip: (reason) => told.push(reason) });
    assert.deepEqual(counts, { published: 2, skipped: 1 });
    assert.match(told[0] ?? "", /"step" is malformed/);
    assert.equal(feed.ended, true);
  });

  test("a journal that cannot be read any more ends the feed too", async () => {
    const feed = new RunFeed();
    // biome-ignore lint/correctness/useYield: a journal that fails at once
    async function* journal() {
      throw new Error("the disk is gone");
    }
    await assert.rejects(follow(feed, journal()), /the disk is gone/);
    assert.equal(feed.ended, true);
  });

  test("stops on request", async () => {
    const feed = new RunFeed();
    const stop = new AbortController();
    function* journal() {
      yield phase("a");
      stop.abort();
      yield phase("b");
    }
    assert.deepEqual(await follow(feed, journal(), { signal: stop.signal }), { published: 1, skipped: 0 });
  });
});
