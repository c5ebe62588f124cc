/**
 * The model contract against a server that others wrote, and beside it what is asked of a server alone:
 *
 *     MULL_SERVER=http://127.0.0.1:8000/v1#NAME MULL_CHECKPOINT=models/trained node --test test/interop/server-contract.ts
 *
 * The server serves MULL_CHECKPOINT, a checkpoint of Mull's, so that its chains can be compared with those of Mull's own engine.
 * `npm run check:server` starts one and knows which demands it cannot keep. Not a part of `npm test`.
 */

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { SampleRequest } from "../../src/core/completion.ts";
import type { Model } from "../../src/core/interfaces.ts";
import { parseAddress } from "../../src/model/address.ts";
import type { EmbeddedModel } from "../../src/model/embedded.ts";
import { limited } from "../../src/model/limited.ts";
import { openModel } from "../../src/model/open.ts";
import { OpenAIModel } from "../../src/model/openai/openai.ts";
import { modelContract } from "../contract/model.ts";

const { MULL_SERVER = "", MULL_CHECKPOINT = "" } = process.env;
const address = MULL_SERVER === "" ? null : parseAddress(MULL_SERVER);
if (address?.kind !== "server" || address.model === null || MULL_CHECKPOINT === "") {
  throw new Error("set MULL_SERVER to http://host:port/v1#model, and MULL_CHECKPOINT to the folder that it serves");
}
const { baseUrl, model: name } = address;

/** A word follows a space: a text is continued as it stands, and this tokenizer's words have no spaces of their own. */
const PROMPTS = ["3 7 8 2 = 24 ", "1 2 9 = 27 ", "20 4 5 = 21 "] as const;
const ENDS = ["solved", "give-up"];
const clientOf = (api: "completions" | "chat", more: { timeoutMs?: number } = {}): Model =>
  limited(new OpenAIModel({ baseUrl, model: name, api, ...more }), { concurrency: 1 });

modelContract("a server, one request at a time", {
  make: () => clientOf("completions"),
  prompts: PROMPTS,
  word: "9",
  ends: ENDS,
  manyTokens: 32,
  refused: [],
  extends: false,
});

const ask = (more: Partial<SampleRequest> = {}): SampleRequest => ({
  ...{ prompt: PROMPTS[0], maxTokens: 40, temperature: 0, seed: 1 },
  ...more,
});

describe("a server", () => {
  const completions = clientOf("completions");
  const chat = clientOf("chat");
  let own: EmbeddedModel;
  before(async () => {
    own = await openModel(MULL_CHECKPOINT, { threads: 1 });
  });
  after(() => own.engine.close());
  const textOf = async (model: Model, request: SampleRequest): Promise<string> => {
    const [chain] = await model.sample([request]);
    return chain?.text.trim() ?? "";
  };

  test("writes the greedy chains that Mull's engine writes, and counts the same tokens", async () => {
    for (const prompt of PROMPTS) {
      const [ours] = await own.sample([ask({ prompt })]);
      const [theirs] = await completions.sample([ask({ prompt })]);
      assert.equal(theirs?.text, ours?.text);
      assert.equal(theirs?.finish, ours?.finish);
      assert.equal(theirs?.usage.completionTokens, ours?.usage.completionTokens);
      assert.equal(theirs?.usage.promptTokens, ours?.usage.promptTokens);
      assert.ok(theirs?.usage.estimated === undefined, "the server counts");
    }
  });

  test("writes in a chat what it writes after a text", async () => {
    assert.equal(await textOf(chat, ask()), await textOf(completions, ask()));
  });

  test("goes on with a text", async () => {
    const words = (await textOf(completions, ask())).split(" ");
    const prefix = `${words.slice(0, 10).join(" ")} `;
    const [rest] = await completions.sample([ask({ prefix, maxTokens: words.length - 10 })]);
    assert.equal(`${prefix}${rest?.text.trim()}`, words.join(" "));
  });

  test("goes on with a chat, or is not asked to", async () => {
    const words = (await textOf(completions, ask())).split(" ");
    const request = ask({ prefix: `${words.slice(0, 10).join(" ")} `, maxTokens: words.length - 10 });
    const model = new OpenAIModel({ baseUrl, model: name });
    const { continues } = await model.capabilities();
    if (continues) assert.equal(await textOf(model, request), words.slice(10).join(" "));
    else await assert.rejects(model.sample([request]), { code: "model", message: /cannot go on/ });
  });

  test("ends at a stop string, which stays in the text", async () => {
    const whole = await textOf(completions, ask());
    const stop = whole.split(" ").find((word) => word.startsWith("=")) as string;
    const [chain] = await completions.sample([ask({ stop: [stop] })]);
    assert.equal(chain?.text, whole.slice(0, whole.indexOf(stop) + stop.length));
    assert.equal(chain?.finish, "stop");
  });

  test("says that a model is not there, in an error that does not ask for another try", async () => {
    const model = new OpenAIModel({ baseUrl, model: "no-such-model", api: "completions" });
    await assert.rejects(model.sample([ask()]), { code: "model", name: "ServerError", retryable: false });
  });

  test("one seed, one chain, side by side too", async () => {
    const model = limited(new OpenAIModel({ baseUrl, model: name, api: "completions" }), { concurrency: 8 });
    const requests = Array.from({ length: 8 }, (_, seed) => ask({ seed, temperature: 1, maxTokens: 12 }));
    const [alone, together] = [await completions.sample(requests), await model.sample(requests)];
    assert.deepEqual(
      together.map(({ text }) => text),
      alone.map(({ text }) => text),
    );
  });

  test("log-probabilities", async () => {
    const [chain] = await completions.sample([ask()]);
    assert.equal(chain?.logprobs?.length, chain?.usage.completionTokens);
  });

  test("an abort ends a call, keeps what was written, and the server works on", async () => {
    const whole = await textOf(completions, ask());
    const stop = new AbortController();
    let told = 0;
    const onToken = (): void => {
      if (++told === 5) stop.abort();
    };
    const [cut] = await completions.sample([ask()], { signal: stop.signal, onToken });
    assert.equal(cut?.finish, "aborted");
    assert.ok(whole.startsWith(cut.text) && cut.text !== "" && cut.text.length < whole.length, cut.text);
    assert.equal(await textOf(completions, ask()), whole);
  });

  test("a timeout is an error that says so, and the server works on", async () => {
    await assert.rejects(clientOf("completions", { timeoutMs: 5 }).sample([ask()]), {
      ...{ code: "model", message: /gave no answer in 0\.005 s/, retryable: true, mayHaveRun: true },
    });
    assert.ok((await textOf(completions, ask({ maxTokens: 2 }))).length > 0);
  });
});
