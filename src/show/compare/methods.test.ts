/** Every method takes its steps; what comes of them is for test/e2e/compare.test.ts and src/learn. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KnobName, Knobs } from "./knobs.ts";
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
