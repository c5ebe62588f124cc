/** What `mull pretrain` says of a base model, from a run that is done: the store holds its gate, so nothing is trained. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Rng } from "../../src/core/rng.ts";
import { writeCheckpoint } from "../../src/engine/checkpoint/checkpoint.ts";
import { newOptimizerState } from "../../src/engine/engine.ts";
import { initialParameters } from "../../src/engine/transformer.ts";
import { readVersions } from "../../src/show/job/versions.ts";
import { basePlan } from "../../src/show/pretrain/plans.ts";
import { openRun } from "../../src/store/run-folder.ts";
import { countdownTokenizer } from "../../src/tasks/countdown/vocabulary.ts";
import { mull } from "./mull.ts";

const STEPS = 3;
const REPORT = {
  format: 0.99,
  operations: 0.98,
  passAt1: 0.1,
  ci: [0.08, 0.12],
  byN: { 3: { passAt1: 0.15 }, 4: { passAt1: 0.05 } },
  meanTokens: 50,
};

describe("mull pretrain, of a run that is done", () => {
  const out = mkdtempSync(join(tmpdir(), "mull-pretrained-"));
  const args = ["pretrain", "--steps", String(STEPS), "--out", out, "--no-web"];
  after(() => rmSync(out, { recursive: true, force: true }));
  before(async () => {
    const { shape, pretrain } = basePlan("countdown", STEPS);
    const config = { plan: pretrain, shape, threads: availableParallelism() };
    const run = await openRun(out, { config, seed: 1, versions: readVersions(), now: () => new Date() });
    const parameters = initialParameters(shape, new Rng(1));
    const optimizer = { ...newOptimizerState(parameters.length), step: STEPS };
    const model = { config: shape, parameters, optimizer, tokenizer: countdownTokenizer, metadata: {} };
    const state = { next: { pool: 0, batch: 0 }, flops: 1e12, report: REPORT };
    await run.save(STEPS, state, (folder) => writeCheckpoint(folder, model));
    await run.close();
  });

  test("each measurement stands beside its threshold, and the gate is called missed", async () => {
    const { out: printed, code } = await mull(args);
    assert.equal(code, 0);
    assert.match(printed, /^chains in the right format +99\.00% +at least 98% +yes$/m);
    assert.match(printed, /^pass@1 +10\.0% +15% to 40% +no$/m);
    assert.match(printed, /^gate +not passed: /m);
  });

  test("for programs: the measurements, the thresholds and whether it passed", async () => {
    const { out: printed, code } = await mull([...args, "--json"]);
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(printed), {
      out,
      seed: 1,
      ...REPORT,
      thresholds: { format: { min: 0.98 }, operations: { min: 0.97 }, passAt1: { min: 0.15, max: 0.4 } },
      passed: false,
    });
  });
});
