/** What `guidance-value` saves is all that its next step depends on. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { LearnStep } from "../../../learn/learn-step.ts";
import { Training } from "./fixtures/training.ts";
import { GUIDANCE_VALUE } from "./guidance-value.ts";

const KNOBS = { batch: 1, "max-tokens": 16 };

test("stopped between steps 2 and 3, it goes on with the weights of policy and value that would have come", async () => {
  await using whole = new Training(GUIDANCE_VALUE, KNOBS);
  const steps: LearnStep[] = [];
  let saved: ReturnType<Training["snapshot"]> = {};
  const began = whole.snapshot();
  for await (const step of whole.until(3)) {
    steps.push(step);
    if (step.step === 2) saved = whole.snapshot();
  }
  assert.notDeepEqual(saved["value"], began["value"], "the value has learnt");
  assert.notDeepEqual(saved["policy"], began["policy"], "the policy has learnt");
  assert.notDeepEqual(whole.snapshot(), saved, "the third step changes something");

  await using again = new Training(GUIDANCE_VALUE, KNOBS);
  again.restore(saved);
  const rest: LearnStep[] = [];
  for await (const step of again.until(3, steps[1])) rest.push(step);
  assert.deepEqual(rest, steps.slice(2));
  assert.deepEqual(again.snapshot(), whole.snapshot());
});
