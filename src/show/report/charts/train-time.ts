/** The first o1 plot: accuracy against train-time compute, on a log axis, with intervals. */

import * as Plot from "@observablehq/plot";
import { fitted, trainFit } from "../fits.ts";
import { intervalText, percent, points, powerOfTenPlain } from "../format.ts";
import { type Drawing, draw } from "../plot.ts";
import type { Report } from "../schema.ts";
import { accuracyAxis, type ChartOptions, emptyChart, flopAxis, logTicks, spread } from "./axes.ts";

const MARGIN = { marginLeft: 46, marginRight: 124, marginTop: 34, marginBottom: 52 };

/**
 * pass@1 over cumulative train-time FLOPs with a band for the 95% interval. The base model has spent none, which a log
 * axis cannot show: it stands left of the axis' first decade, and its level runs across for comparison, as does the
 * control's. The fitted line is drawn only where the fit supports one.
 *
 * @example
 * import { syntheticReport } from "../fixtures/synthetic.ts";
 * import { LIGHT } from "../palette.ts";
 * const { label } = trainTimeChart(syntheticReport(), { palette: LIGHT, width: 720, height: 420 });
 */
export function trainTimeChart(report: Report, options: ChartOptions): Drawing {
  const { palette, width, height } = options;
  const curve = report.train.filter((p) => p.flops > 0).sort((a, b) => a.flops - b.flops);
  const first = curve[0];
  const last = curve.at(-1);
  if (!first || !last) return emptyChart(options, "Accuracy against train-time compute");

  const decades = Math.max(Math.log10(last.flops / first.flops), 0.5);
  const atBase = first.flops / 10 ** (decades * 0.16);
  const domain = [atBase / 10 ** (decades * 0.05), last.flops * 10 ** (decades * 0.05)] as const;
  const ticks = logTicks(first.flops / 10 ** (decades * 0.04), domain[1]);

  const { base, final, control } = report;
  const ends = [
    { name: "trained", value: final.passAt1, color: palette.final },
    { name: "base, made\nto go on", value: control.forced.passAt1, color: palette.control },
    { name: "base", value: base.passAt1, color: palette.base },
  ];
  const gap = 34 / (height - MARGIN.marginTop - MARGIN.marginBottom);
  const rows = spread(
    ends.map((e) => e.value),
    gap,
    0.02,
    0.98,
  );
  const labelAt = domain[1];
  const level = (y: number): { x1: number; x2: number; y: number }[] => [{ x1: atBase, x2: labelAt, y }];
  const label = ends.map((e, i) => ({ ...e, row: rows[i] ?? e.value }));

  const fit = trainFit(report);
  const line = [first.flops, last.flops].map((x) => ({ x, y: fitted(fit, x) }));
  const drawn = fit !== undefined && line.every((p) => p.y !== null);
  const note = drawn ? [`fit: ${points(fit.slope)} for ten times the compute`] : [];

  const marks: Plot.Markish[] = [
    ...accuracyAxis(palette, "problems solved at the first try (pass@1)"),
    ...flopAxis(palette, ticks, "train-time compute (FLOPs, log scale)"),
    Plot.text([{ x: atBase, text: "none" }], {
      x: "x",
      text: "text",
      frameAnchor: "bottom",
      dy: 9,
      lineAnchor: "top",
      fill: palette.muted,
    }),
    Plot.ruleY(level(base.passAt1), { ...span, stroke: palette.base, strokeDasharray: "1 4", strokeLinecap: "round" }),
    Plot.ruleY(level(control.forced.passAt1), { ...span, stroke: palette.control, strokeDasharray: "6 4" }),
    Plot.areaY(curve, { x: "flops", y1: (p) => p.ci[0], y2: (p) => p.ci[1], fill: palette.final, fillOpacity: 0.17 }),
    drawn ? Plot.line(line, { x: "x", y: "y", stroke: palette.ink, strokeWidth: 1.25, strokeDasharray: "3 3" }) : null,
    Plot.line(curve, { x: "flops", y: "passAt1", stroke: palette.final, strokeWidth: 2.25 }),
    Plot.dot(curve, {
      x: "flops",
      y: "passAt1",
      r: 3.25,
      fill: palette.final,
      stroke: palette.surface,
      title: (p) => `step ${p.step}, ${powerOfTenPlain(p.flops)} FLOPs: ${percent(p.passAt1)} (${intervalText(p.ci)})`,
    }),
    Plot.ruleX([base], {
      x: () => atBase,
      y1: (b) => b.ci[0],
      y2: (b) => b.ci[1],
      stroke: palette.base,
      strokeWidth: 2,
    }),
    Plot.dot([base], {
      x: () => atBase,
      y: "passAt1",
      r: 5,
      symbol: "square",
      fill: palette.surface,
      stroke: palette.base,
      strokeWidth: 2.25,
      title: (b) => `base, untrained: ${percent(b.passAt1)} (${intervalText(b.ci)})`,
    }),
    ...[0, 1, 2].map((i) =>
      Plot.text(label.slice(i, i + 1), {
        x: () => labelAt,
        y: "row",
        text: (d: (typeof label)[number]) => `${d.name} ${percent(d.value, 0)}`,
        fill: label[i]?.color ?? palette.ink,
        fontWeight: 700,
        textAnchor: "start",
        dx: 8,
        lineHeight: 1.15,
      }),
    ),
    Plot.text(note, {
      frameAnchor: "bottom-right",
      dx: -8,
      dy: -10,
      textAnchor: "end",
      fill: palette.muted,
      stroke: palette.surface,
      strokeWidth: 4,
    }),
  ];
  return draw(
    { width, height, ...MARGIN, style: { fontSize: "13px" }, x: { type: "log", domain }, y: { domain: [0, 1] }, marks },
    `Accuracy against train-time compute. The base model solves ${percent(base.passAt1)} of problems at the first try; ` +
      `after ${powerOfTenPlain(last.flops)} FLOPs of training it solves ${percent(final.passAt1)}. ` +
      `The base model made to go on solves ${percent(control.forced.passAt1)}.`,
  );
}

const span = { x1: "x1", x2: "x2", y: "y", strokeWidth: 1.25 };
