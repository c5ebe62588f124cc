import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, test } from "node:test";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import { z } from "zod";
import { MullError } from "../../core/errors.ts";
import { RunFeed } from "./feed.ts";
import { type RunningServer, type ServerOptions, startServer } from "./server.ts";
import type { Solver } from "./solve-route.ts";

const phase = (name: string) => ({ type: "phase", name, detail: "" });
const ANSWER = { text: "3 + 7 =10 give-up", verdict: "wrong", reason: "it gave up", tokens: 5 } as const;

const open: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer & { feed: RunFeed }> {
  const feed = options.feed ?? new RunFeed();
  const server = await startServer({ port: 0, ...options, feed });
  open.push(server);
  return { ...server, feed };
}

/** The messages and comments of a stream, as they come. */
async function* messages(response: Response): AsyncGenerator<EventSourceMessage | { comment: string }> {
  const found: (EventSourceMessage | { comment: string })[] = [];
  const parser = createParser({
    onEvent: (event) => found.push(event),
    onComment: (comment) => found.push({ comment }),
  });
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* found.splice(0);
  }
}

async function take(response: Response, count: number): Promise<EventSourceMessage[]> {
  const out: EventSourceMessage[] = [];
  for await (const message of messages(response)) {
    if ("data" in message) out.push(message);
    if (out.length === count) break;
  }
  return out;
}

function ask(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(`${url}api/solve`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

const QUESTION = { puzzle: "3 7 8 2 = 24", model: "base" };

describe("the page", () => {
  test("is served with its scripts, under a policy that allows nothing from elsewhere", async () => {
    const { url } = await start();
    const page = await fetch(url);
    assert.equal(page.status, 200);
    assert.match(page.headers.get("content-type") ?? "", /^text\/html/);
    const policy = page.headers.get("content-security-policy") ?? "";
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self' 'sha256-[A-Za-z0-9+/=]+'/);
    assert.match(policy, /require-trusted-types-for 'script'/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    assert.equal(page.headers.get("x-content-type-options"), "nosniff");
    const script = await fetch(`${url}assets/show/web/main.js`);
    assert.match(script.headers.get("content-type") ?? "", /^text\/javascript/);
  });

  test("and nothing else of the machine", async () => {
    const { url } = await start();
    for (const path of [
      "assets/../package.json",
      "assets/..%2f..%2fpackage.json",
      "assets/show/server/app.ts",
      "secret",
    ]) {
      assert.equal((await fetch(url + path)).status, 404, path);
    }
  });

  test("answers to loopback names alone", async () => {
    const { port } = await start();
    const status = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        get({ port, host: "127.0.0.1", path: "/", headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        }).on("error", reject);
      });
    assert.equal(await status(`localhost:${port}`), 200);
    assert.equal(await status("evil.example"), 403);
    assert.equal(await status("evil.example:80"), 403);
  });
});

describe("GET /api/events", () => {
  test("first a greeting, then the history, then what comes", async () => {
    const { url, feed } = await start();
    feed.publish(phase("a"));
    const response = await fetch(`${url}api/events`);
    assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
    const reading = take(response, 3);
    feed.publish(phase("b"));
    const [hello, a, b] = await reading;
    assert.equal(hello?.event, "hello");
    assert.deepEqual(JSON.parse(hello?.data ?? ""), { resumed: false, solver: false, strategies: [], report: false });
    assert.equal(a?.id, `${feed.epoch}-1`);
    assert.deepEqual(JSON.parse(a?.data ?? ""), phase("a"));
    assert.deepEqual(JSON.parse(b?.data ?? ""), phase("b"));
  });

  test("goes on after the last event that the page has, and starts afresh for a page of another server", async () => {
    const { url, feed } = await start();
    for (const name of ["a", "b", "c"]) feed.publish(phase(name));
    const since = async (id: string, count: number) => {
      const got = await take(await fetch(`${url}api/events`, { headers: { "last-event-id": id } }), count);
      return got.map(({ data }) => JSON.parse(data)).map((value) => value.name ?? value.resumed);
    };
    assert.deepEqual(await since(`${feed.epoch}-2`, 2), [true, "c"]);
    assert.deepEqual(await since("00000000-2", 4), [false, "a", "b", "c"]);
    assert.deepEqual(await since(`${feed.epoch}-99`, 4), [false, "a", "b", "c"]);
    assert.deepEqual(await since("nonsense", 4), [false, "a", "b", "c"]);
  });

  test("tells a page to start afresh when the run is told again", async () => {
    const { url, feed } = await start();
    feed.publish(phase("a"));
    const names: string[] = [];
    for await (const message of messages(await fetch(`${url}api/events`))) {
      if (!("data" in message)) continue;
      const value = JSON.parse(message.data);
      names.push(message.event === "hello" ? `hello ${value.resumed}` : value.name);
      if (value.name === "a") {
        feed.reset();
        feed.publish(phase("b"));
      }
      if (value.name === "b") break;
    }
    assert.deepEqual(names, ["hello false", "a", "hello false", "b"]);
  });

  test("a long history arrives whole and in order", async () => {
    const { url, feed } = await start();
    for (let i = 1; i <= 3000; i++) feed.publish({ type: "step", step: i, steps: 3000, flops: i });
    const got = await take(await fetch(`${url}api/events`), 3001);
    assert.deepEqual(
      got.slice(1).map(({ data }) => JSON.parse(data).step),
      Array.from({ length: 3000 }, (_, i) => i + 1),
    );
  });

  test("gives signs of life while nothing happens", async () => {
    const { url } = await start({ heartbeatMs: 5 });
    for await (const message of messages(await fetch(`${url}api/events`))) if ("comment" in message) return;
    assert.fail("the stream ended");
  });

  test("a page that leaves is forgotten, and so is one that the server leaves", async () => {
    const { url, feed, close } = await start();
    const leave = new AbortController();
    let readers = 0;
    const subscribe = feed.subscribe.bind(feed);
    const changed = Promise.withResolvers<void>();
    feed.subscribe = (listener) => {
      readers++;
      const stop = subscribe(listener);
      return () => {
        readers--;
        changed.resolve();
        return stop();
      };
    };
    const response = await fetch(`${url}api/events`, { signal: leave.signal });
    await response.body?.getReader().read();
    leave.abort();
    await changed.promise;
    assert.equal(readers, 0);
    const other = await fetch(`${url}api/events`);
    await close();
    await other.text().catch((error: unknown) => assert.ok(error instanceof TypeError));
    assert.equal(readers, 0);
  });
});

test("GET /api/state adds everything up", async () => {
  const { url, feed } = await start();
  feed.publish(phase("training"));
  feed.publish({ type: "step", step: 1, steps: 9, flops: 5 });
  const state: unknown = await (await fetch(`${url}api/state`)).json();
  const {
    phase: now,
    steps,
    solver,
  } = z
    .object({
      phase: z.object({ name: z.string() }),
      steps: z.array(z.object({ flops: z.number() })),
      solver: z.boolean(),
    })
    .parse(state);
  assert.deepEqual([now.name, steps[0]?.flops, solver], ["training", 5, false]);
});

describe("GET /report", () => {
  test("is there when the run has written it, shut off from the page", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mull-report-"));
    const reportFile = join(folder, "report.html");
    const { url } = await start({ reportFile });
    assert.equal((await fetch(`${url}report`)).status, 404);
    assert.deepEqual(await (await fetch(`${url}api/report`)).json(), { report: false });
    await writeFile(reportFile, "<!doctype html><p>done");
    assert.deepEqual(await (await fetch(`${url}api/report`)).json(), { report: true });
    const report = await fetch(`${url}report`);
    assert.match(await report.text(), /done/);
    assert.match(report.headers.get("content-security-policy") ?? "", /sandbox/);
    await rm(folder, { recursive: true });
  });
});

describe("POST /api/solve", () => {
  const solver: Solver = {
    strategies: ["one", "majority"],
    async solve(_puzzle, _model, onText) {
      for (const token of ANSWER.text.split(" ")) onText(`${token} `);
      return ANSWER;
    },
  };

  test("streams the text, then the verdict", async () => {
    const { url } = await start({ solver });
    const response = await ask(url, { ...QUESTION, strategy: "majority" });
    assert.equal(response.status, 200);
    const got: EventSourceMessage[] = [];
    for await (const message of messages(response)) if ("data" in message) got.push(message);
    assert.equal(got.at(-1)?.event, "verdict");
    assert.deepEqual(JSON.parse(got.at(-1)?.data ?? ""), ANSWER);
    const text = got.slice(0, -1).map((message) => {
      assert.equal(message.event, "text");
      return JSON.parse(message.data);
    });
    assert.equal(text.join("").trim(), ANSWER.text);
  });

  test("tells of a search tree before the verdict", async () => {
    const end = { step: "", prior: 1, value: null, score: null, ended: false, verdict: null, solvable: null };
    const problem = { id: "a", prompt: QUESTION.puzzle };
    const tree = { version: 1 as const, problem, nodes: [{ parent: null, visits: 0, ...end }], leftOut: 0 };
    const searching: Solver["solve"] = async (_puzzle, _model, _onText, _signal, options) => {
      options?.onTree?.(tree);
      return ANSWER;
    };
    const { url } = await start({ solver: { solve: searching } });
    const [first, second] = await take(await ask(url, QUESTION), 2);
    assert.deepEqual([first?.event, JSON.parse(first?.data ?? ""), second?.event], ["tree", tree, "verdict"]);
  });

  test("passes on what the solver objects to", async () => {
    const { url } = await start({
      solver: {
        solve: () =>
          Promise.reject(new MullError("input", "2 4 6 = 99 has no solution.", { hint: "Try another target." })),
      },
    });
    const [error] = await take(await ask(url, QUESTION), 1);
    assert.equal(error?.event, "error");
    assert.deepEqual(JSON.parse(error?.data ?? ""), {
      message: "2 4 6 = 99 has no solution.",
      hint: "Try another target.",
    });
  });

  test("refuses what is malformed, too large or from another site", async () => {
    const { url } = await start({ solver });
    const refused = async (status: number, words: RegExp, body: unknown, headers?: Record<string, string>) => {
      const response = await ask(url, body, headers);
      assert.equal(response.status, status);
      assert.match(await response.text(), words);
    };
    await refused(400, /puzzle/, { model: "base" });
    await refused(400, /200 characters/, { ...QUESTION, puzzle: "1 ".repeat(150) });
    await refused(400, /model/, { ...QUESTION, model: "other" });
    await refused(400, /Known strategies: one, majority/, { ...QUESTION, strategy: "magic" });
    await refused(400, /puzzle/, "not json");
    await refused(413, /larger than 8192 bytes/, { ...QUESTION, puzzle: "1".repeat(9000) });
    await refused(415, /application\/json/, QUESTION, { "content-type": "text/plain" });
    await refused(403, /other sites/, QUESTION, { origin: "http://evil.example" });
    assert.equal((await ask((await start()).url, QUESTION)).status, 404, "without a solver");
  });

  test("two at once and no more; a visitor who leaves stops the work and frees the place", async () => {
    const under: { signal: AbortSignal; finish: () => void }[] = [];
    const waiting: Solver = {
      solve: (_puzzle, _model, onText, signal) =>
        new Promise((resolve) => {
          onText("3 ");
          const finish = () => resolve(ANSWER);
          under.push({ signal, finish });
          signal.addEventListener("abort", finish);
        }),
    };
    const { url } = await start({ solver: waiting });
    const leave = new AbortController();
    const first = await ask(url, QUESTION, {}, leave.signal);
    const second = await ask(url, { ...QUESTION, model: "trained" });
    const third = await ask(url, QUESTION);
    assert.equal(third.status, 429);
    assert.equal(third.headers.get("retry-after"), "1");
    assert.match(await third.text(), /busy/);

    const stopped = new Promise((resolve) => under[0]?.signal.addEventListener("abort", resolve));
    leave.abort();
    await stopped;
    await assert.rejects(first.text());
    const again = await ask(url, QUESTION);
    assert.equal(again.status, 200);
    for (const { finish } of under) finish();
    assert.match(await second.text(), /event: verdict/);
    assert.match(await again.text(), /event: verdict/);
  });

  test("is bounded in time and in text", async () => {
    const untilAborted: Solver["solve"] = (_puzzle, _model, onText, signal) =>
      new Promise((_, reject) => {
        onText("3 + ".repeat(10));
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    const slow = await start({ solver: { solve: untilAborted }, limits: { timeMs: 10 } });
    assert.match(await (await ask(slow.url, QUESTION)).text(), /event: error\ndata: .*No answer within 0\.01 s/);
    const long: Solver["solve"] = async (_puzzle, _model, onText, signal) => {
      while (!signal.aborted) onText("3 + 7 =10 ");
      return ANSWER;
    };
    const endless = await start({ solver: { solve: long }, limits: { textChars: 1000 } });
    assert.match(await (await ask(endless.url, QUESTION)).text(), /event: error\ndata: .*longer than 1000 characters/);
  });
});

describe("startServer", () => {
  test("a taken port: an error that says what to do, or another port where that is allowed", async () => {
    const first = await start();
    await assert.rejects(
      startServer({ feed: new RunFeed(), port: first.port }),
      (error: unknown) =>
        error instanceof MullError &&
        error.code === "port" &&
        /another program/.test(error.message) &&
        /--port/.test(error.hint ?? ""),
    );
    const second = await start({ port: first.port, fallback: true });
    assert.notEqual(second.port, first.port);
    assert.equal((await fetch(second.url)).status, 200);
  });

  test("an address that this machine has not, and a port that is none", async () => {
    const code = (expected: string) => (error: unknown) => error instanceof MullError && error.code === expected;
    await assert.rejects(startServer({ feed: new RunFeed(), host: "203.0.113.1", port: 0 }), code("port"));
    await assert.rejects(startServer({ feed: new RunFeed(), port: 70_000 }), code("usage"));
  });

  test("its port is free again after close and after the signal", async () => {
    const stop = new AbortController();
    const { port, url } = await start({ signal: stop.signal });
    assert.equal((await fetch(url)).status, 200);
    stop.abort();
    await assert.rejects(fetch(url));
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    await new Promise((resolve) => other.close(resolve));
  });

  test("leaves the process's own Request and Response alone", async () => {
    const { Request, Response } = globalThis;
    await start();
    assert.equal(globalThis.Request, Request);
    assert.equal(globalThis.Response, Response);
  });
});
