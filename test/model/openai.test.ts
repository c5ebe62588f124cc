/** The client of OpenAI-compatible servers, against a server that does what servers do, failing included. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SampleRequest } from "../../src/core/completion.ts";
import { limited } from "../../src/model/limited.ts";
import { OpenAIModel } from "../../src/model/openai/openai.ts";
import { retried } from "../../src/model/retried.ts";
import { ScriptedModel } from "../../src/model/scripted.ts";
import { type Fault, OpenAIServer } from "./openai-server.ts";

const ask = (seed: number, more: Partial<SampleRequest> = {}): SampleRequest => ({
  ...{ prompt: "2 + 2?", seed, maxTokens: 16 },
  ...more,
});
const scripted = (): ScriptedModel => new ScriptedModel(({ seed, prefix = "" }) => `${prefix} chain ${seed} is four`);

describe("what is asked", () => {
  test("in a chat, with a key, and with what shapes a chain", async () => {
    await using server = await OpenAIServer.start(scripted());
    const model = new OpenAIModel({ baseUrl: `${server.url}/`, model: "small", apiKey: "secret" });
    await model.sample([ask(7, { temperature: 0.5, topP: 0.9, stop: ["\n\n"] })]);
    const [{ path, body, headers } = assert.fail("nothing asked")] = server.asked;
    assert.equal(path, "/v1/chat/completions");
    assert.equal(headers.authorization, "Bearer secret");
    assert.deepEqual(body, {
      ...{ model: "small", max_tokens: 16, temperature: 0.5, top_p: 0.9, seed: 7, stop: ["\n\n"] },
      messages: [{ role: "user", content: "2 + 2?" }],
    });
  });

  test("an open chain: left open in a chat, or begun in the text", async () => {
    await using server = await OpenAIServer.start(scripted());
    const options = { baseUrl: server.url, model: "small" };
    await new OpenAIModel(options).sample([ask(1, { prefix: "so it" })]);
    await new OpenAIModel({ ...options, api: "completions" }).sample([ask(1, { prefix: " so it" })]);
    const [chat, text] = server.asked.map(({ body }) => body as Record<string, unknown>);
    assert.deepEqual(
      [chat?.["messages"], chat?.["continue_final_message"], chat?.["add_generation_prompt"]],
      [
        [
          { role: "user", content: "2 + 2?" },
          { role: "assistant", content: "so it" },
        ],
        true,
        false,
      ],
    );
    assert.equal(text?.["prompt"], "2 + 2? so it");
  });

  test("what a server calls otherwise, and without what it refuses", async () => {
    await using server = await OpenAIServer.start(scripted());
    const fieldNames = { seed: "random_seed", stream_options: null };
    const model = new OpenAIModel({ baseUrl: server.url, model: "small", fieldNames });
    await model.sample([ask(7)], { onToken: () => {} });
    assert.deepEqual(server.asked[0]?.body, {
      ...{ model: "small", max_tokens: 16, temperature: 1, top_p: 1, random_seed: 7, stream: true },
      messages: [{ role: "user", content: "2 + 2?" }],
    });
  });

  test("no server that would begin anew is asked to go on", async () => {
    await using server = await OpenAIServer.start(scripted(), { owner: "somebody" });
    const model = new OpenAIModel({ baseUrl: server.url, model: "small" });
    await assert.rejects(model.sample([ask(1, { prefix: "so" })]), {
      code: "model",
      message: /cannot go on/,
      hint: /vLLM/,
    });
    assert.deepEqual(await model.capabilities(), { server: "somebody", continues: false });
    assert.equal(server.asked.length, 0);
  });
});

describe("what is answered", () => {
  const of = (reply: object, stop?: string[]) => {
    const fetch = async (): Promise<Response> => Response.json(reply);
    const model = new OpenAIModel({ baseUrl: "http://x/v1", model: "m", fetch });
    return model.sample([ask(1, stop === undefined ? {} : { stop })]);
  };
  const usage = { prompt_tokens: 5, completion_tokens: 3 };
  const choice = (content: string, finish_reason: string, more: object = {}) => {
    return { choices: [{ message: { content }, finish_reason, ...more }], usage };
  };

  for (const [what, reply, stop, text, finish] of [
    ["an end", choice("four", "stop"), undefined, "four", "end"],
    ["a chain that was cut", choice("fo", "length"), undefined, "fo", "length"],
    ["a stop that the server took away", choice("a", "stop", { stop_reason: "\n\n" }), ["\n\n"], "a\n\n", "stop"],
    ["a stop that it left", choice("a\n\n", "stop", { stop_reason: "\n\n" }), ["\n\n"], "a\n\n", "stop"],
    ["a stop of which it says nothing", choice("a\n\n", "stop"), ["\n\n"], "a\n\n", "stop"],
    ["a token that ends", choice("a", "stop", { stop_reason: 151643 }), ["\n\n"], "a", "end"],
  ] as const) {
    test(what, async () => {
      const [completion] = await of(reply, stop === undefined ? undefined : [...stop]);
      assert.deepEqual(completion, { text, finish, usage: { promptTokens: 5, completionTokens: 3 } });
    });
  }

  test("log-probabilities, and tokens that nobody counted", async () => {
    const logprobs = { content: [{ token: "four", logprob: -0.5 }] };
    const [completion] = await of({ choices: [{ message: { content: "four" }, finish_reason: "stop", logprobs }] });
    assert.deepEqual(completion?.logprobs, [-0.5]);
    assert.deepEqual(completion?.usage, { promptTokens: 2, completionTokens: 1, estimated: true });
  });

  for (const [what, reply] of [
    ["no choice", { choices: [] }],
    ["no object", [1]],
    ["a count below zero", { choices: [{ text: "a" }], usage: { prompt_tokens: -1 } }],
  ] as const) {
    test(`${what} is a failure`, async () => {
      await assert.rejects(of(reply), { code: "model", message: /http:\/\/x\/v1: the reply is no completion/ });
    });
  }
});

describe("a call that fails", () => {
  const once = (fault: Fault) => (_: unknown, call: number) => (call === 0 ? fault : null);

  for (const [fault, stream, message, more] of [
    ["busy", false, /answered 429: slow down/, { retryable: true, status: 429, retryAfterMs: 10 }],
    ["broken", false, /answered 500: out of memory/, { retryable: true, status: 500 }],
    ["reset", false, /\/v1: /, { retryable: true, mayHaveRun: true }],
    ["nonsense", false, /no JSON/, { retryable: true, mayHaveRun: true }],
    ["half", false, /no JSON/, { retryable: true, mayHaveRun: true }],
    ["torn", false, /\/v1: /, { retryable: true, mayHaveRun: true }],
    ["torn", true, /\/v1: /, { retryable: true, mayHaveRun: true }],
    ["half", true, /the stream ended before/, { retryable: true, mayHaveRun: true }],
    ["nonsense", true, /no JSON/, { retryable: true, mayHaveRun: true }],
    ["silent", false, /gave no answer in 0\.05 s/, { retryable: true, mayHaveRun: true }],
  ] as const) {
    test(`${fault}${stream ? " in a stream" : ""}: says how, and whether to ask again`, async () => {
      await using server = await OpenAIServer.start(scripted(), { fault: once(fault) });
      const model = new OpenAIModel({ baseUrl: server.url, model: "small", timeoutMs: fault === "silent" ? 50 : 5000 });
      const options = stream ? { onToken: () => {} } : {};
      await assert.rejects(model.sample([ask(1)], options), { code: "model", name: "ServerError", message, ...more });
      assert.equal((await model.sample([ask(1)], options))[0]?.text, "chain 1 is four");
    });
  }

  test("a server that is not there, and an address that is none", async () => {
    const server = await OpenAIServer.start(scripted());
    const model = new OpenAIModel({ baseUrl: server.url, model: "small" });
    await server[Symbol.asyncDispose]();
    const expected = { code: "model", message: /\/v1: nothing listens there/, retryable: true, mayHaveRun: false };
    await assert.rejects(model.sample([ask(1)]), expected);
    for (const baseUrl of ["nowhere", "file:///etc/passwd"]) {
      assert.throws(() => new OpenAIModel({ baseUrl, model: "small" }), { code: "usage" });
    }
  });

  for (const [said, ms] of [
    ["2.5", 2500],
    ["Tue, 24 Nov 2026 10:00:07 GMT", 7000],
    ["Tue, 24 Nov 2026 09:00:00 GMT", 0],
    ["soon", undefined],
  ] as const) {
    test(`when to ask again: ${said}`, async () => {
      const headers = { "retry-after": said, date: "Tue, 24 Nov 2026 10:00:00 GMT" };
      const fetch = async (): Promise<Response> => new Response("busy", { status: 503, headers });
      const model = new OpenAIModel({ baseUrl: "http://x/v1", model: "m", fetch });
      await assert.rejects(model.sample([ask(1)]), { status: 503, retryAfterMs: ms });
    });
  }

  test("a key that the server repeats stays out of the error", async () => {
    const fetch = async (): Promise<Response> =>
      Response.json({ error: { message: "Incorrect API key: sk-123" } }, { status: 401 });
    const model = new OpenAIModel({ baseUrl: "http://user:pass@x/v1", model: "m", apiKey: "sk-123", fetch });
    await assert.rejects(model.sample([ask(1)]), (error: Error) => {
      assert.equal(error.message, "http://x/v1 answered 401: Incorrect API key: [key]");
      return true;
    });
  });

  for (const [what, body, message] of [
    ["as OpenAI", { error: { message: "too long" } }, "http://x/v1 answered 400: too long"],
    ["as FastAPI", { detail: "pinned to small" }, "http://x/v1 answered 400: pinned to small"],
    ["of its fields", { detail: [{ loc: ["seed"] }] }, 'http://x/v1 answered 400: {"detail":[{"loc":["seed"]}]}'],
  ] as const) {
    test(`what a server complains of, ${what} says it`, async () => {
      const fetch = async (): Promise<Response> => Response.json(body, { status: 400 });
      await assert.rejects(new OpenAIModel({ baseUrl: "http://x/v1", model: "m", fetch }).sample([ask(1)]), {
        message,
      });
    });
  }

  test("30% of calls in every way: nothing is lost, and nothing is counted twice", async () => {
    const faults: readonly Fault[] = ["busy", "broken", "reset", "half", "torn", "nonsense"];
    await using server = await OpenAIServer.start(scripted(), {
      fault: (_, call) =>
        call % 10 < 3 ? (faults[Math.floor(call / 10 + (call % 10)) % faults.length] as Fault) : null,
    });
    const client = new OpenAIModel({ baseUrl: server.url, model: "small" });
    let failures = 0;
    const model = retried(limited(client, { concurrency: 16 }), {
      firstMs: 1,
      attempts: 20,
      onRetry: () => failures++,
    });
    const completions = await model.sample(Array.from({ length: 300 }, (_, seed) => ask(seed)));
    assert.deepEqual(
      completions.map(({ text, usage }) => [text, usage.completionTokens]),
      Array.from({ length: 300 }, (_, seed) => [`chain ${seed} is four`, 4]),
    );
    assert.equal(server.asked.length, 300 + failures);
    assert.ok(failures > 100);
  });
});
