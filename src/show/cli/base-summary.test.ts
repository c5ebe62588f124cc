import assert from "node:assert/strict";
import { test } from "node:test";
import { countdownBase } from "../pretrain/countdown.ts";
import type { BaseReport } from "../pretrain/pretrain-base.ts";
import { baseSummary } from "./base-summary.ts";
import { unpainted } from "./terminal.ts";

const REPORT: BaseReport = {
  format: 0.9881,
  operations: 0.9696,
  passAt1: 0.138,
  ci: [0.12, 0.156],
  byN: { 3: { passAt1: 0.216 }, 4: { passAt1: 0.059 } },
  meanTokens: 53.2,
};

test("each measurement stands beside its threshold", () => {
  assert.deepEqual(baseSummary(REPORT, countdownBase(), unpainted), [
    "                                  measured        wanted  passed",
    "chains in the right format          98.81%  at least 98%     yes",
    "operations without a fault          96.96%  at least 97%      no",
    "pass@1                               13.8%    15% to 40%      no",
    "  95% interval              12.0% to 15.6%",
    "  3 numbers                          21.6%",
    "  4 numbers                           5.9%",
    "tokens a chain                        53.2",
    "",
    "gate     not passed: what reinforcement adds to this model may be repair, not better thinking",
  ]);
});

test("a model within every threshold passes", () => {
  const lines = baseSummary({ ...REPORT, operations: 0.98, passAt1: 0.2 }, countdownBase(), unpainted);
  assert.equal(lines.at(-1), "gate     passed: a fair place for reinforcement to start from");
  assert.ok(lines.slice(1, 4).every((line) => line.endsWith("yes")));
});
