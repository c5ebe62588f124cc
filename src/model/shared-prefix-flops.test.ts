import assert from "node:assert/strict";
import { after, test } from "node:test";
import { decodeFlops } from "../core/flops.ts";
import { Rng } from "../core/rng.ts";
import { WordLevelTokenizer } from "../core/tokenizer.ts";
import { Engine } from "../engine/engine.ts";
import { parameterCount, type TransformerConfig } from "../engine/transformer.ts";
import { EmbeddedModel } from "./embedded.ts";
import { sharedPrefixFlops } from "./shared-prefix-flops.ts";

const WORDS = ["<pad>", "<bos>", "one", "two", "three", "stop"];
const CONFIG: TransformerConfig = {
  vocabSize: WORDS.length,
  layers: 1,
  width: 8,
  heads: 1,
  kvHeads: 1,
  headDim: 8,
  ffnWidth: 8,
  maxPositions: 32,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
};
const rng = new Rng(1);
const weights = Float32Array.from({ length: parameterCount(CONFIG) }, () => 0.3 * rng.normal());
const engine = new Engine(CONFIG, weights, { threads: 1 });
after(() => engine.close());
const tokenizer = new WordLevelTokenizer({ words: WORDS, bos: "<bos>", pad: "<pad>", eos: ["stop"] });

const positions = (from: number, to: number): number => {
  let sum = 0;
  for (let at = from; at < to; at++) sum += decodeFlops(CONFIG, at);
  return sum;
};

test("what was read or written before is not paid for again, but for the last token", async () => {
  const model = sharedPrefixFlops(new EmbeddedModel(engine, tokenizer));
  const ask = { prompt: "one two three", maxTokens: 3, temperature: 0, seed: 1 };
  const [first] = await model.sample([ask]);
  assert.equal(first?.usage.completionTokens, 3);
  const [second] = await model.sample([{ ...ask, prefix: first?.text as string }]);
  const [beside] = await model.sample([ask]);
  const written = second?.usage.completionTokens as number;
  assert.deepEqual(
    [first?.usage.flops, second?.usage.flops, beside?.usage.flops],
    [positions(0, 6), positions(6, 6 + written), positions(3, 6)],
  );
});

test("on a fresh decoder that keeps everything it is what was computed", async () => {
  const embedded = new EmbeddedModel(engine, tokenizer);
  const counted = sharedPrefixFlops(embedded);
  const ask = { prompt: "two two one", maxTokens: 4, seed: 5, stop: ["three"] };
  engine.setParameters(weights); // forgets what was kept
  const computed = [await embedded.sample([ask])];
  computed.push(await embedded.sample([{ ...ask, prefix: computed[0]?.[0]?.text as string }]));
  const asIf = [await counted.sample([ask])];
  asIf.push(await counted.sample([{ ...ask, prefix: asIf[0]?.[0]?.text as string }]));
  assert.deepEqual(
    asIf.map(([each]) => each?.usage.flops),
    computed.map(([each]) => each?.usage.flops),
  );
});
