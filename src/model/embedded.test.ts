/** The embedded model: words in, words out, and the engine between them. What every model keeps is in `test/contract`. */

import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { SampleRequest } from "../core/completion.ts";
import { decodeFlops } from "../core/flops.ts";
import { Rng } from "../core/rng.ts";
import { WordLevelTokenizer } from "../core/tokenizer.ts";
import { Engine } from "../engine/engine.ts";
import { parameterCount, type TransformerConfig } from "../engine/transformer.ts";
import { EmbeddedModel } from "./embedded.ts";

const WORDS = ["<pad>", "<bos>", "one", "two", "three", "four", "stop", "quit"];
const CONFIG: TransformerConfig = {
  vocabSize: WORDS.length,
  layers: 2,
  width: 16,
  heads: 2,
  kvHeads: 1,
  headDim: 8,
  ffnWidth: 24,
  maxPositions: 24,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
};
const rng = new Rng(1);
const engine = new Engine(
  CONFIG,
  Float32Array.from({ length: parameterCount(CONFIG) }, () => 0.3 * rng.normal()),
  { threads: 1 },
);
after(() => engine.close());
const tokenizer = new WordLevelTokenizer({ words: WORDS, bos: "<bos>", pad: "<pad>", eos: ["stop", "quit"] });
const model = new EmbeddedModel(engine, tokenizer, "tiny");

const ask = (change: Partial<SampleRequest> = {}): SampleRequest => ({
  prompt: "one two",
  maxTokens: 12,
  seed: 3,
  ...change,
});
const many = (change: Partial<SampleRequest> = {}): SampleRequest[] =>
  Array.from({ length: 40 }, (_, seed) => ask({ seed, ...change }));

describe("words and tokens", () => {
  test("a prompt begins with <bos>; a prefix goes on from it", () => {
    assert.deepEqual(model.encode("one two"), [1, 2, 3]);
    assert.deepEqual(model.encode("one two", "three stop"), [1, 2, 3, 4, 6]);
    assert.deepEqual([model.name, new EmbeddedModel(engine, tokenizer).name], ["tiny", "local"]);
  });

  test("a completion's text, tokens, log-probabilities and usage agree", async () => {
    const completions = await model.sample(many());
    for (const { text, tokens = [], logprobs = [], usage } of completions) {
      assert.equal(tokenizer.decode(tokens), text);
      assert.equal(logprobs.length, tokens.length);
      assert.deepEqual([usage.promptTokens, usage.completionTokens], [3, tokens.length]);
    }
    assert.ok(new Set(completions.map(({ text }) => text)).size > 20, "seeds give chains of their own");
  });

  test("at temperature 1 the log-probabilities are those that the engine scores", async () => {
    const completions = await model.sample(many());
    const scores = await engine.score(
      completions.map(({ tokens = [] }) => ({ tokens: [...model.encode("one two"), ...tokens], fields: {} })),
    );
    completions.forEach(({ logprobs = [] }, c) => {
      logprobs.forEach((logprob, i) => {
        const scored = scores[c]?.logprobs[3 + i] as number;
        assert.ok(Math.abs(logprob - scored) < 1e-4, `${logprob} against ${scored}`);
      });
    });
  });

  test("a completion goes on from its prefix as it would have gone on by itself", async () => {
    const greedy = ["one", "two", "three", "four"].map((prompt) => ask({ prompt, temperature: 0, maxTokens: 6 }));
    const wholes = (await model.sample(greedy)).map(({ text }) => text.split(" "));
    const long = wholes.findIndex((each) => each.length > 2);
    const [request, words] = [greedy[long] as SampleRequest, wholes[long] as string[]];
    const [rest] = await model.sample([{ ...request, prefix: words.slice(0, 2).join(" "), maxTokens: 4 }]);
    assert.equal(rest?.text, words.slice(2).join(" "));
    assert.equal(rest?.usage.promptTokens, 4);
  });

  test("onToken gives each completion's words in their order", async () => {
    const streamed = many().map(() => "");
    const completions = await model.sample(many(), {
      onToken: (request, text) => {
        streamed[request] += text;
      },
    });
    assert.deepEqual(
      streamed,
      completions.map(({ text }) => `${text} `),
    );
  });
});

describe("how a completion ends", () => {
  test("at an end of the vocabulary, at a stop word, at maxTokens, or where the positions end", async () => {
    const finishes = new Set<string>();
    for (const { text, finish, usage } of await model.sample(many({ stop: ["four"], maxTokens: 3 }))) {
      finishes.add(finish);
      const last = text.split(" ").at(-1) as string;
      assert.equal(finish, ["stop", "quit"].includes(last) ? "end" : last === "four" ? "stop" : "length");
      if (finish === "length") assert.equal(usage.completionTokens, 3);
      assert.doesNotMatch(text, /(stop|quit|four) ./, "nothing follows an end");
    }
    assert.deepEqual([...finishes].sort(), ["end", "length", "stop"]);
    // <bos> and 20 words leave room for 3 in 24 positions.
    const longest = await model.sample(many({ prompt: "one ".repeat(20), maxTokens: 1000 }));
    assert.equal(Math.max(...longest.map(({ usage }) => usage.completionTokens)), 3);
  });

  test("an extension's words stand where its end would have", async () => {
    const plain = await model.sample(many());
    const forced = await model.sample(many({ extend: { end: "quit", continuation: "three three" } }));
    let extended = 0;
    forced.forEach(({ text, logprobs = [] }, i) => {
      assert.doesNotMatch(text, /quit/);
      const before = plain[i]?.text.split(" ") ?? [];
      const at = before.indexOf("quit");
      if (at < 0) return;
      extended++;
      const words = text.split(" ");
      assert.deepEqual(words.slice(0, at), before.slice(0, at));
      const written = words.slice(at, at + 2);
      assert.deepEqual(written, ["three", "three"].slice(0, written.length));
      for (const logprob of logprobs.slice(at, at + 2)) assert.equal(logprob, 0, "what is forced was not drawn");
    });
    assert.ok(extended > 3);
  });

  test("an abort gives what was written so far", async () => {
    const [completion] = await model.sample([ask()], { signal: AbortSignal.abort() });
    assert.deepEqual([completion?.finish, completion?.text, completion?.usage.completionTokens], ["aborted", "", 0]);
  });
});

test("FLOPs are those of the positions computed: a prompt that is known costs its last token only", async () => {
  engine.setParameters(engine.parameters.slice()); // what was remembered is forgotten
  const request = ask({ prompt: "four four three", maxTokens: 2 });
  const [first] = await model.sample([request]);
  const [again] = await model.sample([request]);
  assert.equal(again?.text, first?.text);
  const last = 4 + (first?.usage.completionTokens as number) - 2; // the last token written is not fed
  const from = (position: number): number => {
    let sum = 0;
    for (let at = position; at <= last; at++) sum += decodeFlops(CONFIG, at);
    return sum;
  };
  assert.deepEqual([first?.usage.flops, again?.usage.flops], [from(0), from(3)]);
});

test("a prefix that fills the context is gone on with by nothing, beside others that are", async () => {
  const prefix = "one ".repeat(24).trim();
  const [filled, other] = await model.sample([ask({ prefix }), ask()]);
  assert.deepEqual([filled?.text, filled?.finish, filled?.usage.completionTokens], ["", "length", 0]);
  const [alone] = await model.sample([ask()]);
  assert.equal(other?.text, alone?.text);
});

describe("bad requests are refused before anything is sampled", () => {
  const refusals: readonly [Partial<SampleRequest>, RegExp][] = [
    [{ prompt: "one five" }, /five/],
    [{ prefix: "nine" }, /nine/],
    [{ stop: ["one two"] }, /"one two" must be one word of the vocabulary/],
    [{ extend: { end: "one two", continuation: "one" } }, /"one two" must be one word/],
    [{ maxTokens: 0 }, /expected maxTokens >= 1.*got maxTokens 0/],
    [{ maxTokens: Number.NaN }, /got maxTokens NaN/],
    [{ temperature: -0.1 }, /temperature -0.1/],
    [{ topP: 0 }, /topP 0$/],
    [{ topP: 1.5 }, /topP 1.5/],
    [{ prompt: "one ".repeat(23) }, /a prompt of 24 tokens leaves no room in 24 positions/],
    [{ seed: 0.5 }, /integer seed/],
  ];
  for (const [change, message] of refusals) {
    test(String(message), async () => {
      await assert.rejects(model.sample([ask(), ask(change)]), { name: "MullError", code: "input", message });
    });
  }

  test("a fractional maxTokens is rounded down, and a prompt that leaves room for one token gets one", async () => {
    const [short, full] = await model.sample([
      ask({ maxTokens: 2.9, seed: 11 }),
      ask({ prompt: "one ".repeat(22), maxTokens: 9 }),
    ]);
    assert.ok((short?.usage.completionTokens as number) <= 2);
    assert.equal(full?.usage.completionTokens, 1);
  });
});
