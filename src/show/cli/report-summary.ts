/** The outcome of a run in a few lines for a terminal; the report says the same at length. */

import { duration, intervalText, percent, points, pointsInterval, significant } from "../report/format.ts";
import type { Report } from "../report/schema.ts";
import { type Terminal, table } from "./terminal.ts";

export function reportSummary(report: Report, paint: Terminal["paint"]): string[] {
  const { base, final, gate, control } = report;
  const rows = [
    ["", "base", "trained"],
    ["pass@1", percent(base.passAt1), percent(final.passAt1)],
    ["  95% interval", intervalText(base.ci), intervalText(final.ci)],
    ...Object.keys(base.byN).map((n) => [
      `  ${n} numbers`,
      percent(base.byN[n]?.passAt1 ?? null),
      percent(final.byN[n]?.passAt1 ?? null),
    ]),
    ["  targets never trained on", percent(base.unseenTargets.passAt1), percent(final.unseenTargets.passAt1)],
    ["tokens a problem", significant(control.tokensPerProblem.base), significant(control.tokensPerProblem.final)],
    ...testTime(report),
  ];
  const [head = "", ...body] = table(rows);
  const gateText = `format ${percent(gate.format)}, operations ${percent(gate.operations)}, pass@1 ${percent(gate.passAt1)}`;
  return [
    paint("bold", head),
    ...body,
    "",
    `gain      ${points(final.passAt1 - base.passAt1)}${control.gainCi === undefined ? "" : ` (${pointsInterval(control.gainCi)})`}`,
    `control   ${percent(control.forced.passAt1)} by the base model made to go on for ${significant(control.tokensPerProblem.forced)} tokens${shareText(control.shareNotGivingUp)}`,
    `gate      ${gate.passed ? paint("green", "passed") : paint("yellow", "not passed")}: ${gateText}`,
    `took      ${duration(report.wallSeconds)}`,
  ];
}

function shareText(share: number | null): string {
  return share === null ? "" : `: ${percent(share, 0)} of the gain is only not giving up`;
}

/** The right ends of the test-time curves. */
function testTime({ test }: Report): string[][] {
  const last = <T extends { readonly model: string }>(curve: readonly T[], model: string): T | undefined =>
    curve.filter((point) => point.model === model).at(-1);
  const strategies = [...new Set(test.samples.map(({ strategy }) => strategy))];
  const samples = strategies.map((strategy) => {
    const curve = test.samples.filter((point) => point.strategy === strategy).toSorted((a, b) => a.n - b.n);
    const n = curve.at(-1)?.n ?? 0;
    const name = strategy === "pass@n" ? `pass@${n}` : `${strategy} of ${n}`;
    return [name, percent(last(curve, "base")?.accuracy ?? null), percent(last(curve, "final")?.accuracy ?? null)];
  });
  const lengths = test.length.toSorted((a, b) => a.maxTokens - b.maxTokens);
  const longest = lengths.at(-1)?.maxTokens;
  if (longest === undefined) return samples;
  const name = `one chain made to go on, ${longest} tokens`;
  return [
    ...samples,
    [name, percent(last(lengths, "base")?.accuracy ?? null), percent(last(lengths, "final")?.accuracy ?? null)],
  ];
}
