/** The gate of a base model: measured on chains written by hand, and judged at its thresholds. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ScriptedModel } from "../../model/scripted.ts";
import { problemOf } from "../../tasks/countdown/puzzle.ts";
import { sampleChains } from "../job/measuring.ts";
import { GATE_THRESHOLDS, gateOf, passesGate } from "./gate.ts";

const PROBLEM = problemOf({ numbers: [4, 5, 2], target: 22 });
const FAIR = { format: 0.99, operations: 0.98, passAt1: 0.25 };

describe("the gate", () => {
  test("format is the share of chains that can be read, operations the share without a fault", async () => {
    const texts = [
      "4 * 5 =20 20 + 2 =22 solved", // 2 right operations
      "4 + 5 =8 give-up", // 1 wrong
      "4 * 4 =16", // 1 that takes a number twice, and runs out
      "4 * 5 =20 + nonsense", // 1 right, then unreadable
    ];
    const model = new ScriptedModel((_, i) => texts[i] as string, { ends: ["solved", "give-up"] });
    const chains = await sampleChains(model, [PROBLEM], { samples: texts.length, maxTokens: 100, seed: 1 });
    assert.deepEqual(gateOf(chains), { format: 3 / 4, operations: 3 / 5 });
    assert.deepEqual(gateOf([]), { format: 0, operations: 0 });
  });

  test("is passed at each threshold and missed just beyond it", () => {
    assert.ok(passesGate(FAIR));
    for (const [name, { min, max }] of Object.entries(GATE_THRESHOLDS)) {
      assert.ok(passesGate({ ...FAIR, [name]: min }), `${name} ${min}`);
      assert.ok(!passesGate({ ...FAIR, [name]: min - 1e-9 }), `${name} below ${min}`);
      assert.ok(passesGate({ ...FAIR, [name]: max ?? 1 }), `${name} ${max ?? 1}`);
      if (max !== undefined) assert.ok(!passesGate({ ...FAIR, [name]: max + 1e-9 }), `${name} above ${max}`);
    }
  });
});
