import assert from "node:assert/strict";
import { test } from "node:test";
import { PRESETS } from "../reproduce/presets.ts";
import { estimateSeconds } from "./estimate.ts";

test("an estimate, worked out by hand", () => {
  const preset = {
    ...PRESETS.quick,
    learning: { ...PRESETS.quick.learning, steps: 10, problemsPerStep: 4, samples: 8, maxTokens: 40 },
    ...{ evaluateEvery: 5, problems: 100, chains: { samples: 2, maxTokens: 500 }, unseenSamples: 4 },
    ...{ parallel: { samples: 16, maxTokens: 30 }, forced: { samples: 1, maxTokens: 1024 } },
  };
  // Learning: 10 * 4 * 8 chains of 40 tokens, cut: 12,800, sampled and trained on. Points: 3 * 100 * 50 = 15,000. Measuring:
  // (100 * 2 + 50 * 4) chains by each model, of 20 and of 50 tokens: 28,000; 1,600 of 20 and of 30: 80,000; made to go on:
  // 2 * 100 * 1024 = 204,800.
  const sampled = 12_800 + 15_000 + 28_000 + 80_000 + 204_800;
  const speed = { sampling: 10_000, training: 2000, meanTokens: 20 };
  assert.equal(estimateSeconds(preset, speed, 50), sampled / 10_000 + 12_800 / 2000);
});
