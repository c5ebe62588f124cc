import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { MullError } from "../core/errors.ts";
import { Rng } from "../core/rng.ts";
import { WordLevelTokenizer } from "../core/tokenizer.ts";
import { writeCheckpoint } from "../engine/checkpoint/checkpoint.ts";
import { initialParameters } from "../engine/transformer.ts";
import { type AddressOptions, openAddress, PROVIDERS, parseAddress } from "./address.ts";

const folder = mkdtempSync(join(tmpdir(), "mull-addresses-"));
after(() => rmSync(folder, { recursive: true, force: true }));

describe("reading an address", () => {
  const server = (baseUrl: string, model: string | null = null) => ({ kind: "server", baseUrl, model });
  const provider = (name: string, model: string | null) => ({ kind: "provider", provider: name, model });
  const local = (model: string) => ({ kind: "local", model });

  for (const [text, address] of [
    ["local", local("trained")],
    ["local:base", local("base")],
    ["local:trained", local("trained")],
    ["local:runs/first", local("runs/first")],
    ["local:openai/gpt-5", local("openai/gpt-5")],
    ["local:http://x", local("http://x")],
    ["base", local("base")],
    ["trained", local("trained")],
    ["runs/first", local("runs/first")],
    ["./openai/gpt-5", local("./openai/gpt-5")],
    ["/models/vllm/one", local("/models/vllm/one")],
    ["openai", local("openai")],
    ["toString/x", local("toString/x")],
    ["http://127.0.0.1:8000/v1#qwen3", server("http://127.0.0.1:8000/v1", "qwen3")],
    ["https://example.com/api/v1/#Qwen/Qwen3-8B", server("https://example.com/api/v1", "Qwen/Qwen3-8B")],
    ["http://[::1]:8000/v1", server("http://[::1]:8000/v1")],
    ["http://127.0.0.1:8000", server("http://127.0.0.1:8000/v1")],
    ["HTTP://LOCALHOST:8000/#a#b", server("http://localhost:8000/v1", "a#b")],
    ["openai/gpt-5", provider("openai", "gpt-5")],
    ["openrouter/meta-llama/llama-3.3-70b:free", provider("openrouter", "meta-llama/llama-3.3-70b:free")],
    ["ollama/qwen3:8b", provider("ollama", "qwen3:8b")],
    [" vllm/ ", provider("vllm", null)],
  ] as const) {
    test(text, () => assert.deepEqual(parseAddress(text), address));
  }

  for (const [text, message] of [
    ["", /is empty/],
    ["  ", /is empty/],
    ["local:", /no model is named/],
    ["openai/two words", /has no spaces/],
    ["ftp://example.com/v1", /the address of a server is none/],
    ["http://", /the address of a server is none/],
    ["http://x:port/v1", /the address of a server is none/],
  ] as const) {
    test(`${JSON.stringify(text)} is none`, () => {
      assert.throws(() => parseAddress(text), { code: "usage", message, hint: /http:\/\/127\.0\.0\.1:8000\/v1#model/ });
    });
  }

  for (const text of [
    "http://me:hunter2@example.com/v1#m",
    "https://hunter2@example.com/v1",
    "https://example.com/v1?api_key=hunter2#m",
    "https://example.com/v1#m?api_key=hunter2",
    "openai/gpt-5?key=hunter2",
    "ftp://me:hunter2@example.com",
    "http://me:hunter2@exa mple.com:99999/v1",
  ]) {
    test(`a key is refused and not repeated: ${text}`, () => {
      assert.throws(
        () => parseAddress(text),
        (error) => {
          assert.ok(error instanceof MullError && error.code === "usage");
          assert.doesNotMatch(`${error.message} ${error.hint} ${error.stack} ${String(error.cause)}`, /hunter2/);
          if (!/ftp|exa mple/.test(text))
            assert.match(error.hint ?? "", /in the environment, as (MULL|OPENAI)_API_KEY/);
          return true;
        },
      );
    });
  }
});

test("every provider has an address that can be read and a variable for its key", () => {
  for (const [name, { baseUrl, key }] of Object.entries(PROVIDERS)) {
    assert.deepEqual(parseAddress(`${baseUrl}#m`), { kind: "server", baseUrl, model: "m" });
    assert.equal(key, `${name.toUpperCase()}_API_KEY`);
    assert.ok(baseUrl.startsWith("https://") || "own" in PROVIDERS[name as keyof typeof PROVIDERS]);
  }
});

describe("opening a local model", () => {
  const words = ["<pad>", "<bos>", "one", "two", "stop"];
  const tokenizer = new WordLevelTokenizer({ words, bos: "<bos>", pad: "<pad>", eos: ["stop"] });
  const size = { vocabSize: tokenizer.vocabSize, layers: 1, width: 8, heads: 2, kvHeads: 1, headDim: 4 };
  const config = { ...size, ffnWidth: 8, maxPositions: 64, ropeTheta: 10_000, normEpsilon: 1e-5 };

  test("by its path, with or without local:", async () => {
    const path = join(folder, "own");
    const parameters = initialParameters(config, new Rng(1));
    await writeCheckpoint(path, { config, parameters, tokenizer, metadata: {} });
    for (const text of [path, `local:${path}`]) {
      await using opened = await openAddress(text, { threads: 1, env: {} });
      assert.equal(opened.name, "own");
      assert.equal(opened.model.name, "own");
      assert.equal(opened.notice, undefined);
      const [completion] = await opened.model.sample([{ prompt: "one two", maxTokens: 5, seed: 1 }]);
      assert.ok((completion?.usage.completionTokens ?? 0) >= 1);
    }
  });

  test("what is none may have been meant for something else, so every form is named", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    const expected = { code: "checkpoint", message: /holds no model/, hint: /base, trained.*#model.*openai\/\.\.\., / };
    await assert.rejects(openAddress(empty), expected);
    await assert.rejects(openAddress("gemini/pro"), {
      code: "checkpoint",
      message: /pro does not exist/,
      hint: /groq/,
    });
  });
});

describe("opening a model on a server", () => {
  type Sent = { readonly url: string; readonly key: string | null; readonly body: Record<string, unknown> | null };

  /** Answers every call for a completion, and lists the models. */
  function served(models: readonly string[] = ["one"]) {
    const sent: Sent[] = [];
    const fetch: typeof globalThis.fetch = async (url, init) => {
      const body = typeof init?.body === "string" ? JSON.parse(init.body) : null;
      sent.push({ url: String(url), key: new Headers(init?.headers).get("authorization"), body });
      if (body === null) return Response.json({ data: models.map((id) => ({ id })) });
      const choices = [{ message: { content: "four" }, finish_reason: "stop" }];
      return Response.json({ choices, usage: { prompt_tokens: 5, completion_tokens: 1 } });
    };
    return { sent, fetch };
  }
  const request = { prompt: "2 + 2?", seed: 7, maxTokens: 16 };

  async function asked(text: string, options: AddressOptions): Promise<{ sent: Sent[]; name: string }> {
    const { sent, fetch } = served();
    await using opened = await openAddress(text, { env: {}, fetch, ...options });
    const [completion] = await opened.model.sample([request]);
    assert.equal(completion?.text, "four");
    return { sent, name: opened.name };
  }

  test("a provider gets its key, and its own names for what is asked", async () => {
    const env = { OPENAI_API_KEY: " sk-1 ", MISTRAL_API_KEY: "mi-2", MULL_API_KEY: "mu-3" };
    const { sent, name } = await asked("openai/gpt-5", { env });
    assert.equal(name, "openai/gpt-5");
    const common = { temperature: 1, top_p: 1, messages: [{ role: "user", content: "2 + 2?" }] };
    assert.deepEqual(sent, [
      {
        ...{ url: "https://api.openai.com/v1/chat/completions", key: "Bearer sk-1" },
        body: { ...common, model: "gpt-5", max_completion_tokens: 16, seed: 7 },
      },
    ]);
    const [mistral] = (await asked("mistral/small", { env })).sent;
    assert.deepEqual(mistral, {
      ...{ url: "https://api.mistral.ai/v1/chat/completions", key: "Bearer mi-2" },
      body: { ...common, model: "small", max_tokens: 16, random_seed: 7 },
    });
  });

  test("a server that is given by its address gets MULL_API_KEY alone, and needs none", async () => {
    const env = { OPENAI_API_KEY: "sk-1", MULL_API_KEY: "mu-3" };
    const text = "http://127.0.0.1:8000/v1#m";
    const [withKey] = (await asked(text, { env })).sent;
    const [without] = (await asked(text, { env: { OPENAI_API_KEY: "sk-1", MULL_API_KEY: "" } })).sent;
    assert.deepEqual([withKey?.key, without?.key], ["Bearer mu-3", null]);
    assert.equal((await asked("ollama/qwen3", { env })).sent[0]?.key, null);
  });

  test("a key that is missing or cannot be one is an error that names the variable alone", async () => {
    await assert.rejects(asked("groq/llama", { env: { GROQ_API_KEY: " " } }), {
      ...{ code: "usage", message: /GROQ_API_KEY is not set/, hint: /api\.groq\.com/ },
    });
    await assert.rejects(asked("vllm/m", { env: { VLLM_API_KEY: "hunter\n2" } }), (error: MullError) => {
      assert.match(error.message, /VLLM_API_KEY holds characters/);
      assert.doesNotMatch(`${error.stack} ${error.hint}`, /hunter/);
      return true;
    });
  });

  test("without a name it is the only model there is", async () => {
    const { sent, name } = await asked("http://127.0.0.1:8000/v1", {});
    assert.equal(name, "http://127.0.0.1:8000/v1#one");
    assert.equal(sent[0]?.url, "http://127.0.0.1:8000/v1/models");
    assert.equal(sent[1]?.body?.["model"], "one");
    assert.equal((await asked("vllm/", {})).name, "vllm/one");
  });

  for (const [models, message, hint] of [
    [[], /\/v1 has no models/, /load one/],
    [["a", "b\u001b[31m"], /has 2 models, and none is named/, /^expected one of vllm\/a, vllm\/b\[31m$/],
    [Array.from({ length: 30 }, (_, i) => `m${i}`), /has 30 models/, /vllm\/m19, and 10 more$/],
  ] as const) {
    test(`${models.length} models to choose from are an error that names them`, async () => {
      const { fetch } = served(models);
      await assert.rejects(openAddress("vllm/", { env: {}, fetch }), { code: "usage", message, hint });
    });
  }
});
