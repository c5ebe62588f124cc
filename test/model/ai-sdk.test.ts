/** Models of the AI SDK, through a double that does what providers do, failing included. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  APICallError,
  type LanguageModelV4,
  type LanguageModelV4Content,
  type LanguageModelV4GenerateResult,
  type LanguageModelV4StreamPart,
  LoadAPIKeyError,
  TypeValidationError,
} from "@ai-sdk/provider";
import type { Completion, SampleRequest } from "../../src/core/completion.ts";
import { type AiSdkOptions, aiSdkModel } from "../../src/model/ai-sdk.ts";
import { retried } from "../../src/model/retried.ts";
import { ScriptedModel } from "../../src/model/scripted.ts";
import { languageModel, usageOf } from "./language-model.ts";

const ask = (seed: number, more: Partial<SampleRequest> = {}): SampleRequest => ({
  ...{ prompt: "2 + 2?", seed, maxTokens: 16 },
  ...more,
});
const scripted = (): ScriptedModel => new ScriptedModel(({ seed, prefix = "" }) => `${prefix} chain ${seed} is four`);

/** Answers the one thing, or fails with it. */
function fixed(
  answer: Partial<LanguageModelV4GenerateResult> | Error,
  parts: readonly LanguageModelV4StreamPart[] = [],
) {
  const model: LanguageModelV4 = {
    ...{ specificationVersion: "v4", provider: "double", modelId: "fixed", supportedUrls: {} },
    async doGenerate() {
      if (answer instanceof Error) throw answer;
      const whole = { content: [], finishReason: { unified: "stop", raw: "stop" }, usage: usageOf(5, 3), warnings: [] };
      return { ...(whole as LanguageModelV4GenerateResult), ...answer };
    },
    async doStream() {
      if (answer instanceof Error) throw answer;
      return { stream: ReadableStream.from(parts) };
    },
  };
  return model;
}

const text = (written: string): LanguageModelV4Content[] => [{ type: "text", text: written }];
const delta = (written: string): LanguageModelV4StreamPart => ({ type: "text-delta", id: "0", delta: written });
const finished: LanguageModelV4StreamPart = {
  ...{ type: "finish", finishReason: { unified: "stop", raw: "stop" }, usage: usageOf(5, 3) },
};

async function one(model: LanguageModelV4, more: Partial<SampleRequest> = {}, options: AiSdkOptions = {}) {
  const [completion] = await aiSdkModel(model, options).sample([ask(1, more)]);
  return completion as Completion;
}

async function streamed(model: LanguageModelV4, more: Partial<SampleRequest> = {}) {
  const told: string[] = [];
  const [completion] = await aiSdkModel(model).sample([ask(1, more)], { onToken: (_, piece) => told.push(piece) });
  return { told, completion: completion as Completion };
}

describe("what is asked", () => {
  test("a question, with what shapes a chain and what goes with every call", async () => {
    const double = languageModel(scripted());
    const settings = { headers: { "x-team": "maths" }, providerOptions: { double: { tier: "flex" } } };
    const model = aiSdkModel(double, { settings });
    await model.sample([ask(7, { temperature: 0.5, topP: 0.9, stop: ["\n\n"] }), ask(8, { maxTokens: 2.5 })]);
    const [{ abortSignal, ...asked } = assert.fail("nothing asked"), second] = double.asked;
    assert.deepEqual(asked, {
      ...{ prompt: [{ role: "user", content: [{ type: "text", text: "2 + 2?" }] }], ...settings },
      ...{ maxOutputTokens: 16, temperature: 0.5, topP: 0.9, seed: 7, stopSequences: ["\n\n"] },
    });
    assert.equal(abortSignal?.aborted, false);
    assert.deepEqual([second?.maxOutputTokens, second?.topP, second?.stopSequences], [2, undefined, undefined]);
    assert.equal(model.name, "scripted");
    assert.equal(aiSdkModel(double, { name: "mine" }).name, "mine");
  });

  test("a chain that was begun ends the prompt, where the provider goes on with it", async () => {
    const double = languageModel(scripted());
    const { text: more } = await one(double, { prefix: "so it" }, { continues: true });
    assert.equal(more, "so it chain 1 is four");
    assert.deepEqual(double.asked[0]?.prompt[1], { role: "assistant", content: [{ type: "text", text: "so it" }] });
  });

  test("no provider that may begin anew is asked to go on", async () => {
    const double = languageModel(scripted());
    const expected = { code: "model", message: /not known to go on/, hint: /continues: true/ };
    await assert.rejects(one(double, { prefix: "so it" }), expected);
    assert.equal((await one(double, { prefix: "" })).text, "chain 1 is four");
    assert.equal(double.asked.length, 1);
  });

  test("a model of an older specification is refused", () => {
    const old = { ...fixed({}), specificationVersion: "v2" } as unknown as LanguageModelV4;
    assert.throws(() => aiSdkModel(old), { code: "usage", message: /double fixed .* v2, expected v4/ });
  });

  test("what the provider warns of is told once", async () => {
    const warned: string[] = [];
    const warnings: LanguageModelV4GenerateResult["warnings"] = [
      { type: "unsupported", feature: "seed" },
      { type: "compatibility", feature: "topP", details: "ignored beside a temperature" },
      { type: "deprecated", setting: "tier", message: "use level" },
      { type: "other", message: "slow today" },
    ];
    const model = aiSdkModel(fixed({ content: text("a"), warnings }), { onWarning: (warning) => warned.push(warning) });
    await model.sample([ask(1), ask(2)]);
    assert.deepEqual(warned, [
      "seed is not supported",
      "topP is supported in part: ignored beside a temperature",
      "tier: use level",
      "slow today",
    ]);
  });
});

describe("what is answered", () => {
  const stop = ["\n\n", "END"];
  const reason = (unified: "stop" | "length" | "content-filter" | "other", raw?: string) => ({ unified, raw });

  for (const [what, answer, stops, written, finish] of [
    ["an end", { content: text("four") }, undefined, "four", "end"],
    ["a chain that was cut", { content: text("fo"), finishReason: reason("length") }, stop, "fo", "length"],
    ["a chain that was filtered", { content: text("f"), finishReason: reason("content-filter") }, stop, "f", "end"],
    ["a reason of no name", { content: text("four"), finishReason: reason("other") }, stop, "four", "end"],
    ["a stop that the provider left", { content: text("a\n\n") }, stop, "a\n\n", "stop"],
    [
      "a stop that it took away and names",
      { content: text("a"), providerMetadata: { double: { stopSequence: "END" } } },
      ...[stop, "aEND", "stop"],
    ],
    [
      "a stop that it took away, of which there is one",
      { content: text("a"), finishReason: reason("stop", "stop_sequence") },
      ...[["END"], "aEND", "stop"],
    ],
    [
      "a stop that it took away, of which there are two",
      { content: text("a"), finishReason: reason("stop", "stop_sequence") },
      ...[stop, "a", "end"],
    ],
    [
      "a stop that it does not heed",
      { content: text("a END b\n\nc"), warnings: [{ type: "unsupported", feature: "stopSequences" }] },
      ...[stop, "a END", "stop"],
    ],
    [
      "text in pieces, among what is no text",
      { content: [...text("fo"), { type: "reasoning", text: "hm" }, ...text("ur")] },
      ...[undefined, "four", "end"],
    ],
  ] as [string, Partial<LanguageModelV4GenerateResult>, string[] | undefined, string, string][]) {
    test(what, async () => {
      const completion = await one(fixed(answer), stops === undefined ? {} : { stop: stops });
      assert.deepEqual(completion, { text: written, finish, usage: { promptTokens: 5, completionTokens: 3 } });
    });
  }

  for (const [what, inputTokens, outputTokens, usage] of [
    ["totals", { total: 5, noCache: 1 }, { total: 9, reasoning: 6 }, { promptTokens: 5, completionTokens: 9 }],
    [
      "parts of them",
      { noCache: 1, cacheRead: 4, cacheWrite: 2 },
      { text: 3, reasoning: 6 },
      { promptTokens: 7, completionTokens: 9 },
    ],
    ["nothing", {}, {}, { promptTokens: 2, completionTokens: 1, estimated: true }],
    ["one side", { total: 5 }, {}, { promptTokens: 5, completionTokens: 1, estimated: true }],
    ["no counts", { total: -1 }, { total: Number.NaN }, { promptTokens: 2, completionTokens: 1, estimated: true }],
  ] as const) {
    test(`tokens of which the provider counts ${what}`, async () => {
      const counts = usageOf(undefined, undefined);
      const own = {
        inputTokens: { ...counts.inputTokens, ...inputTokens },
        outputTokens: { ...counts.outputTokens, ...outputTokens },
      };
      assert.deepEqual((await one(fixed({ content: text("four"), usage: own }))).usage, usage);
    });
  }

  test("a completion beyond all bounds is a failure", async () => {
    await assert.rejects(one(fixed({ content: text("a".repeat(1_000_001)) })), { code: "model", retryable: false });
  });
});

describe("a stream", () => {
  test("is told piece by piece, and hidden reasoning is not", async () => {
    const parts: LanguageModelV4StreamPart[] = [
      { type: "stream-start", warnings: [] },
      { type: "reasoning-delta", id: "r", delta: "hm" },
      ...[delta("fo"), delta(""), delta("ur"), finished],
    ];
    const { told, completion } = await streamed(fixed({}, parts));
    assert.deepEqual(told, ["fo", "ur"]);
    assert.deepEqual(completion, {
      ...{ text: "four", finish: "end", usage: { promptTokens: 5, completionTokens: 3 } },
    });
  });

  test("ends with the stop string that the provider took away", async () => {
    const told: string[] = [];
    const model = aiSdkModel(languageModel(scripted()));
    const [completion] = await model.sample([ask(1, { stop: ["is"] })], { onToken: (_, piece) => told.push(piece) });
    assert.equal(completion?.text, "chain 1 is");
    assert.equal(told.join(""), "chain 1 is");
    assert.equal(completion?.finish, "stop");
  });

  test("is read to the first stop string where the provider does not heed it, and no further", async () => {
    const cancelled = Promise.withResolvers<void>();
    const endless = async function* (): AsyncGenerator<LanguageModelV4StreamPart> {
      try {
        yield { type: "stream-start", warnings: [{ type: "unsupported", feature: "stopSequences" }] };
        for (;;) yield delta("a E");
      } finally {
        cancelled.resolve();
      }
    };
    const model = { ...fixed({}), doStream: async () => ({ stream: ReadableStream.from(endless()) }) };
    const { told, completion } = await streamed(model, { stop: ["Ea "] });
    await cancelled.promise;
    assert.deepEqual(told, ["a E", "a "]);
    const usage = { promptTokens: 2, completionTokens: 2, estimated: true };
    assert.deepEqual(completion, { text: "a Ea ", finish: "stop", usage });
  });

  for (const [what, parts, message, more] of [
    ["that ends early", [delta("fo")], /the stream ended before/, { retryable: true }],
    [
      "that its provider breaks off",
      [delta("fo"), { ...finished, finishReason: { unified: "interrupted", raw: undefined } }],
      ...[/the stream ended before/, { retryable: true }],
    ],
    [
      "that fails at its end",
      [{ ...finished, finishReason: { unified: "error", raw: undefined } }],
      ...[/the provider failed/, { retryable: true }],
    ],
    [
      "that fails on the way",
      [{ type: "error", error: { message: "Overloaded", statusCode: 529, isRetryable: true } }],
      ...[/answered 529: Overloaded/, { retryable: true, status: 529 }],
    ],
    [
      "that says of itself that it is hopeless",
      [{ type: "error", error: { message: "no", isRetryable: false } }],
      ...[/fixed: no/, { retryable: false }],
    ],
    ["that fails in words", [{ type: "error", error: "overloaded" }], /fixed: overloaded/, { retryable: true }],
    ["that fails without a word", [{ type: "error", error: null }], /the provider failed/, { retryable: true }],
  ] as [string, LanguageModelV4StreamPart[], RegExp, object][]) {
    test(`${what} is a failure, and the call may have run`, async () => {
      await assert.rejects(streamed(fixed({}, parts)), {
        ...{ code: "model", name: "ServerError", mayHaveRun: true, message, ...more },
      });
    });
  }
});

describe("an abort", () => {
  const never = <T>(): Promise<T> => new Promise(() => {});

  test("of a provider that heeds no signal is an abort all the same", async () => {
    const stop = new AbortController();
    const deaf = { ...fixed({}), doGenerate: never<LanguageModelV4GenerateResult> };
    const work = aiSdkModel(deaf).sample([ask(1)], { signal: stop.signal });
    stop.abort();
    const usage = { promptTokens: 0, completionTokens: 0 };
    assert.deepEqual(await work, [{ text: "", finish: "aborted", usage }]);
  });

  test("keeps what was told, and reads no further", async () => {
    const stop = new AbortController();
    const told: string[] = [];
    const model = aiSdkModel(fixed({}, [delta("fo"), delta("ur"), finished]));
    const [completion] = await model.sample([ask(1)], {
      signal: stop.signal,
      onToken: (_, piece) => {
        told.push(piece);
        stop.abort();
      },
    });
    assert.deepEqual(told, ["fo"]);
    const usage = { promptTokens: 2, completionTokens: 1, estimated: true };
    assert.deepEqual(completion, { text: "fo", finish: "aborted", usage });
  });

  test("by the time that a call may take is a failure", async () => {
    const deaf = { ...fixed({}), doGenerate: never<LanguageModelV4GenerateResult> };
    const expected = { code: "model", message: /gave no answer in 0\.02 s/, retryable: true, mayHaveRun: true };
    await assert.rejects(one(deaf, {}, { timeoutMs: 20 }), expected);
  });
});

describe("a call that fails", () => {
  const url = "https://me:hunter2@api.example.com/v1/chat?api_key=abc123";
  const api = (message: string, more: Partial<ConstructorParameters<typeof APICallError>[0]> = {}) =>
    new APICallError({ message, url, requestBodyValues: { key: "sk-body-1234567890" }, ...more });
  const network = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

  for (const [what, error, message, more] of [
    [
      "busy, and says until when",
      api("slow down", { statusCode: 429, responseHeaders: { "retry-after": "2.5" } }),
      ...[
        /double fixed answered 429: slow down/,
        { retryable: true, mayHaveRun: false, retryAfterMs: 2500, status: 429 },
      ],
    ],
    ["broken", api("oops", { statusCode: 500 }), /answered 500: oops/, { retryable: true, mayHaveRun: false }],
    ["too slow", api("gateway", { statusCode: 504 }), /answered 504/, { retryable: true, mayHaveRun: true }],
    ["refusing", api("bad", { statusCode: 400 }), /answered 400: bad/, { retryable: false, mayHaveRun: false }],
    ["without a key", api("no", { statusCode: 401 }), /answered 401/, { retryable: false, hint: /environment/ }],
    [
      "hopeless by its own word",
      api("quota", { statusCode: 429, isRetryable: false }),
      ...[/answered 429: quota/, { retryable: false }],
    ],
    [
      "nonsense under a good status",
      api("Invalid JSON response", { statusCode: 200, cause: new SyntaxError("...") }),
      ...[/fixed: the reply is no completion/, { retryable: true, mayHaveRun: true }],
    ],
    [
      "nonsense",
      new TypeValidationError({ value: { key: "sk-1234567890" }, cause: "no" }),
      ...[/fixed: the reply is no completion/, { retryable: true, mayHaveRun: true }],
    ],
    [
      "not there",
      api("Cannot connect to API: connect", { cause: network("ECONNREFUSED"), isRetryable: true }),
      ...[/nothing listens there/, { retryable: true, mayHaveRun: false, hint: /start the server/ }],
    ],
    [
      "gone",
      new TypeError("fetch failed", { cause: network("UND_ERR_SOCKET") }),
      ...[/fixed: fetch failed/, { retryable: true, mayHaveRun: true }],
    ],
    [
      "of no key",
      new LoadAPIKeyError({ message: "pass EXAMPLE_API_KEY in the environment" }),
      ...[/EXAMPLE_API_KEY/, { retryable: false, mayHaveRun: false, hint: /set it in the environment/ }],
    ],
    ["cut off", new DOMException("aborted", "AbortError"), /aborted/, { retryable: true, mayHaveRun: true }],
    ["a bug", new TypeError("x is no function"), /x is no function/, { retryable: false, mayHaveRun: true }],
  ] as [string, Error, RegExp, object][]) {
    test(`${what}: says how, and whether to ask again`, async () => {
      for (const work of [one(fixed(error)), streamed(fixed(error))]) {
        await assert.rejects(work, { code: "model", name: "ServerError", message, ...more });
      }
    });
  }

  for (const [what, said, shown] of [
    ["as providers write them", "Incorrect API key: sk-proj-a1b2", "Incorrect API key: [key]"],
    ["without a name", "token 0123456789abcdef0123456789abcdef is bad", "token [key] is bad"],
    ["in a header", "Authorization: Bearer hunter2", "Authorization: Bearer [key]"],
    ["in an address", `no such host ${url}`, "no such host https://api.example.com/v1/chat"],
    ["known beforehand", "sesame does not open, nor does mathematics", "[key] does not open, nor does [key]"],
    [
      "beside names that are none",
      "no model llama-3.1-8b-instruct-20250514",
      "no model llama-3.1-8b-instruct-20250514",
    ],
  ] as const) {
    test(`keys stay out of the error: ${what}`, async () => {
      const options = { secrets: ["sesame", ""], settings: { headers: { "x-team": "mathematics" } } };
      const failing = api(said, { statusCode: 401, responseHeaders: { "set-cookie": "hunter2" } });
      await assert.rejects(one(fixed(failing), {}, options), (error: Error) => {
        assert.equal(error.message, `double fixed answered 401: ${shown}`);
        assert.equal(error.cause, undefined, "an error of the SDK carries the call");
        return true;
      });
    });
  }

  test("is repeated where that helps, and a stream that was told is not", async () => {
    let calls = 0;
    const double = languageModel(scripted());
    const flaky: LanguageModelV4 = {
      ...double,
      doGenerate: (asked) => {
        if (++calls % 3 !== 0) throw api("busy", { statusCode: 503 });
        return double.doGenerate(asked);
      },
      doStream: async () => ({ stream: ReadableStream.from([delta("fo"), { type: "error", error: "gone" } as const]) }),
    };
    let retries = 0;
    const model = retried(aiSdkModel(flaky), { firstMs: 1, onRetry: () => retries++ });
    assert.equal((await model.sample([ask(1)]))[0]?.text, "chain 1 is four");
    assert.deepEqual([calls, retries], [3, 2]);
    const told: string[] = [];
    await assert.rejects(model.sample([ask(1)], { onToken: (_, piece) => told.push(piece) }), { message: /gone/ });
    assert.deepEqual([told, retries], [["fo"], 2]);
  });
});
