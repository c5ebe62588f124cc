import assert from "node:assert/strict";
import { test } from "node:test";
import { Rng } from "../../core/rng.ts";
import { Engine } from "../../engine/engine.ts";
import { initialParameters } from "../../engine/transformer.ts";
import { EmbeddedModel } from "../../model/embedded.ts";
import { countdownTokenizer } from "../../tasks/countdown/vocabulary.ts";
import { gemmSpeed, modelSpeed } from "./speed.ts";

test("a matrix product has a rate", async () => {
  const gflops = await gemmSpeed(1);
  assert.ok(gflops > 0.01 && gflops < 1e6, `${gflops} GFLOP/s`);
});

test("sampling and training have rates, and the weights stay as they are", async (t) => {
  const size = { vocabSize: countdownTokenizer.vocabSize, layers: 1, width: 8, heads: 2, kvHeads: 1, headDim: 4 };
  const config = { ...size, ffnWidth: 8, maxPositions: 128, ropeTheta: 10_000, normEpsilon: 1e-5 };
  const parameters = initialParameters(config, new Rng(1));
  const engine = new Engine(config, parameters, { threads: 1 });
  t.after(() => engine.close());
  const { sampling, training, meanTokens } = await modelSpeed(new EmbeddedModel(engine, countdownTokenizer), 1, 30);
  assert.ok(sampling > 0 && training > 0);
  assert.ok(meanTokens >= 1 && meanTokens <= 128);
  assert.deepEqual(engine.parameters.slice(), parameters);
});
