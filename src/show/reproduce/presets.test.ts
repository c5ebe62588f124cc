/** The presets, the base model's plan, and how a run that was stopped says so. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MullError } from "../../core/errors.ts";
import { parameterCount } from "../../engine/transformer.ts";
import { stopped } from "../job/hooks.ts";
import { readVersions } from "../job/versions.ts";
import { BASE_SHAPE, LONGEST_CHAIN } from "../pretrain/base-model.ts";
import { basePlan } from "../pretrain/plans.ts";
import { PRESETS } from "./presets.ts";

describe("every preset", () => {
  for (const preset of Object.values(PRESETS)) {
    test(`${preset.name} keeps what is promised of any run`, () => {
      const { learning, evaluateEvery, problems, chains, parallel, forced } = preset;
      assert.ok(problems >= 400);
      assert.ok(1 + Math.ceil(learning.steps / evaluateEvery) >= 8, "points of the train-time curve");
      assert.equal(forced.maxTokens, LONGEST_CHAIN, "chain budgets up to 1,024 tokens");
      for (const { samples, maxTokens } of [chains, parallel, forced, learning]) {
        assert.ok(samples >= 1 && maxTokens >= 1 && maxTokens <= LONGEST_CHAIN);
      }
      assert.ok(learning.samples >= 2);
      // The reward is the verdict and nothing else.
      assert.equal(learning.overlongBuffer, 0);
      assert.equal(PRESETS[preset.name], preset);
    });
  }

  test("the larger measure samples 1 to 64", () => {
    assert.ok(PRESETS.default.parallel.samples >= 64 && PRESETS.full.parallel.samples >= 64);
    assert.ok(PRESETS.quick.minutes < PRESETS.default.minutes && PRESETS.default.minutes < PRESETS.full.minutes);
  });
});

test("the base model holds the longest chain with its prompt, and its checkpoint stays below 5 MB", () => {
  assert.ok(BASE_SHAPE.maxPositions >= LONGEST_CHAIN + 8); // <bos>, four numbers, =, the target
  assert.ok(4 * parameterCount(BASE_SHAPE) < 5e6);
  assert.equal(basePlan("countdown", 77).pretrain.steps, 77);
  assert.equal(basePlan().pretrain.optimizer.totalSteps, 7900);
  assert.equal(basePlan("countdown", 103).pretrain.optimizer.totalSteps, 87);
  assert.deepEqual(basePlan().shape, BASE_SHAPE);
});

describe("a run that was stopped", () => {
  test("says so where the signal's reason came through, with what to do next", () => {
    const controller = new AbortController();
    controller.abort();
    const error = stopped(controller.signal.reason, controller.signal);
    assert.ok(error instanceof MullError);
    assert.deepEqual([error.code, error.hint], ["aborted", "run the same command to go on"]);
    assert.equal(error.cause, controller.signal.reason);
  });

  test("does not hide another failure behind it", () => {
    const full = new MullError("store", "the disk is full");
    const controller = new AbortController();
    assert.equal(stopped(full, controller.signal), full);
    controller.abort();
    assert.equal(stopped(full, controller.signal), full);
  });
});

test("versions name what figures depend on", () => {
  const versions = readVersions();
  assert.deepEqual(Object.keys(versions), ["mull", "node", "onnxruntime-node"]);
  for (const version of Object.values(versions)) assert.match(version, /^\d+\.\d+\.\d+/);
  assert.equal(versions["node"], process.versions.node);
});
