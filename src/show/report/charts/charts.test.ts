import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseHTML } from "linkedom";
import { syntheticPoorReport, syntheticReport } from "../fixtures/synthetic.ts";
import { DARK, LIGHT, THEMED } from "../palette.ts";
import { type Drawing, svg } from "../plot.ts";
import type { Report } from "../schema.ts";
import { behaviourCharts } from "./behaviours.ts";
import { sizeChart } from "./by-size.ts";
import { diagnosticsCharts, METRICS } from "./diagnostics.ts";
import { testTimeChart } from "./test-time.ts";
import { trainTimeChart } from "./train-time.ts";

const options = { palette: LIGHT, width: 720, height: 420 };
const everyChart = (report: Report): Record<string, Drawing> => ({
  "train-time": trainTimeChart(report, options),
  "test-time": testTimeChart(report, options),
  "by-size": sizeChart(report, options),
  ...Object.fromEntries(behaviourCharts(report, options).map((drawing, i) => [`behaviours-${i + 1}`, drawing])),
  ...Object.fromEntries(
    diagnosticsCharts(report, { ...options, width: 300, height: 160 }).map((d) => [`run-${d.metric.key}`, d.drawing]),
  ),
});
const text = (drawing: Drawing): string => {
  const { document } = parseHTML(`<body>${svg(drawing, "black")}</body>`);
  return [...document.querySelectorAll("text")].map((node) => node.textContent).join("\n");
};

test("each chart is drawn as it was", (t) => {
  for (const [name, drawing] of Object.entries(everyChart(syntheticReport()))) {
    const path = fileURLToPath(new URL(`../__snapshots__/${name}.svg`, import.meta.url));
    t.assert.fileSnapshot(svg(drawing, LIGHT.ink).replaceAll("><", ">\n<"), path, { serializers: [String] });
  }
});

test("a drawing is the same each time and holds no id", () => {
  const [once, again] = [everyChart(syntheticReport()), everyChart(syntheticReport())];
  assert.deepEqual(once, again);
  for (const drawing of Object.values(once)) assert.doesNotMatch(drawing.body, /\sid=|clip-path|url\(/);
});

test("a drawing takes all its colours from the palette", () => {
  const themed = trainTimeChart(syntheticReport(), { ...options, palette: THEMED });
  assert.doesNotMatch(themed.body, /#[0-9a-f]{3,6}\b/i);
  assert.match(themed.body, /var\(--final\)/);
});

test("text has a contrast of 4.5 or more on the page and on cards, light and dark", () => {
  const luminance = (hex: string): number => {
    const [r, g, b] = [1, 3, 5].map((i) => {
      const c = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const palette of [LIGHT, DARK]) {
    for (const ground of ["surface", "card"] as const) {
      for (const ink of ["ink", "muted", "base", "final", "control", "good", "bad"] as const) {
        const [a, b] = [luminance(palette[ground]), luminance(palette[ink])].sort((x, y) => y - x) as [number, number];
        assert.ok((a + 0.05) / (b + 0.05) >= 4.5, `${ink} ${palette[ink]} on ${ground} ${palette[ground]}`);
      }
    }
  }
});

test("ticks of compute are powers of ten with superscripts", () => {
  const { body } = trainTimeChart(syntheticReport(), options);
  assert.match(body, />10<tspan[^>]*>12<\/tspan>/);
  assert.doesNotMatch(body, /\^/);
});

test("the fitted line is drawn only where the fit supports one", () => {
  assert.match(text(trainTimeChart(syntheticReport(), options)), /fit: \+26\.2 points/);
  assert.doesNotMatch(text(trainTimeChart(syntheticPoorReport(), options)), /fit:/);
});

test("the control stands on the FLOP axis only where its FLOPs are known", () => {
  const report = syntheticReport();
  const { flopsPerProblem: _flops, ...control } = report.control;
  assert.match(text(testTimeChart(report, options)), /control: base, made to go on, 41%/);
  assert.doesNotMatch(text(testTimeChart({ ...report, control }, options)), /control/);
  assert.match(text(trainTimeChart({ ...report, control }, options)), /to go on 41%/);
});

test("base and trained model differ in mark, strategies in dash and mark, not in colour alone", () => {
  const { document } = parseHTML(`<body>${svg(testTimeChart(syntheticReport(), options), "black")}</body>`);
  const groups = (name: string) => [...document.querySelectorAll(`g[aria-label="${name}"]`)];
  const fills = (stroke: string) =>
    groups("dot").flatMap((g) => (g.getAttribute("stroke") === stroke ? [g.getAttribute("fill")] : []));
  assert.deepEqual(new Set(fills(LIGHT.base)), new Set([LIGHT.surface]), "the base's marks are hollow");
  assert.deepEqual(new Set(fills(LIGHT.final)), new Set([LIGHT.final]), "the trained model's are filled");
  const dashes = groups("line").map((g) => `${g.getAttribute("stroke")} ${g.getAttribute("stroke-dasharray")}`);
  assert.equal(new Set(dashes).size, 6, "six curves, six combinations of colour and dash");
});

test("what was not measured is said, not drawn", () => {
  const report = syntheticReport();
  const empty: Report = { ...report, train: [], diagnostics: [], behaviours: {}, test: { samples: [], length: [] } };
  assert.match(text(trainTimeChart(empty, options)), /nothing was measured/);
  assert.match(text(testTimeChart(empty, options)), /nothing was measured/);
  assert.deepEqual(behaviourCharts(empty, options), []);
  for (const { drawing } of diagnosticsCharts(empty, options)) assert.match(text(drawing), /nothing was measured/);
});

test("missing values are left out and a single point is drawn", () => {
  const report = syntheticReport();
  const [row] = report.diagnostics;
  assert.ok(row);
  const one = { ...report, train: report.train.slice(0, 2), diagnostics: [{ ...row, kl: null }] };
  assert.doesNotMatch(JSON.stringify(everyChart(one)), /NaN|Infinity/);
  const kl = diagnosticsCharts(one, options).find(({ metric }) => metric.key === "kl");
  assert.match(kl?.drawing.label ?? "", /nothing was measured/);
});

test("extreme accuracies and any size of compute are drawn without a hole", () => {
  for (const [base, final, forced] of [
    [0, 0, 0],
    [1, 1, 1],
    [0, 1, 0.5],
    [0.9, 0.1, 0.5],
  ] as const) {
    const charts = everyChart(syntheticReport(base, final, forced));
    assert.doesNotMatch(JSON.stringify(charts), /NaN|Infinity|undefined/);
  }
});

test("every metric of the run has its chart", () => {
  const keys = Object.keys(syntheticReport().diagnostics[0] ?? {}).filter((key) => key !== "step" && key !== "flops");
  assert.deepEqual(METRICS.map((metric) => metric.key).sort(), keys.sort());
});
