import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { Rng } from "../core/rng.ts";
import { WordLevelTokenizer } from "../core/tokenizer.ts";
import { writeCheckpoint } from "../engine/checkpoint/checkpoint.ts";
import { initialParameters } from "../engine/transformer.ts";
import { findModel, lastCheckpoint, openModel, SHIPPED, threadsFor } from "./open.ts";

const folder = mkdtempSync(join(tmpdir(), "mull-models-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const words = ["<pad>", "<bos>", "one", "two", "stop"];
const tokenizer = new WordLevelTokenizer({ words, bos: "<bos>", pad: "<pad>", eos: ["stop"] });
const size = { vocabSize: tokenizer.vocabSize, layers: 1, width: 8, heads: 2, kvHeads: 1, headDim: 4 };
const config = { ...size, ffnWidth: 8, maxPositions: 64, ropeTheta: 10_000, normEpsilon: 1e-5 };
const write = (path: string): Promise<void> =>
  writeCheckpoint(path, {
    ...{ config, parameters: initialParameters(config, new Rng(1)), tokenizer, metadata: {} },
  });

describe("finding a model", () => {
  test("a checkpoint's folder, by its path", async () => {
    const path = join(folder, "own");
    await write(path);
    assert.deepEqual(findModel(path), { name: "own", path });
  });

  test("a run, by its last checkpoint", async () => {
    const run = join(folder, "run");
    assert.equal(lastCheckpoint(run), null);
    for (const name of ["step-000009", "step-000010", "step-1000000", "step-2", "other"]) {
      mkdirSync(join(run, "checkpoints", name), { recursive: true });
    }
    writeFileSync(join(run, "checkpoints", "note.txt"), "");
    const path = join(run, "checkpoints", "step-1000000");
    assert.equal(lastCheckpoint(run), path);
    assert.deepEqual(findModel(run), { name: "run", path });
  });

  test("nothing there is an error that says what was expected", () => {
    assert.throws(() => findModel(join(folder, "nowhere")), { code: "checkpoint", message: /nowhere does not exist/ });
    assert.throws(() => findModel(folder), { code: "checkpoint", message: /holds no model/, hint: /config\.json/ });
    assert.throws(() => findModel(join(folder, "own", "config.json")), { message: /holds no model/ });
  });

  test("the models that ship, by their names; without a trained one the base answers, and that is said", () => {
    const isThere = (name: keyof typeof SHIPPED): boolean => existsSync(join(SHIPPED[name], "config.json"));
    if (isThere("base")) assert.deepEqual(findModel("base"), { name: "base", path: SHIPPED.base });
    else assert.throws(() => findModel("base"), { code: "checkpoint", hint: /mull pretrain/ });
    if (isThere("trained")) assert.deepEqual(findModel("trained"), { name: "trained", path: SHIPPED.trained });
    else if (isThere("base")) assert.match(findModel("trained").notice ?? "", /the base model answers/);
  });
});

test("an opened model writes", async () => {
  const path = join(folder, "opened");
  await write(path);
  const model = await openModel(path, { threads: 1 });
  try {
    assert.equal(model.name, "opened");
    const [completion] = await model.sample([{ prompt: "one two", maxTokens: 5, seed: 1 }]);
    assert.ok((completion?.usage.completionTokens ?? 0) >= 1);
  } finally {
    await model.engine.close();
  }
});

test("few chains get one thread", () => {
  assert.equal(threadsFor(1), 1);
  assert.equal(threadsFor(64), 1);
  assert.ok(threadsFor(65) >= 1);
});
