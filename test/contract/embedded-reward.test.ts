/** The reward model that Mull carries: the contract of scorers, its checkpoint, and as a verifier. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { Rng } from "../../src/core/rng.ts";
import { readCheckpoint, writeCheckpoint } from "../../src/engine/checkpoint/checkpoint.ts";
import { Engine } from "../../src/engine/engine.ts";
import { parameterCount, randomParameters, type TransformerConfig, withHead } from "../../src/engine/transformer.ts";
import { EmbeddedModel } from "../../src/model/embedded.ts";
import { problemOf } from "../../src/tasks/countdown/puzzle.ts";
import { countdownTokenizer } from "../../src/tasks/countdown/vocabulary.ts";
import { EmbeddedRewardModel } from "../../src/verify/learned/embedded-reward.ts";
import { RewardVerifier } from "../../src/verify/learned/reward-verifier.ts";
import { stepScorerContract } from "./step-scorer.ts";

const TRUNK: TransformerConfig = {
  vocabSize: countdownTokenizer.words.length,
  layers: 2,
  width: 16,
  heads: 2,
  kvHeads: 1,
  headDim: 8,
  ffnWidth: 32,
  maxPositions: 64,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
};
const rng = new Rng(4);
const trunk = randomParameters(TRUNK, rng, 0.3);
const { config, parameters } = withHead(TRUNK, trunk);
for (let i = parameterCount(TRUNK); i < parameters.length; i++) parameters[i] = rng.normal();

const engine = new Engine(config, parameters, { threads: 1 });
after(() => engine.close());
const model = new EmbeddedModel(engine, countdownTokenizer);
const problem = problemOf({ numbers: [3, 7, 8, 2], target: 24 });
const scorer = () => new EmbeddedRewardModel({ engine, encode: model.encode.bind(model) });
const chains = [["7 - 3 =4", " 8 - 2 =6", " 4 * 6 =24 solved"], ["3 + 7 =10"], ["3 + 7 =10", " give-up"]];

stepScorerContract("the embedded reward model", scorer, problem, chains);

describe("the embedded reward model", () => {
  test("scores many chains in one pass as it scores each", async () => {
    const all = await scorer().scoreAll([...chains, []].map((steps) => ({ problem, steps })));
    for (const [i, steps] of chains.entries()) {
      const alone = await scorer().score(problem, steps);
      for (const [s, score] of alone.entries()) assert.ok(Math.abs(score - (all[i]?.[s] as number)) < 1e-5);
    }
    assert.deepEqual(all.at(-1), []);
    assert.ok(new Set(all.flat()).size > 3, "the scores tell steps apart");
  });

  test("makes a verifier, of outcomes by the last step alone; one that is stopped or does not fit is unscored", async () => {
    const verifier = new RewardVerifier({ scorer: scorer(), aggregation: "last", split: (text) => [text] });
    const [[score = -1] = []] = await scorer().scoreAll([{ problem, steps: ["7 - 3 =4 give-up"] }]);
    const verdict = await verifier.verify(problem, "7 - 3 =4 give-up");
    assert.ok("score" in verdict && Math.abs(verdict.score - score) < 1e-6, verdict.reason);
    assert.equal((await verifier.verify(problem, "3 + 7 =10 ".repeat(40))).status, "unscored");
    assert.equal((await verifier.verify(problem, "no words of this vocabulary")).status, "unscored");
    await assert.rejects(
      scorer().score(problem, ["3 + 7 =10"], { signal: AbortSignal.abort(new Error("enough")) }),
      /enough/,
    );
  });

  test("comes back from its checkpoint bit for bit, as the class that transformers has for it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "mull-reward-"));
    after(() => rmSync(folder, { recursive: true }));
    for (const [bias, architecture] of [
      [true, "LlamaForTokenClassification"],
      [false, "LlamaForSequenceClassification"],
    ] as const) {
      const own = withHead(TRUNK, trunk, { bias });
      own.parameters.fill(0.5, parameterCount(TRUNK));
      await writeCheckpoint(join(folder, architecture), { ...own, tokenizer: countdownTokenizer, metadata: {} });
      const back = await readCheckpoint(join(folder, architecture));
      assert.deepEqual(back.config, own.config);
      assert.deepEqual(back.parameters, own.parameters);
      const json = JSON.parse(readFileSync(join(folder, architecture, "config.json"), "utf8")) as Record<
        string,
        unknown
      >;
      assert.deepEqual(json["architectures"], [architecture]);
      assert.deepEqual(json["id2label"], { 0: "score" });
    }
  });
});
