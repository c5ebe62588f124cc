/** A model that is opened by the address of its server, one that fails as servers do. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SampleRequest } from "../../src/core/completion.ts";
import { openAddress } from "../../src/model/address.ts";
import { ScriptedModel } from "../../src/model/scripted.ts";
import { type Fault, OpenAIServer } from "./openai-server.ts";

const scripted = (): ScriptedModel => new ScriptedModel(({ seed }) => `chain ${seed} is four`, { name: "small" });
const asks = (count: number): SampleRequest[] =>
  Array.from({ length: count }, (_, seed) => ({ prompt: "2 + 2?", seed, maxTokens: 16 }));

describe("a model on a server, opened by its address", () => {
  test("is asked again where the server fails, and the key goes along and is not told", async () => {
    const faults: readonly Fault[] = ["busy", "broken", "reset", "half", "nonsense"];
    await using server = await OpenAIServer.start(scripted(), {
      fault: (_, call) => (call % 10 < 3 ? (faults[(call + Math.floor(call / 10)) % faults.length] as Fault) : null),
    });
    let repeated = 0;
    await using opened = await openAddress(server.url, {
      env: { MULL_API_KEY: "sk-hunter2" },
      limits: { concurrency: 4 },
      retries: { firstMs: 1, attempts: 20, onRetry: () => repeated++ },
    });
    assert.equal(opened.name, `${server.url}#small`);
    const completions = await opened.model.sample(asks(40));
    assert.deepEqual(
      completions.map(({ text }) => text),
      asks(40).map(({ seed }) => `chain ${seed} is four`),
    );
    assert.equal(server.asked.length, 40 + repeated);
    assert.ok(repeated > 10);
    assert.deepEqual([...new Set(server.asked.map(({ headers }) => headers.authorization))], ["Bearer sk-hunter2"]);
  });

  test("goes on with a chain that was begun, in the words of the text where that is asked", async () => {
    await using server = await OpenAIServer.start(scripted(), { owner: "somebody" });
    const [request] = asks(1).map((each) => ({ ...each, prefix: " so" }));
    await using chat = await openAddress(`${server.url}#small`, { env: {}, retries: { attempts: 1 } });
    await assert.rejects(chat.model.sample([request as SampleRequest]), { code: "model", message: /cannot go on/ });
    await using text = await openAddress(`${server.url}#small`, { env: {}, api: "completions" });
    await text.model.sample([request as SampleRequest]);
    assert.deepEqual([server.asked[0]?.path, server.asked[0]?.body.prompt], ["/v1/completions", "2 + 2? so"]);
  });

  test("that is not there is an error when its models are asked for, and says so", async () => {
    const server = await OpenAIServer.start(scripted());
    const { url } = server;
    await server[Symbol.asyncDispose]();
    const expected = { code: "model", message: `${url}: nothing listens there`, hint: /start the server/ };
    await assert.rejects(openAddress(url, { env: { MULL_API_KEY: "sk-hunter2" } }), expected);
  });
});
