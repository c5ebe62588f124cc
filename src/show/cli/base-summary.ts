/** What a pretrained base model is like, in a few lines for a terminal: each measurement beside the gate's threshold. */

import type { BaseTask } from "../pretrain/base-task.ts";
import { type GateMeasurement, passesGate, type Threshold, within } from "../pretrain/gate.ts";
import type { BaseReport } from "../pretrain/pretrain-base.ts";
import { intervalText, percent, significant } from "../report/format.ts";
import { type Terminal, table } from "./terminal.ts";

export function baseSummary(
  report: BaseReport,
  { thresholds, labels, outcomes }: Pick<BaseTask, "thresholds" | "labels" | "outcomes">,
  paint: Terminal["paint"],
): string[] {
  const { ci, byN, meanTokens } = report;
  const gate = (label: string, name: keyof GateMeasurement, digits: number): string[] => {
    const threshold = thresholds[name];
    const verdict = within(report[name], threshold) ? "yes" : "no";
    return [label, percent(report[name], digits), thresholdText(threshold), verdict];
  };
  const rows = [
    ["", "measured", "wanted", "passed"],
    gate(labels.format, "format", 2),
    gate(labels.operations, "operations", 2),
    gate("pass@1", "passAt1", 1),
    ["  95% interval", intervalText(ci)],
    ...Object.entries(byN).map(([n, each]) => [`  ${n} ${labels.byN}`, percent(each.passAt1)]),
    ["tokens a chain", significant(meanTokens)],
  ];
  const [head = "", ...body] = table(rows);
  const outcome = passesGate(report, thresholds)
    ? `${paint("green", "passed")}: ${outcomes.passed}`
    : `${paint("yellow", "not passed")}: ${outcomes.missed}`;
  return [paint("bold", head), ...body, "", `gate     ${outcome}`];
}

function thresholdText({ min, max }: Threshold): string {
  return max === undefined ? `at least ${percent(min, 0)}` : `${percent(min, 0)} to ${percent(max, 0)}`;
}
