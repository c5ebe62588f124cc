/**
 * Checkpoints with a head, opened in Hugging Face transformers: of every token (`LlamaForTokenClassification`, a bias) and of the
 * last one alone (`LlamaForSequenceClassification`, none).
 *
 *     MULL_PYTHON=/tmp/venv/bin/python node test/interop/heads.ts FOLDER
 *
 * writes FOLDER/{token,sequence}/model of random weights and FOLDER/{token,sequence}/reference.json, what `Engine.headLogits` says of
 * a few texts; runs `heads.py`, which compares and saves the models again in FOLDER/{token,sequence}/resaved; and compares these
 * with what was written, bit by bit.
 *
 * Not a part of `npm test`: it needs Python with torch and transformers, and says so where they are missing (exit code 3).
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Rng } from "../../src/core/rng.ts";
import { WordLevelTokenizer } from "../../src/core/tokenizer.ts";
import { readModel, writeCheckpoint } from "../../src/engine/checkpoint/checkpoint.ts";
import { Engine } from "../../src/engine/engine.ts";
import { parameterLayout, randomParameters } from "../../src/engine/transformer.ts";

const SIZE = { vocabSize: 40, layers: 2, width: 32, heads: 4, kvHeads: 2, headDim: 12, ffnWidth: 48 };
type Model = Awaited<ReturnType<typeof readModel>>;

const KINDS = [
  { kind: "token", head: { bias: true } },
  { kind: "sequence", head: { bias: false } },
] as const;
const TEXTS = 20;

const words = ["<pad>", "<bos>", "end", ...Array.from({ length: SIZE.vocabSize - 3 }, (_, i) => `w${i}`)];
const tokenizer = new WordLevelTokenizer({ words, bos: "<bos>", pad: "<pad>", eos: ["end"] });

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: node test/interop/heads.ts FOLDER");
  process.exit(2);
}
for (const { kind, head } of KINDS) {
  const config = { ...SIZE, maxPositions: 128, ropeTheta: 5000, normEpsilon: 1e-5, head };
  const rng = new Rng(3);
  const parameters = randomParameters(config, rng, 0.3);
  for (const { name, decay, offset, size } of parameterLayout(config)) {
    const isHead = name.startsWith("score."); // zero in a new model
    if (decay && !isHead) continue; // what is left are the norms, which are all 1 so far
    for (let i = offset; i < offset + size; i++) parameters[i] = (isHead ? 0 : 1) + 0.3 * rng.normal();
  }
  mkdirSync(join(folder, kind), { recursive: true });
  await writeCheckpoint(join(folder, kind, "model"), { config, parameters, tokenizer, metadata: {} });
  const texts = Array.from({ length: TEXTS }, (_, i) => {
    const length = [config.maxPositions, 1][i] ?? 2 + rng.int(90);
    const tokens = [tokenizer.bos, ...Array.from({ length: length - 1 }, () => 3 + rng.int(SIZE.vocabSize - 3))];
    return { tokens, marks: [...tokens.keys()] };
  });
  await using engine = new Engine(config, parameters, { threads: 1 });
  const logits = (await engine.headLogits(texts)).map((own) => Array.from(own));
  assert.ok(new Set(logits.flat()).size > TEXTS, "the head says the same of everything");
  const reference = { kind, texts: texts.map(({ tokens }, i) => ({ tokens, logits: logits[i] })) };
  writeFileSync(join(folder, kind, "reference.json"), JSON.stringify(reference));
}

const python = process.env["MULL_PYTHON"] ?? "python3";
const script = join(import.meta.dirname, "heads.py");
const { error, status } = spawnSync(python, [script, folder], {
  stdio: "inherit",
  env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", HF_HUB_OFFLINE: "1" },
});
if (error !== undefined) {
  console.error(`not compared: ${python} cannot be started (${error.message}): name a Python in MULL_PYTHON`);
  process.exit(3);
}
if (status !== 0) process.exit(status ?? 1);
for (const { kind } of KINDS) {
  const ours: Model = await readModel(join(folder, kind, "model"));
  const theirs: Model = await readModel(join(folder, kind, "resaved"));
  assert.deepEqual(theirs.config, ours.config);
  assert.deepEqual(theirs.parameters, ours.parameters);
}
console.log(`${folder}: what transformers saved has the same shapes, heads and weights`);
