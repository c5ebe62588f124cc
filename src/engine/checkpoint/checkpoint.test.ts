/** A checkpoint comes back bit for bit, training goes on from it exactly, and what is wrong with one is said by name. */

import assert from "node:assert/strict";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { MullError } from "../../core/errors.ts";
import { Rng } from "../../core/rng.ts";
import { WordLevelTokenizer } from "../../core/tokenizer.ts";
import { Engine, newOptimizerState, type OptimizerState } from "../engine.ts";
import { mul, neg, reduceSum } from "../graph/ops.ts";
import type { Loss } from "../training-graph.ts";
import { parameterCount, parameterLayout, randomParameters, type TransformerConfig } from "../transformer.ts";
import { type Checkpoint, readCheckpoint, readModel, writeCheckpoint } from "./checkpoint.ts";
import { safetensorsParts } from "./safetensors.ts";

const CONFIG: TransformerConfig = {
  vocabSize: 6,
  layers: 2,
  width: 16,
  heads: 4,
  kvHeads: 2,
  headDim: 6, // not width / heads
  ffnWidth: 24,
  maxPositions: 64,
  ropeTheta: 5000,
  normEpsilon: 1e-6,
};
const TOKENIZER = new WordLevelTokenizer({
  words: ["<pad>", "<bos>", "one", "two", "end", "stop"],
  bos: "<bos>",
  pad: "<pad>",
  eos: ["end", "stop"],
});
const SIZE = parameterCount(CONFIG);
const rng = new Rng(1);
const vector = (positive = false): Float32Array =>
  Float32Array.from({ length: SIZE }, () => (positive ? Math.abs(rng.normal()) : rng.normal()));
const BASE: Checkpoint = {
  config: CONFIG,
  parameters: randomParameters(CONFIG, rng),
  tokenizer: TOKENIZER,
  metadata: { seed: "1", command: "mull pretrain" },
};
const OPTIMIZER: OptimizerState = { mean: vector(), variance: vector(true), step: 120 };

const root = mkdtempSync(join(tmpdir(), "mull-checkpoint-"));
after(() => rmSync(root, { recursive: true, force: true }));
const folder = join(root, "model");
const at = (name: string): string => join(folder, name);
beforeEach(() => rmSync(folder, { recursive: true, force: true }));

const bits = (values: Float32Array): Uint32Array => new Uint32Array(values.slice().buffer);

describe("a round trip", () => {
  test("gives every bit back", async () => {
    // The smallest number, a negative zero, the largest; from memory that threads share.
    const parameters = new Float32Array(new SharedArrayBuffer(4 * SIZE));
    parameters.set(BASE.parameters);
    parameters.set([2 ** -149, -0, 3.4028234663852886e38]);
    await writeCheckpoint(folder, { ...BASE, parameters, optimizer: OPTIMIZER });
    const back = await readCheckpoint(folder);
    assert.deepEqual(bits(back.parameters), bits(parameters));
    assert.deepEqual(back.optimizer, OPTIMIZER);
    assert.deepEqual(back.config, CONFIG);
    assert.deepEqual(back.metadata, BASE.metadata);
    assert.deepEqual(
      [back.tokenizer.words, back.tokenizer.bos, back.tokenizer.pad, back.tokenizer.eosIds],
      [TOKENIZER.words, 1, 0, [4, 5]],
    );
  });

  test("leaves the files of Hugging Face's layout and no other; the same checkpoint is the same bytes", async () => {
    await writeCheckpoint(folder, BASE);
    const names = [
      "config.json",
      "generation_config.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json",
    ];
    assert.deepEqual(readdirSync(folder).sort(), names);
    const before = names.map((name) => readFileSync(at(name)));
    await writeCheckpoint(folder, await readCheckpoint(folder));
    assert.deepEqual(
      names.map((name) => readFileSync(at(name))),
      before,
    );
    const header = readFileSync(at("model.safetensors")).subarray(8).toString("latin1");
    for (const { name, shape } of parameterLayout(CONFIG))
      assert.ok(header.includes(`"${name}":{"dtype":"F32","shape":[${shape}]`));
    const config = JSON.parse(readFileSync(at("config.json"), "utf8")) as Record<string, unknown>;
    assert.deepEqual([config["model_type"], config["head_dim"], config["tie_word_embeddings"]], ["llama", 6, true]);
    assert.deepEqual(JSON.parse(readFileSync(at("generation_config.json"), "utf8")), {
      bos_token_id: 1,
      eos_token_id: [4, 5],
      pad_token_id: 0,
      do_sample: true,
      top_k: 0,
    });
  });

  test("without an optimizer, an older one does not stay", async () => {
    await writeCheckpoint(folder, { ...BASE, optimizer: OPTIMIZER });
    assert.ok(existsSync(at("optimizer.safetensors")));
    await writeCheckpoint(folder, BASE);
    assert.equal((await readCheckpoint(folder)).optimizer, undefined);
  });

  test("training goes on as if it had not stopped", async () => {
    const loss: Loss = {
      name: "nll",
      fields: ["weight"],
      build: ({ logprob, field }) => neg(reduceSum(mul(logprob, field("weight")))),
    };
    const sequences = [
      [1, 2, 3, 4],
      [1, 3, 3, 2, 5],
      [1, 2, 2, 2, 4],
    ].map((tokens) => ({ tokens, fields: { weight: tokens.map(() => 0.1) } }));
    const rates = { learningRate: 0.01, warmupSteps: 4, totalSteps: 12, finalRatio: 0.1 };
    const options = { ...rates, beta1: 0.9, beta2: 0.98, epsilon: 1e-8, weightDecay: 0.01, clipNorm: 1 };
    const train = async (engine: Engine, optimizer: OptimizerState, steps: number): Promise<void> => {
      for (let i = 0; i < steps; i++) {
        const { gradient } = await engine.gradient(sequences, loss);
        await engine.update(gradient, optimizer, options);
      }
    };
    const state = newOptimizerState(SIZE);
    await using whole = new Engine(CONFIG, BASE.parameters, { threads: 1 });
    await train(whole, state, 3);
    await writeCheckpoint(folder, { ...BASE, parameters: whole.parameters, optimizer: state });
    await train(whole, state, 4);

    const saved = await readCheckpoint(folder);
    assert.ok(saved.optimizer !== undefined);
    await using resumed = new Engine(saved.config, saved.parameters, { threads: 1 });
    await train(resumed, saved.optimizer, 4);
    assert.equal(saved.optimizer.step, 7);
    assert.deepEqual(bits(resumed.parameters), bits(whole.parameters));
    assert.deepEqual(saved.optimizer, state);
  });
});

async function refused(action: Promise<unknown>, file: string, message: RegExp, code = "checkpoint"): Promise<void> {
  await assert.rejects(action, (error: unknown) => {
    assert.ok(error instanceof MullError, String(error));
    assert.equal(error.code, code, error.message);
    assert.ok(error.message.includes(file), error.message);
    assert.match(error.message, message);
    assert.ok(error.hint !== undefined, "it says what to do");
    return true;
  });
}

describe("what is not written", () => {
  const cases: readonly [string, Partial<Checkpoint>, RegExp][] = [
    ["weights of another shape", { parameters: new Float32Array(3) }, /weights: 3, expected \d+/],
    [
      "another vocabulary",
      { config: { ...CONFIG, vocabSize: 7 }, parameters: new Float32Array(SIZE + 16) },
      /words of the tokenizer: 6, expected 7/,
    ],
    ["moments of another shape", { optimizer: newOptimizerState(3) }, /optimizer's mean: 3, expected/],
    [
      "weights that are not finite",
      { parameters: vector().fill(Number.NaN, 9, 10) },
      /element 9 of the weights is NaN/,
    ],
    [
      "moments that are not finite",
      { optimizer: { ...OPTIMIZER, mean: vector().fill(Number.NEGATIVE_INFINITY, 2, 3) } },
      /element 2 of the optimizer's mean is -Infinity/,
    ],
    ["metadata that would hide the format", { metadata: { format: "mine" } }, /must not hold `format`/],
  ];
  for (const [name, change, message] of cases) {
    test(name, async () => {
      await refused(writeCheckpoint(folder, { ...BASE, ...change }), folder, message);
      assert.ok(!existsSync(folder), "nothing was written");
    });
  }

  test("a file where the folder should be: the system's reason", async () => {
    writeFileSync(folder, "");
    await refused(writeCheckpoint(folder, BASE), folder, /Cannot write .*: E/, "store");
  });
});

describe("what is not read", () => {
  const edit = (name: string, change: (json: Record<string, unknown>) => void): void => {
    const json = JSON.parse(readFileSync(at(name), "utf8")) as Record<string, unknown>;
    change(json);
    writeFileSync(at(name), JSON.stringify(json));
  };

  for (const name of ["config.json", "model.safetensors", "tokenizer.json", "generation_config.json"]) {
    test(`${name}, missing`, async () => {
      await writeCheckpoint(folder, BASE);
      rmSync(at(name));
      await refused(readCheckpoint(folder), name, /there is no such file/);
    });
  }
  for (const name of [
    "config.json",
    "tokenizer.json",
    "generation_config.json",
    "model.safetensors",
    "optimizer.safetensors",
  ]) {
    test(`${name}, cut in half`, async () => {
      await writeCheckpoint(folder, { ...BASE, optimizer: OPTIMIZER });
      truncateSync(at(name), Math.floor(statSync(at(name)).size / 2));
      await refused(readCheckpoint(folder), name, /not JSON|lies at bytes/);
    });
  }

  const ofConfig: readonly [string, Record<string, unknown>, RegExp][] = [
    ["another architecture", { model_type: "gpt2" }, /model_type is "gpt2", expected "llama"/],
    [
      "an output matrix of its own",
      { tie_word_embeddings: false },
      /tie_word_embeddings is false, expected true: the output matrix/,
    ],
    ["an output matrix of its own, by default", { tie_word_embeddings: undefined }, /tie_word_embeddings is false/],
    ["biases in attention", { attention_bias: true }, /attention_bias is true, expected false/],
    ["biases in the feed-forward layers", { mlp_bias: true }, /mlp_bias is true/],
    ["another activation", { hidden_act: "gelu" }, /hidden_act is "gelu", expected "silu"/],
    [
      "scaled positions",
      { rope_scaling: { rope_type: "llama3", factor: 8 } },
      /rope_scaling.rope_type is "llama3", expected "default"/,
    ],
    [
      "scaled positions, as older files say it",
      { rope_scaling: { type: "linear", factor: 2 } },
      /rope_type is "linear"/,
    ],
    [
      "scaled positions, as newer files say it",
      { rope_parameters: { rope_type: "yarn", rope_theta: 1e4 } },
      /rope_parameters.rope_type is "yarn"/,
    ],
    ["no width", { hidden_size: undefined }, /at hidden_size/],
    ["a width that is no size", { hidden_size: -4 }, /at hidden_size/],
    ["heads that cannot share", { num_key_value_heads: 3 }, /4 heads cannot share 3/],
    ["an odd head", { head_dim: 5 }, /headDim must be even, got 5/],
    [
      "a width other than the weights'",
      { hidden_size: 32 },
      /embed_tokens.weight is \[6, 16\], expected \[6, 32\] by config.json/,
    ],
    [
      "more layers than the weights'",
      { num_hidden_layers: 3 },
      /there is no tensor model.layers.2.input_layernorm.weight/,
    ],
    [
      "fewer layers than the weights'",
      { num_hidden_layers: 1 },
      /it holds model.layers.1.*, which a Llama of this config.json does not have/,
    ],
    ["so many layers that memory would not hold them", { num_hidden_layers: 9999 }, /there is no tensor/],
  ];
  for (const [name, change, message] of ofConfig) {
    test(`a config of ${name}`, async () => {
      await writeCheckpoint(folder, BASE);
      edit("config.json", (json) => Object.assign(json, change));
      await refused(readCheckpoint(folder), folder, message);
    });
  }

  test("a tokenizer of another size, or of another kind", async () => {
    await writeCheckpoint(folder, BASE);
    edit("tokenizer.json", (json) =>
      Object.assign(json["model"] as object, {
        vocab: { "<pad>": 0, "<bos>": 1, one: 2, two: 3, end: 4, stop: 5, more: 6 },
      }),
    );
    await refused(readCheckpoint(folder), "tokenizer.json", /7 words, expected 6 by config.json/);
    edit("tokenizer.json", (json) => Object.assign(json["model"] as object, { type: "BPE" }));
    await refused(readCheckpoint(folder), "tokenizer.json", /at model.type/);
  });

  test("an end that is no word, or no id", async () => {
    await writeCheckpoint(folder, BASE);
    edit("generation_config.json", (json) => Object.assign(json, { eos_token_id: 9 }));
    await refused(readCheckpoint(folder), "tokenizer.json", /end id 9 has no word/);
    edit("generation_config.json", (json) => Object.assign(json, { eos_token_id: "end" }));
    await refused(readCheckpoint(folder), "generation_config.json", /eos_token_id/);
  });

  test("moments of another step than the weights", async () => {
    await writeCheckpoint(folder, { ...BASE, optimizer: OPTIMIZER });
    const older = readFileSync(at("optimizer.safetensors"));
    await writeCheckpoint(folder, { ...BASE, parameters: vector(), optimizer: OPTIMIZER });
    writeFileSync(at("optimizer.safetensors"), older);
    await refused(readCheckpoint(folder), "optimizer.safetensors", /belongs to other weights/);
  });

  test("moments without a step", async () => {
    await writeCheckpoint(folder, BASE);
    const tensors = ["mean", "variance"].map((name) => ({ name, shape: [SIZE], data: new Float32Array(SIZE) }));
    for (const metadata of [{}, { step: "-1" }, { step: "1e99" }]) {
      writeFileSync(at("optimizer.safetensors"), Buffer.concat(safetensorsParts(tensors, metadata)));
      await refused(readCheckpoint(folder), "optimizer.safetensors", /step is .*, expected an integer from 0/);
    }
  });

  test("weights split into several files", async () => {
    await writeCheckpoint(folder, BASE);
    rmSync(at("model.safetensors"));
    writeFileSync(at("model.safetensors.index.json"), "{}");
    await refused(readCheckpoint(folder), "model.safetensors", /split into several files/);
  });
});

describe("a model that others wrote", () => {
  /** The same weights in bfloat16, with what older versions of transformers add, and defaults left out. */
  test("is read, whatever its tokenizer", async () => {
    await writeCheckpoint(folder, BASE);
    const layout = parameterLayout(CONFIG);
    const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
    const parts: Uint8Array[] = [];
    let end = 0;
    const push = (name: string, shape: readonly number[], dtype: string, data: Uint8Array): void => {
      header[name] = { dtype, shape, data_offsets: [end, end + data.length] };
      end += data.length;
      parts.push(data);
    };
    push("model.layers.0.self_attn.rotary_emb.inv_freq", [3], "F32", new Uint8Array(12));
    for (const { name, shape, offset, size } of layout) {
      const upper = Uint16Array.from(bits(BASE.parameters.subarray(offset, offset + size)), (b) => b >>> 16);
      push(name, shape, "BF16", new Uint8Array(upper.buffer));
    }
    const json = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    writeFileSync(at("model.safetensors"), Buffer.concat([length, json, ...parts]));
    rmSync(at("tokenizer.json"));
    const config = JSON.parse(readFileSync(at("config.json"), "utf8")) as Record<string, unknown>;
    const { rope_parameters: _, rms_norm_eps: __, rope_theta: ___, ...rest } = config;
    writeFileSync(
      at("config.json"),
      JSON.stringify({ ...rest, torch_dtype: "bfloat16", max_position_embeddings: 131_072 }),
    );

    const model = await readModel(folder);
    assert.deepEqual(model.config, { ...CONFIG, ropeTheta: 10000, normEpsilon: 1e-6, maxPositions: 4096 });
    assert.deepEqual(
      bits(model.parameters),
      bits(BASE.parameters).map((b) => b & 0xffff0000),
    );
  });
});
