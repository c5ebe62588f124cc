import assert from "node:assert/strict";
import { test } from "node:test";
import { syntheticReport } from "../report/fixtures/synthetic.ts";
import { reportSummary } from "./report-summary.ts";
import { unpainted } from "./terminal.ts";

const summary = (report: Parameters<typeof reportSummary>[0]): string[] => reportSummary(report, unpainted);

test("the summary shows both models side by side, and the control", () => {
  const report = syntheticReport();
  const lines = summary(report);
  const line = (start: string): string => lines.find((each) => each.startsWith(start)) ?? "";
  assert.match(lines[0] ?? "", /^ +base +trained$/);
  assert.match(line("pass@1"), /24\.2% +74\.4%$/);
  assert.match(line("  3 numbers"), /% +\d+\.\d%$/);
  assert.match(line("pass@64"), /%$/);
  assert.match(line("majority of 64"), /%$/);
  assert.match(line("one chain made to go on, 1024 tokens"), /%$/);
  assert.match(line("gain"), /^gain {6}\+50\.2 points/);
  assert.match(
    line("control"),
    /^control {3}41\.2% by the base model made to go on for .* of the gain is only not giving up$/,
  );
  assert.match(line("gate"), /^gate {6}passed: format/);
});

test("a gain that cannot be split is not split, a gate that is not passed is said", () => {
  const report = syntheticReport();
  const lines = summary({
    ...report,
    gate: { ...report.gate, passed: false },
    control: { ...report.control, shareNotGivingUp: null },
    test: { samples: [], length: [] },
  });
  assert.ok(!lines.some((line) => line.includes("only not giving up")));
  assert.ok(lines.some((line) => line.startsWith("gate      not passed")));
});
