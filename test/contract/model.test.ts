/** Every model, through the one contract. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { SampleRequest } from "../../src/core/completion.ts";
import { MullError } from "../../src/core/errors.ts";
import { Rng } from "../../src/core/rng.ts";
import { WordLevelTokenizer } from "../../src/core/tokenizer.ts";
import { Engine } from "../../src/engine/engine.ts";
import { randomParameters, type TransformerConfig } from "../../src/engine/transformer.ts";
import { aiSdkModel } from "../../src/model/ai-sdk.ts";
import { EmbeddedModel } from "../../src/model/embedded.ts";
import { limited } from "../../src/model/limited.ts";
import { Meter } from "../../src/model/meter.ts";
import { metered } from "../../src/model/metered.ts";
import { OpenAIModel } from "../../src/model/openai/openai.ts";
import { type Script, ScriptedModel } from "../../src/model/scripted.ts";
import { problemOf } from "../../src/tasks/countdown/puzzle.ts";
import { countdownTokenizer } from "../../src/tasks/countdown/vocabulary.ts";
import { languageModel } from "../model/language-model.ts";
import { OpenAIServer } from "../model/openai-server.ts";
import { modelContract } from "./model.ts";
import { VirtualClock } from "./virtual-clock.ts";

const ENDS = ["solved", "give-up"];
const promptOf = (numbers: readonly number[], target: number): string => problemOf({ numbers, target }).prompt;
const PROMPTS = [promptOf([3, 7, 8, 2], 24), promptOf([1, 2, 3], 6), promptOf([20, 4], 80)] as const;

const tiny: TransformerConfig = {
  vocabSize: countdownTokenizer.vocabSize,
  layers: 2,
  width: 16,
  heads: 2,
  kvHeads: 1,
  headDim: 8,
  ffnWidth: 32,
  maxPositions: 400,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
};

modelContract("embedded", {
  make: () => {
    const engine = new Engine(tiny, randomParameters(tiny, new Rng(1)), { threads: 2, slots: 4 });
    return new EmbeddedModel(engine, countdownTokenizer);
  },
  close: (model) => (model as EmbeddedModel).engine.close(),
  prompts: PROMPTS,
  word: "9",
  ends: ENDS,
  manyTokens: 300,
  refused: [
    { prompt: "3 7 and 8" },
    { prompt: "3 ".repeat(400) },
    { stop: ["nonsense"] },
    { stop: ["3 7"] },
    { extend: { end: "3 7", continuation: "8" } },
    { extend: { end: "give-up", continuation: "nonsense" } },
  ],
});

/** A chain of 1 to 20 words that ends by itself, drawn from what a request may depend on. */
const random: Script = ({ prompt, prefix = "", seed, temperature }) => {
  const rng = new Rng(temperature === 0 ? 0 : seed).split(prompt, prefix);
  const chain = Array.from({ length: rng.int(20) }, () => String(1 + rng.int(99)));
  const more = Array.from({ length: 5 }, () => String(1 + rng.int(99)));
  return [...chain, rng.pick(ENDS), ...more, "solved"].join(" ");
};

modelContract("scripted", {
  make: () => new ScriptedModel(random, { ends: ENDS }),
  prompts: PROMPTS,
  word: "go-on",
  ends: ENDS,
  manyTokens: 40,
  refused: [{ extend: { end: "give-up", continuation: " " } }],
});

/** The first requests are the slowest, so they arrive last. */
const clock = new VirtualClock();
modelContract("scripted, on a clock", {
  make: () => {
    const slow: Script = (request, index) => ({ text: random(request, index) as string, wordMs: 100 / (1 + index) });
    return new ScriptedModel(slow, { ends: ENDS, wait: clock.wait });
  },
  run: (work) => clock.run(work),
  prompts: PROMPTS,
  word: "go-on",
  ends: ENDS,
  manyTokens: 40,
  refused: [],
});

modelContract("metered", {
  make: () => metered(new ScriptedModel(random, { ends: ENDS }), new Meter({ tokens: 1e9, calls: 1e9 })),
  prompts: PROMPTS,
  word: "go-on",
  ends: ENDS,
  manyTokens: 40,
  refused: [],
});

/** Three hundred calls at once would say nothing that sixteen do not. */
modelContract("OpenAI-compatible", {
  make: async () => {
    server = await OpenAIServer.start(new ScriptedModel(random, { ends: ENDS }));
    return limited(new OpenAIModel({ baseUrl: server.url, model: "scripted" }), { concurrency: 16 });
  },
  close: () => server[Symbol.asyncDispose](),
  prompts: PROMPTS,
  word: "go-on",
  ends: ENDS,
  manyTokens: 40,
  refused: [],
  extends: false,
});
let server: OpenAIServer;

modelContract("AI SDK", {
  make: () => aiSdkModel(languageModel(new ScriptedModel(random, { ends: ENDS })), { continues: true }),
  prompts: PROMPTS,
  word: "go-on",
  ends: ENDS,
  manyTokens: 40,
  refused: [],
  extends: false,
});

const ask = (seed: number, maxTokens = 10): SampleRequest => ({ prompt: "p", seed, maxTokens });

test("scripted: exact chains by prompt, seed and index", async () => {
  const model = new ScriptedModel(({ prompt, seed }, index) => `${prompt} ${seed} ${index}`);
  const [first, second] = await model.sample([ask(5), { ...ask(6), prompt: "q" }]);
  assert.deepEqual(first, { text: "p 5 0", finish: "end", usage: { promptTokens: 1, completionTokens: 3 } });
  assert.deepEqual(second, { text: "q 6 1", finish: "end", usage: { promptTokens: 1, completionTokens: 3 } });
});

test("scripted: words take the clock's time, side by side", async () => {
  const time = new VirtualClock();
  const model = new ScriptedModel((_, i) => ({ text: "a b c", wordMs: i === 0 ? 10 : 25 }), { wait: time.wait });
  const seen: string[] = [];
  await time.run(
    model.sample([ask(1), ask(2)], { onToken: (i, word) => seen.push(`${time.now} ${i} ${word.trim()}`) }),
  );
  assert.deepEqual(seen, ["10 0 a", "20 0 b", "25 1 a", "30 0 c", "50 1 b", "75 1 c"]);
});

test("scripted: a fault fails the call after its words, stops the others, and is typed", async () => {
  const time = new VirtualClock();
  const script: Script = (_, i) =>
    i === 0 ? { text: "a b", wordMs: 10, fault: new Error("gone") } : { text: "x y z", wordMs: 15 };
  const model = new ScriptedModel(script, { wait: time.wait });
  const seen: string[] = [];
  const work = model.sample([ask(1), ask(2)], { onToken: (_, word) => seen.push(word.trim()) });
  await assert.rejects(
    time.run(work),
    (error) => error instanceof MullError && error.code === "model" && error.message === "gone",
  );
  assert.deepEqual(seen, ["a", "x", "b"]);
  const typed = new ScriptedModel(() => ({ text: "", fault: new MullError("budget", "spent") }));
  await assert.rejects(typed.sample([ask(1)]), { code: "budget" });
});

test("embedded: FLOPs are those of the tokens computed, a shared prompt counted once", async (t) => {
  const words = ["<pad>", "<bos>", "a", "b", "c", "end"];
  const tokenizer = new WordLevelTokenizer({ words, bos: "<bos>", pad: "<pad>", eos: ["end"] });
  const config = { ...tiny, vocabSize: 6 };
  const engine = new Engine(config, randomParameters(config, new Rng(1)), { threads: 1 });
  t.after(() => engine.close());
  const model = new EmbeddedModel(engine, tokenizer);
  const request = { prompt: "a b a c", maxTokens: 2, seed: 4, extend: { end: "end", continuation: "a" } };
  // By hand: weights in products 2 * (16 * 8 * (2*2 + 2*1) + 3 * 16 * 32) + 6 * 16 = 4704, so 9408 FLOPs a token, and
  // 4 * 2 layers * 2 heads * 8 = 128 for each position looked at. <bos> and 4 words stand at 0..4; of the two tokens
  // written, the first comes out of position 4, the second out of position 5: 6 positions in all.
  const alone = 6 * 9408 + 128 * (1 + 2 + 3 + 4 + 5 + 6);
  const [first, second] = await model.sample([request, { ...request, seed: 5 }]);
  assert.equal(first?.usage.flops, alone);
  assert.equal(first?.usage.promptTokens, 5);
  // The second forks the first four positions.
  assert.equal(second?.usage.flops, 2 * 9408 + 128 * (5 + 6));
});
