/** The second o1 plot: accuracy against test-time compute, parallel and sequential on one FLOP axis, with intervals. */

import * as Plot from "@observablehq/plot";
import { intervalText, percent, powerOfTenPlain } from "../format.ts";
import { type Palette, strategyMark } from "../palette.ts";
import { type Drawing, draw } from "../plot.ts";
import type { Report } from "../schema.ts";
import { accuracyAxis, type ChartOptions, emptyChart, flopAxis, logDomain, logTicks, spread } from "./axes.ts";

const MARGIN = { marginLeft: 46, marginRight: 184, marginTop: 34, marginBottom: 52 };

type CurvePoint = {
  readonly flops: number;
  readonly accuracy: number;
  readonly ci: readonly [number, number];
  /** What was bought: "16 chains", "256 tokens". */
  readonly spent: string;
};

export type Curve = {
  readonly model: "base" | "final";
  /** `pass@n`, `majority` or, for one chain made longer, `length`. */
  readonly strategy: string;
  readonly name: string;
  /** By FLOPs. */
  readonly points: readonly CurvePoint[];
};

const STRATEGY_NAMES: Readonly<Record<string, string>> = {
  "pass@n": "pass@n",
  majority: "majority",
  length: "longer chain",
};

/** The name people read for a model. */
export function modelName(model: "base" | "final"): string {
  return model === "base" ? "base" : "trained";
}

/** The test-time curves of a report, one for each model and way of spending compute. */
export function testTimeCurves(report: Report): Curve[] {
  const curves = new Map<string, Curve & { points: CurvePoint[] }>();
  const add = (model: "base" | "final", strategy: string, point: CurvePoint): void => {
    const key = `${model} ${strategy}`;
    const name = `${modelName(model)}, ${STRATEGY_NAMES[strategy] ?? strategy}`;
    const curve = curves.get(key) ?? { model, strategy, name, points: [] };
    curve.points.push(point);
    curves.set(key, curve);
  };
  for (const { model, strategy, n, flops, accuracy, ci } of report.test.samples) {
    add(model, strategy, { flops, accuracy, ci, spent: n === 1 ? "1 chain" : `${n} chains` });
  }
  for (const { model, maxTokens, flops, accuracy, ci } of report.test.length) {
    add(model, "length", { flops, accuracy, ci, spent: `${maxTokens} tokens` });
  }
  for (const curve of curves.values()) curve.points.sort((a, b) => a.flops - b.flops);
  return [...curves.values()];
}

/**
 * Accuracy over FLOPs per problem. Colour tells the model; dash and mark tell how the compute was spent. The control,
 * the base model made to go on, is a diamond where its FLOPs per problem are known.
 *
 * @example
 * import { syntheticReport } from "../fixtures/synthetic.ts";
 * import { LIGHT } from "../palette.ts";
 * const { body } = testTimeChart(syntheticReport(), { palette: LIGHT, width: 720, height: 420 });
 */
export function testTimeChart(report: Report, options: ChartOptions): Drawing {
  const { palette, width, height } = options;
  const curves = testTimeCurves(report)
    .map((curve) => ({ ...curve, points: curve.points.filter((p) => p.flops > 0) }))
    .filter((curve) => curve.points.length > 0);
  const flops = curves.flatMap((curve) => curve.points.map((p) => p.flops));
  if (flops.length === 0) return emptyChart(options, "Accuracy against test-time compute");

  const { control } = report;
  const controlFlops = control.flopsPerProblem?.forced ?? 0;
  if (controlFlops > 0) flops.push(controlFlops);
  const domain = logDomain(flops);

  const labels = endLabels(curves, height);
  const marks: Plot.Markish[] = [
    ...accuracyAxis(palette, "problems solved"),
    ...flopAxis(palette, logTicks(...domain), "test-time compute (FLOPs per problem, log scale)"),
    ...curves.flatMap((curve) => curveMarks(curve, palette)),
    ...labels.flatMap(({ curve, row }) => labelMarks(curve, row, domain[1], palette)),
    ...(controlFlops > 0 ? controlMarks(report, controlFlops, palette) : []),
  ];
  const told = curves.map((curve) => {
    const [first, last] = [curve.points[0], curve.points.at(-1)];
    return `${curve.name}: ${percent(first?.accuracy ?? null)} to ${percent(last?.accuracy ?? null)}`;
  });
  return draw(
    { width, height, ...MARGIN, style: { fontSize: "13px" }, x: { type: "log", domain }, y: { domain: [0, 1] }, marks },
    `Accuracy against test-time compute. ${told.join("; ")}.`,
  );
}

function curveMarks({ model, strategy, name, points }: Curve, palette: Palette): Plot.Markish[] {
  const color = palette[model];
  const { dash, symbol } = strategyMark(strategy);
  return [
    Plot.areaY(points, { x: "flops", y1: (p) => p.ci[0], y2: (p) => p.ci[1], fill: color, fillOpacity: 0.1 }),
    Plot.line(points, { x: "flops", y: "accuracy", stroke: color, strokeWidth: 2, strokeDasharray: dash }),
    Plot.dot(points, {
      x: "flops",
      y: "accuracy",
      r: 3.75,
      symbol,
      fill: model === "base" ? palette.surface : color,
      stroke: color,
      strokeWidth: 1.75,
      title: (p: CurvePoint) =>
        `${name}, ${p.spent}, ${powerOfTenPlain(p.flops)} FLOPs: ${percent(p.accuracy)} (${intervalText(p.ci)})`,
    }),
  ];
}

/** Where each curve's name stands: at the height of its last point, moved apart where two would overlap. */
function endLabels(curves: readonly Curve[], height: number): { curve: Curve; row: number }[] {
  const gap = 21 / (height - MARGIN.marginTop - MARGIN.marginBottom);
  const rows = spread(
    curves.map((curve) => curve.points.at(-1)?.accuracy ?? 0),
    gap,
    0.01,
    0.99,
  );
  return curves.map((curve, i) => ({ curve, row: rows[i] ?? 0 }));
}

/** A hairline from the curve's end to its name, with a sample of its dash and mark. */
function labelMarks(curve: Curve, row: number, right: number, palette: Palette): Plot.Markish[] {
  const color = palette[curve.model];
  const { dash, symbol } = strategyMark(curve.strategy);
  const end = curve.points.at(-1);
  if (!end) return [];
  const at = [{ x: right, y: row }];
  const place = { x: "x", y: "y" };
  return [
    Plot.link([end], {
      x1: "flops",
      y1: "accuracy",
      x2: () => right,
      y2: () => row,
      stroke: color,
      strokeOpacity: 0.45,
      strokeWidth: 0.75,
    }),
    Plot.dot(at, {
      ...place,
      dx: 14,
      r: 3.75,
      symbol,
      fill: curve.model === "base" ? palette.surface : color,
      stroke: color,
      strokeWidth: 1.75,
    }),
    Plot.vector(at, {
      ...place,
      dx: 14,
      length: 24,
      rotate: 90,
      shape: {
        draw: (path: { moveTo(x: number, y: number): void; lineTo(x: number, y: number): void }, l: number) => {
          path.moveTo(0, 0);
          path.lineTo(0, -l);
        },
      } as never,
      stroke: color,
      strokeDasharray: dash,
      strokeWidth: 2,
    }),
    Plot.text(at, { ...place, dx: 32, text: () => curve.name, fill: color, textAnchor: "start", fontWeight: 700 }),
  ];
}

function controlMarks(report: Report, flops: number, palette: Palette): Plot.Markish[] {
  const { forced } = report.control;
  return [
    Plot.ruleX([forced], {
      x: () => flops,
      y1: (f) => f.ci[0],
      y2: (f) => f.ci[1],
      stroke: palette.control,
      strokeWidth: 2,
    }),
    Plot.dot([forced], {
      x: () => flops,
      y: "passAt1",
      r: 6,
      symbol: "diamond",
      fill: palette.control,
      stroke: palette.surface,
      title: (f) => `base, made to go on as long as the trained model: ${percent(f.passAt1)} (${intervalText(f.ci)})`,
    }),
    Plot.link([forced], {
      x1: () => flops,
      y1: (f) => f.ci[0],
      x2: () => flops,
      y2: () => CONTROL_LABEL_AT + 0.06,
      stroke: palette.control,
      strokeWidth: 0.75,
      strokeDasharray: "2 3",
    }),
    Plot.text([forced], {
      x: () => flops,
      y: () => CONTROL_LABEL_AT,
      dx: -4,
      text: (f) => `control: base, made to go on, ${percent(f.passAt1, 0)}`,
      textAnchor: "start",
      fill: palette.control,
      stroke: palette.surface,
      strokeWidth: 4,
      fontWeight: 700,
    }),
  ];
}

/** Low in the frame, where curves of accuracy seldom run. */
const CONTROL_LABEL_AT = 0.06;
