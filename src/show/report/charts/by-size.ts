/** Accuracy by problem size and on targets never seen in training, base against trained. */

import { percent } from "../format.ts";
import type { Drawing } from "../plot.ts";
import type { RateReport, Report } from "../schema.ts";
import type { ChartOptions } from "./axes.ts";
import { type DumbbellRow, dumbbellChart } from "./dumbbell.ts";

/** The groups of problems that are reported apart: all, by n, unseen targets. */
export function sizeRows(report: Report): (DumbbellRow & { readonly n: number })[] {
  const row = (name: string, before: RateReport, after: RateReport) => ({
    name,
    base: before.passAt1,
    final: after.passAt1,
    baseCi: before.ci,
    finalCi: after.ci,
    n: after.n,
  });
  const { base, final } = report;
  const sizes = Object.keys(final.byN).filter((n) => Object.hasOwn(base.byN, n));
  const bySize = sizes.flatMap((n) => {
    const [b, f] = [base.byN[n], final.byN[n]];
    return b && f ? [row(`${n} numbers`, b, f)] : [];
  });
  return [row("all problems", base, final), ...bySize, row("unseen targets", base.unseenTargets, final.unseenTargets)];
}

export function sizeChart(report: Report, options: Omit<ChartOptions, "height">): Drawing {
  const format = (v: number): string => percent(v, 0);
  const unit = "problems solved at the first try (pass@1)";
  return dumbbellChart(sizeRows(report), {
    ...options,
    title: "Accuracy by kind of problem",
    unit,
    domain: [0, 1],
    format,
  });
}
