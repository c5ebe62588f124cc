/** The fits of a report: what their names mean, and when a line may be drawn through the points. */

import type { FitReport, Report } from "./schema.ts";

/** The fit of pass@1 against train-time FLOPs. Those of test-time compute are `samples.MODEL.STRATEGY`, `length.MODEL`. */
export const TRAIN_FIT = "train";

/** A fit's name for people. */
export function fitName(name: string): string {
  if (name === TRAIN_FIT) return "training";
  const [axis, model, ...strategy] = name.split(".");
  const who = model === "final" ? "trained" : model;
  if (axis === "samples" && strategy.length > 0) return `${who}, ${strategy.join(".")}`;
  if (axis === "length" && who) return `${who}, longer chain`;
  return name;
}

/** Whether the measurement's own verdict (`measure/fit.ts`) is that the points support a line. */
export function supportsLine(fit: FitReport): boolean {
  return fit.slope !== null && fit.intercept !== null && fit.verdict.startsWith("a line describes");
}

/** The fitted accuracy at `flops`, or null where no line may be drawn. */
export function fitted(fit: FitReport | undefined, flops: number): number | null {
  if (!fit || !supportsLine(fit) || fit.slope === null || fit.intercept === null) return null;
  return fit.intercept + fit.slope * Math.log10(flops);
}

export function trainFit(report: Report): FitReport | undefined {
  return Object.hasOwn(report.fits, TRAIN_FIT) ? report.fits[TRAIN_FIT] : undefined;
}
