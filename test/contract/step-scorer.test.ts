/** Every step scorer through the one contract; reward models on a scripted server, in the ways in which servers answer and fail. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import { Rng } from "../../src/core/rng.ts";
import { correct, wrong } from "../../src/core/verdict.ts";
import { postTo } from "../../src/model/openai/post.ts";
import { ScriptedModel } from "../../src/model/scripted.ts";
import { byVerifier, rollOuts } from "../../src/search/roll-outs.ts";
import { Spending } from "../../src/search/spending.ts";
import { classifierReward, qwenProcessReward, rlhflowProcessReward } from "../../src/verify/learned/remote-reward.ts";
import { RewardVerifier } from "../../src/verify/learned/reward-verifier.ts";
import { stepScorerContract } from "./step-scorer.ts";
import { verifierContract } from "./verifier.ts";

type Message = { readonly role: string; readonly content: string };
type Body = { readonly model: string; readonly input?: string; readonly messages?: readonly Message[] };

/** A step is good where it says so. */
const good = (text: string): number => (text.includes("bad") ? 0.1 : 0.9);
const KEY = "sk-very-secret";
const FAILS = "Fail.";

/** Answers as vLLM's endpoints do. `mode` makes it fail. */
class RewardServer {
  readonly server: Server;
  readonly asked: { readonly path: string; readonly body: Body; readonly key: string | undefined }[] = [];
  mode: "well" | "busy once" | "broken" | "nonsense" | "short" = "well";

  constructor() {
    this.server = createServer(async (request, response) => {
      let text = "";
      for await (const part of request) text += part;
      const body = JSON.parse(text) as Body;
      this.asked.push({ path: request.url ?? "", body, key: request.headers.authorization });
      const busy = this.mode === "busy once";
      if (busy) this.mode = "well";
      const fails = body.messages?.some(({ content }) => content === FAILS) ?? false;
      if (busy || fails || this.mode === "broken") {
        response.writeHead(busy ? 503 : 400, { "content-type": "application/json" });
        response.end(JSON.stringify({ error: { message: `no, not with ${request.headers.authorization}` } }));
        return;
      }
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(this.mode === "nonsense" ? { data: "?" } : this.#answer(request.url ?? "", body)));
    });
  }

  #answer(path: string, { messages = [], input = "" }: Body): object {
    if (path === "/pooling") {
      const steps = (messages.at(-1)?.content ?? "").split("<extra_0>").slice(0, -1);
      const rows = steps.map((step) => [1 - good(step), good(step)]);
      return { data: [{ index: 0, object: "pooling", data: this.mode === "short" ? rows.slice(1) : rows }] };
    }
    if (path === "/classify") {
      const paragraphs = input.split("\n\n");
      const p = good(paragraphs.at(-1) === "" ? (paragraphs.at(-2) ?? "") : (paragraphs.at(-1) ?? ""));
      return { data: [{ index: 0, label: "LABEL_1", probs: [1 - p, p] }] };
    }
    const p = good(messages.at(-1)?.content ?? "");
    const top = [
      ["+", Math.log(0.8 * p)],
      ["-", Math.log(0.8 * (1 - p))],
      ["!", Math.log(0.2)],
    ];
    return {
      choices: [{ logprobs: { content: [{ top_logprobs: top.map(([token, logprob]) => ({ token, logprob })) }] } }],
    };
  }
}

const server = new RewardServer();
let baseUrl = "";
before(async () => {
  server.server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  baseUrl = `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
});
after(() => server.server.close());

const post = (path: string, body: object, signal?: AbortSignal) =>
  postTo({ baseUrl, apiKey: KEY, wait: async () => {} })(path, body, signal);
const remote = { post, model: "prm" };
const problem = { id: "p", prompt: "Prove it.", answer: "it" };
const chains = [["First, good.\n\n", "then bad.\n\n", "last."], ["Only one."], ["bad\n\n", "bad\n\n", "good", " end"]];

stepScorerContract("Qwen's process rewards", () => qwenProcessReward(remote), problem, chains);
stepScorerContract("RLHFlow's process rewards", () => rlhflowProcessReward(remote), problem, chains);
stepScorerContract("a classifier", () => classifierReward(remote), problem, chains);
stepScorerContract(
  "roll-outs",
  () => {
    const model = new ScriptedModel(({ seed }) => (seed % 3 === 0 ? "it" : "not"));
    const verifier = {
      name: "it",
      verify: async (_: object, text: string) => (text.endsWith("it") ? correct("yes") : wrong("no")),
    };
    const context = { model, verifier, extract: () => null, budget: { maxTokens: 100_000 }, rng: new Rng(1) };
    // One made anew numbers its prefixes anew; the chains of the contract share none, so scores are asked for alike.
    const scorer = rollOuts({ n: 9, maxTokens: 3, judge: byVerifier, separator: " " })(
      context,
      new Spending(context),
      new Rng(2),
    );
    return { name: scorer.name, score: async (...args) => scorer.score(...args) };
  },
  problem,
  [["one", " two"]],
);

verifierContract("reward", () => new RewardVerifier({ scorer: qwenProcessReward(remote) }), [
  { problem, completion: "good\n\ngood", status: "correct", reason: /min of 2 step scores is 0\.90/ },
  { problem, completion: "good\n\nbad\n\ngood", status: "wrong", reason: /0\.10, the least at step 2/ },
  { problem, completion: "", status: "wrong", reason: /empty/ },
  { problem: { ...problem, prompt: "<extra_0>".repeat(3) }, completion: "good<extra_0>", status: "correct" },
  { problem: { ...problem, prompt: FAILS }, completion: "good", status: "unscored", reason: /reward model failed/ },
]);

describe("a reward model on a server", () => {
  const saying = (rows: readonly (number | readonly number[])[], kind?: "logits") =>
    qwenProcessReward({
      post: async () => ({ data: [{ data: rows }] }),
      model: "prm",
      ...(kind === undefined ? {} : { rows: kind }),
    }).score(
      problem,
      rows.map((_, i) => `step ${i}`),
    );

  test("rows are probabilities or logits as they were said to be, and a higher reward never gets a lower score", async () => {
    const rising = await saying([-0.1, 0.3, 0.95, 1.1], "logits");
    assert.deepEqual(
      rising,
      rising.toSorted((a, b) => a - b),
    );
    assert.ok(Math.abs((rising[1] as number) - 1 / (1 + Math.exp(-0.3))) < 1e-12);
    assert.deepEqual(await saying([0.3, 0.95]), [0.3, 0.95]);
    const [pair] = await saying([[0.2, 0.8]], "logits");
    assert.ok(Math.abs((pair as number) - 1 / (1 + Math.exp(-0.6))) < 1e-12);
  });

  test("rows that are no probabilities are an error that says what to do", async () => {
    for (const rows of [[1.1], [-0.1], [[2, -1]], [[0.2, 0.3]], [[0.1, 0.2, 0.7]]]) {
      await assert.rejects(saying(rows), { code: "model" });
    }
    await assert.rejects(saying([[2, -1]]), /rows: "logits"/);
  });

  test("is asked in the convention of its kind", async () => {
    server.asked.length = 0;
    await qwenProcessReward(remote).score(problem, ["a", "b"]);
    await rlhflowProcessReward(remote).score(problem, ["a", "b"]);
    await classifierReward(remote).score(problem, ["a"]);
    const [qwen, first, second, classified] = server.asked;
    assert.deepEqual(
      [qwen?.path, qwen?.body.messages?.at(-1)?.content, qwen?.key],
      ["/pooling", "a<extra_0>b<extra_0>", `Bearer ${KEY}`],
    );
    assert.deepEqual(first?.body.messages, [{ role: "user", content: "Prove it. a" }]);
    assert.deepEqual(second?.body.messages, [
      { role: "user", content: "Prove it. a" },
      { role: "assistant", content: "+" },
      { role: "user", content: "b" },
    ]);
    assert.deepEqual([classified?.path, classified?.body.input], ["/classify", "Prove it.\n\na"]);
  });

  test("tries again where the server is busy; a failure is unscored, and the key is in no reason", async () => {
    const verifier = new RewardVerifier({ scorer: qwenProcessReward(remote) });
    server.mode = "busy once";
    assert.equal((await verifier.verify(problem, "good")).status, "correct");
    for (const mode of ["broken", "nonsense", "short"] as const) {
      server.mode = mode;
      const verdict = await verifier.verify(problem, "good\n\ngood");
      assert.equal(verdict.status, "unscored", `${mode}: ${verdict.reason}`);
      assert.ok(!verdict.reason.includes(KEY), verdict.reason);
    }
    server.mode = "well";
  });

  test("calibration moves the score, not the order", async () => {
    const scorer = qwenProcessReward(remote);
    const strict = new RewardVerifier({ scorer, calibration: { slope: 1, intercept: -4 } });
    const verdict = await strict.verify(problem, "good");
    assert.deepEqual([verdict.status, verdict.status === "wrong" && verdict.score < 0.2], ["wrong", true]);
    const same = await new RewardVerifier({ scorer, calibration: { slope: 1, intercept: 0 } }).verify(problem, "good");
    assert.ok(same.status === "correct" && Math.abs(same.score - 0.9) < 1e-9);
  });
});
