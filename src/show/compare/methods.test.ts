/** Every method takes its steps; what comes of them is for test/e2e/compare.test.ts and src/learn. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LearnStep } from "../../learn/learn-step.ts";
import { ALGORITHMS, type KnobName, type Knobs } from "./knobs.ts";
import { METHOD_NAMES } from "./method-names.ts";
import { Training } from "./methods/fixtures/training.ts";
import { METHODS } from "./methods.ts";

const SMALL: Knobs = { batch: 2, group: 2, "max-tokens": 24 };

describe("a step", () => {
  for (const name of METHOD_NAMES) {
    const method = METHODS[name];
    if (method.start === undefined) continue;
    test(`of ${name}`, async () => {
      const heeded = Object.entries(SMALL).filter(([knob]) => method.knobs.includes(knob as KnobName));
      await using training = new Training(method, Object.fromEntries(heeded));
      assert.ok(training.run.problemsPerStep >= 1);
      for await (const { step, flops, groups } of training.until(1)) {
        assert.equal(step, 1);
        assert.ok(flops > 0 && groups.length > 0);
      }
    });
  }
});

describe("a policy gradient", () => {
  for (const algorithm of ALGORITHMS) {
    test(`by ${algorithm}`, async () => {
      await using training = new Training(METHODS.grpo, { ...SMALL, algorithm, age: 1 });
      assert.deepEqual([1, 2].map(training.run.canSaveAfter as (step: number) => boolean), [false, true]);
      for await (const { step, lossTokens } of training.until(1)) {
        assert.equal(step, 1);
        // Of chains without sense none is right, and a group that agrees teaches nothing; REINFORCE++ knows no groups.
        assert.equal(lossTokens > 0, algorithm === "reinforce_plus_plus");
      }
    });
  }
});

type Told = LearnStep & {
  readonly labelled: number;
  readonly modelLoss: number | null;
  readonly proxy?: number | null;
};

type SavedStep = { readonly told: Told; readonly saved: ReturnType<Training["snapshot"]> };

/** Steps with the weights that they left. */
async function stepsOf(training: Training, last: number): Promise<SavedStep[]> {
  const steps: SavedStep[] = [];
  for await (const told of training.until(last)) steps.push({ told: told as Told, saved: training.snapshot() });
  return steps;
}

describe("a reward model beside the policy", () => {
  const parametersOf = (saved: ReturnType<Training["snapshot"]>, name: string, last?: number): Float32Array =>
    (saved[name] as { readonly parameters: Float32Array }).parameters.subarray(0, last);

  test("of evaluation-process learns of the base's chains alone, is frozen then, and tells what it believes", async () => {
    await using training = new Training(METHODS["evaluation-process"], SMALL);
    const head = -(training.trained["policy"]?.engine.config.width as number) - 1; // and its bias
    const base = training.snapshot();
    const [first, second] = (await stepsOf(training, 2)) as [SavedStep, SavedStep];
    assert.ok(first.told.labelled > 0 && first.told.modelLoss !== null);
    assert.notDeepEqual(parametersOf(first.saved, "rewardModel"), parametersOf(base, "rewardModel"));
    assert.deepEqual(parametersOf(first.saved, "policy", head), parametersOf(base, "policy", head));
    assert.deepEqual([second.told.labelled, second.told.modelLoss], [0, null]);
    assert.deepEqual(second.saved["rewardModel"], first.saved["rewardModel"]);
    assert.notDeepEqual(parametersOf(second.saved, "policy", head), parametersOf(base, "policy", head));

    await using evaluation = new Training(METHODS.evaluation, SMALL);
    const [beside] = await stepsOf(evaluation, 1);
    assert.deepEqual(Object.keys(first.told).sort(), Object.keys(beside?.told ?? {}).sort());
    assert.ok([first, second].every((step) => typeof step.told.proxy === "number"));
  });

  test("of filter-prm learns every fourth step", async () => {
    await using training = new Training(METHODS["filter-prm"], SMALL);
    const base = training.snapshot();
    const steps = await stepsOf(training, 5);
    assert.deepEqual(
      steps.map(({ told }) => told.labelled > 0 && told.modelLoss !== null),
      [true, false, false, false, true],
    );
    const models = [base, ...steps.map(({ saved }) => saved)].map((saved) => saved["rewardModel"]);
    assert.notDeepEqual(models[1], models[0]);
    for (const s of [2, 3, 4]) assert.deepEqual(models[s], models[1]);
    assert.notDeepEqual(models[5], models[4]);
  });
});
