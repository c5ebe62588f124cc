/** What a pretrained base model is like, in a few lines for a terminal: each measurement beside the gate's threshold. */

import { intervalText, percent, significant } from "../report/format.ts";
import { GATE_THRESHOLDS, type GateMeasurement, passesGate, type Threshold, within } from "../reproduce/gate.ts";
import type { BaseReport } from "../reproduce/pretrain.ts";
import { type Terminal, table } from "./terminal.ts";

export function baseSummary(report: BaseReport, paint: Terminal["paint"]): string[] {
  const { ci, byN, meanTokens } = report;
  const gate = (label: string, name: keyof GateMeasurement, digits: number): string[] => {
    const threshold = GATE_THRESHOLDS[name];
    const verdict = within(report[name], threshold) ? "yes" : "no";
    return [label, percent(report[name], digits), thresholdText(threshold), verdict];
  };
  const rows = [
    ["", "measured", "wanted", "passed"],
    gate("chains in the right format", "format", 2),
    gate("operations without a fault", "operations", 2),
    gate("pass@1", "passAt1", 1),
    ["  95% interval", intervalText(ci)],
    ...Object.entries(byN).map(([n, each]) => [`  ${n} numbers`, percent(each.passAt1)]),
    ["tokens a chain", significant(meanTokens)],
  ];
  const [head = "", ...body] = table(rows);
  const outcome = passesGate(report)
    ? `${paint("green", "passed")}: a fair place for reinforcement to start from`
    : `${paint("yellow", "not passed")}: what reinforcement adds to this model may be repair, not better thinking`;
  return [paint("bold", head), ...body, "", `gate     ${outcome}`];
}

function thresholdText({ min, max }: Threshold): string {
  return max === undefined ? `at least ${percent(min, 0)}` : `${percent(min, 0)} to ${percent(max, 0)}`;
}
