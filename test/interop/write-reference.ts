/**
 * Writes a checkpoint of a small random model and what Mull computes with it, for `transformers.py` to compare:
 *
 *     node test/interop/write-reference.ts FOLDER [CHECKPOINT]
 *
 * FOLDER/model is the checkpoint (or a copy of CHECKPOINT), FOLDER/reference.json holds logits of a few sequences (from
 * the training graph) and greedy completions with their log-probabilities (from the decoder).
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Rng } from "../../src/core/rng.ts";
import { WordLevelTokenizer } from "../../src/core/tokenizer.ts";
import { type Checkpoint, readCheckpoint, writeCheckpoint } from "../../src/engine/checkpoint/checkpoint.ts";
import { type DecodeResult, Decoder } from "../../src/engine/decoder.ts";
import { input } from "../../src/engine/graph/ops.ts";
import { emit } from "../../src/engine/onnx/emit.ts";
import { Session } from "../../src/engine/onnx/session.ts";
import { type Microbatch, pack } from "../../src/engine/packing.ts";
import { parameterInputs, parameterLayout, randomParameters, sequenceLogits } from "../../src/engine/transformer.ts";

const SEQUENCES = 4;
const GREEDY_TOKENS = 60;

/** Two layers, grouped heads, a head width of its own; weights large enough that greedy choices are clear. */
function randomCheckpoint(seed: number): Checkpoint {
  const size = { vocabSize: 40, layers: 2, width: 32, heads: 4, kvHeads: 2, headDim: 12, ffnWidth: 48 };
  const config = { ...size, maxPositions: 128, ropeTheta: 5000, normEpsilon: 1e-5 };
  const words = ["<pad>", "<bos>", "end", ...Array.from({ length: size.vocabSize - 3 }, (_, i) => `w${i}`)];
  const tokenizer = new WordLevelTokenizer({ words, bos: "<bos>", pad: "<pad>", eos: ["end"] });
  const random = new Rng(seed);
  const parameters = randomParameters(config, random, 0.3);
  for (const { decay, offset, size: count } of parameterLayout(config)) {
    if (decay) continue; // what is left are the norms, which are all 1 so far
    for (let i = offset; i < offset + count; i++) parameters[i] = 1 + 0.3 * random.normal();
  }
  return { config, parameters, tokenizer, metadata: { about: "random weights" } };
}

async function logitsOf({ config: c, parameters }: Checkpoint, tokens: readonly number[]): Promise<number[][]> {
  const [m] = pack([{ tokens: [...tokens, 0], fields: {} }], []) as [Microbatch];
  const n = m.batch * m.time;
  const [ids, positions] = [input("ids", [n], "int64"), input("positions", [n], "int64")];
  const logits = sequenceLogits(c, parameterInputs(c), ids, positions, input("starts", [n]), m);
  const session = await Session.create(emit({ logits }));
  const weights = parameterLayout(c).map((p) => [p.name, parameters.subarray(p.offset, p.offset + p.size)]);
  const feeds = { ids: m.ids, positions: m.positions, starts: m.starts, ...Object.fromEntries(weights) };
  const values = (await session.run(feeds))["logits"] as Float32Array;
  await session.release();
  return tokens.map((_, i) => Array.from(values.subarray(i * c.vocabSize, (i + 1) * c.vocabSize)));
}

async function greedy(model: Checkpoint, prompt: readonly number[]): Promise<DecodeResult> {
  const decoder = new Decoder(model.config, model.parameters, { slots: 8, prefixTokens: 0 });
  const { promise, resolve } = Promise.withResolvers<DecodeResult>();
  const base = { temperature: 0, topP: 1, seed: 0, stopIds: [], endIds: model.tokenizer.eosIds };
  decoder.add({ ...base, prompt, maxTokens: GREEDY_TOKENS }, resolve);
  while (decoder.busy) await decoder.step();
  return promise;
}

const [folder, source] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: node test/interop/write-reference.ts FOLDER [CHECKPOINT]");
  process.exit(2);
}
const rng = new Rng(7);
const checkpoint = source === undefined ? randomCheckpoint(1) : await readCheckpoint(source);
mkdirSync(folder, { recursive: true });
await writeCheckpoint(join(folder, "model"), checkpoint);
const { tokenizer } = checkpoint;
const sequences = await Promise.all(
  Array.from({ length: SEQUENCES }, async (_, i) => {
    const words = Array.from({ length: 5 + 12 * i }, () => rng.int(tokenizer.vocabSize));
    const tokens = [tokenizer.bos, ...words];
    const prompt = tokens.slice(0, 6);
    const { tokens: continuation, logprobs } = await greedy(checkpoint, prompt);
    const logits = await logitsOf(checkpoint, tokens);
    return { text: tokenizer.decode(words), tokens, logits, prompt, continuation, logprobs };
  }),
);
writeFileSync(join(folder, "reference.json"), JSON.stringify({ greedyTokens: GREEDY_TOKENS, sequences }));
console.log(`${folder}: ${sequences.length} sequences, ${checkpoint.parameters.length} weights`);
