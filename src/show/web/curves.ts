/** From what is known of a run to its two pictures: accuracy against training compute, and against thinking compute. */

import { fixed, percent } from "../report/format.ts";
import { type Baseline, type Curve, CurveChart, type CurvePoint, type Drawing } from "./curve-chart.ts";
import { el, say, svg, within } from "./dom.ts";
import type { RunState } from "./run-state.ts";
import { inWords, isDone } from "./words.ts";

type Row = readonly string[];

/** The picture of training and the one of thinking, each with its key, its note and its table. */
export class Curves {
  readonly #train: Picture;
  readonly #test: Picture;

  constructor(train: HTMLElement, test: HTMLElement) {
    this.#train = new Picture(train, "operations spent on training");
    this.#test = new Picture(test, "operations spent on each puzzle");
  }

  draw(state: RunState): void {
    const train = trainDrawing(state);
    this.#train.draw(train, {
      empty: "The first exam will appear here.",
      note: trainNote(state),
      head: ["Step", "Operations", "Right at once", "95% interval"],
      rows: state.evals.map((exam) => [
        fixed(exam.step),
        inWords(exam.flops),
        percent(exam.passAt1),
        `${percent(exam.ci[0])} to ${percent(exam.ci[1])}`,
      ]),
    });
    const test = testDrawing(state);
    this.#test.draw(test, {
      empty: isDone(state) ? "This run measured no such curve." : "Measured before and after training.",
      note: testNote(state),
      head: ["Model and way", "Spent", "Operations", "Right", "95% interval"],
      rows: testRows(state),
    });
  }
}

type Words = {
  readonly empty: string;
  readonly note: string;
  readonly head: Row;
  readonly rows: readonly Row[];
};

class Picture {
  readonly #host: HTMLElement;
  readonly #chart: CurveChart;
  readonly #empty: HTMLElement;
  readonly #legend: HTMLElement;
  #legendOf = "";

  constructor(figure: HTMLElement, xLabel: string) {
    this.#host = figure;
    const area = within(figure, ".chart");
    this.#empty = el("p", { class: "empty" });
    this.#legend = el("ul", { class: "legend" });
    area.after(this.#empty, this.#legend);
    this.#chart = new CurveChart(area, xLabel);
  }

  draw(drawing: Drawing, words: Words): void {
    const some = drawing.curves.length > 0 || drawing.baseline !== null;
    within(this.#host, ".chart").hidden = !some;
    this.#empty.hidden = some;
    say(this.#empty, words.empty);
    within(this.#host, "details").hidden = words.rows.length === 0;
    say(within(this.#host, ".note"), some ? words.note : "");
    this.#legend.hidden = !some;
    if (!some) return;
    const summary = words.rows.map((row) => row.join(", ")).join("; ");
    this.#chart.draw(drawing, `Chart. ${words.head.join(", ")}: ${summary}`);
    this.#drawLegend(drawing.curves);
    within(this.#host, ".table").replaceChildren(table(words.head, words.rows));
  }

  /** A curve's colour says which model, its dash and mark say how: each is named once. */
  #drawLegend(curves: readonly Curve[]): void {
    const key = curves.map((curve) => curve.key).join(" ");
    if (key === this.#legendOf) return;
    this.#legendOf = key;
    const models = new Map(curves.map((curve) => [curve.role, curve]));
    const ways = new Map(curves.map((curve) => [curve.symbol, curve]));
    const items = [
      ...[...models.values()].map(({ role, model }) => el("li", {}, swatch(role, null), model)),
      ...[...ways.values()].map((curve) => el("li", {}, swatch("muted", curve), curve.way)),
    ];
    this.#legend.replaceChildren(...(curves.length > 1 ? items : []));
  }
}

function swatch(role: string, curve: Curve | null): SVGElement {
  const shapes = {
    circle: "M10 6a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
    square: "M10.5 2.5h7v7h-7z",
    triangle: "M14 1l5 8.5h-10z",
    diamond: "M14 1l5 5l-5 5l-5 -5z",
  };
  const drawing =
    curve === null
      ? [svg("path", { d: "M8 1h12v10h-12z", class: "mark" })]
      : [
          svg("path", { d: "M0 6H28", class: "line", "stroke-dasharray": curve.dash.join(" ") || null }),
          svg("path", { d: shapes[curve.symbol], class: "mark" }),
        ];
  const size = { viewBox: "0 0 28 12", width: "28", height: "12" };
  return svg("svg", { ...size, class: `swatch ${role}`, "aria-hidden": "true" }, ...drawing);
}

function table(head: Row, rows: readonly Row[]): HTMLElement {
  return el(
    "table",
    {},
    el("thead", {}, el("tr", {}, ...head.map((cell) => el("th", { scope: "col" }, cell)))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((cell) => el("td", {}, cell))))),
  );
}

function trainDrawing(state: RunState): Drawing {
  const points = state.evals
    .filter((exam) => exam.flops > 0)
    .map((exam): CurvePoint => ({ x: exam.flops, y: exam.passAt1, lo: exam.ci[0], hi: exam.ci[1] }));
  const start = state.evals.find((exam) => exam.flops === 0);
  const baseline: Baseline | null =
    start === undefined
      ? null
      : { y: start.passAt1, lo: start.ci[0], hi: start.ci[1], text: "before training", role: "base" };
  const spent = state.steps.filter((step) => step.flops > 0);
  const first = points[0]?.x ?? spent[0]?.flops;
  const last = spent.at(-1);
  return {
    curves:
      points.length === 0
        ? []
        : [
            {
              key: "train",
              model: "With training",
              way: "one attempt",
              role: "final",
              dash: [],
              symbol: "circle",
              band: true,
              points,
            },
          ],
    baseline,
    x: first !== undefined && last !== undefined ? [first, last.flops] : null,
  };
}

function trainNote(state: RunState): string {
  const n = state.evals.at(-1)?.n ?? 0;
  return (
    `Each dot is an exam of ${fixed(n)} puzzles. The shaded band is where the true score lies, 95 times in 100. ` +
    "Equal distances to the right mean equal factors of computing: a straight line here says that every tenfold buys the same gain."
  );
}

const WAYS: Readonly<
  Record<string, { readonly name: string; readonly dash: readonly number[]; readonly symbol: Curve["symbol"] }>
> = {
  "pass@n": { name: "many attempts, one right", dash: [], symbol: "circle" },
  majority: { name: "many attempts, they vote", dash: [7, 4], symbol: "triangle" },
  length: { name: "one longer attempt", dash: [2, 4], symbol: "square" },
};
const MODELS = { base: "Before training", final: "After training" } as const;

function testDrawing(state: RunState): Drawing {
  const curves: Curve[] = [];
  for (const model of ["base", "final"] as const) {
    const strategies = [...new Set(state.samples.filter((s) => s.model === model).map((s) => s.strategy))];
    const series: [string, readonly { flops: number; accuracy: number; ci: readonly [number, number] }[]][] = [
      ...strategies.map((name): [string, RunState["samples"]] => [
        name,
        state.samples.filter((sample) => sample.model === model && sample.strategy === name),
      ]),
      ["length", state.lengths.filter((length) => length.model === model)],
    ];
    for (const [strategy, found] of series) {
      const points = found
        .filter((point) => point.flops > 0)
        .map((point): CurvePoint => ({ x: point.flops, y: point.accuracy, lo: point.ci[0], hi: point.ci[1] }))
        .sort((a, b) => a.x - b.x);
      if (points.length === 0) continue;
      const way = WAYS[strategy] ?? { name: strategy, dash: [10, 3, 2, 3], symbol: "diamond" };
      const { name, dash, symbol } = way;
      const key = `${model}/${strategy}`;
      curves.push({ key, model: MODELS[model], way: name, role: model, dash, symbol, band: false, points });
    }
  }
  return { curves, baseline: null, x: null };
}

function testNote(state: RunState): string {
  const parts: string[] = [];
  if (state.samples.some((sample) => sample.strategy === "pass@n")) {
    parts.push("“One right” counts a puzzle as solved if the exact checker finds a right answer among the attempts.");
  }
  if (state.samples.some((sample) => sample.strategy === "majority")) {
    parts.push("“They vote” takes the answer that most attempts agree on, without the checker.");
  }
  if (state.lengths.length > 0) {
    parts.push("“One longer attempt” is cut off at a given length, or made to go on where it would have given up.");
  }
  return parts.join(" ");
}

function testRows(state: RunState): Row[] {
  const row = (
    model: "base" | "final",
    way: string,
    spent: string,
    point: { flops: number; accuracy: number; ci: readonly [number, number] },
  ): Row => [
    `${MODELS[model]}: ${WAYS[way]?.name ?? way}`,
    spent,
    inWords(point.flops),
    percent(point.accuracy),
    `${percent(point.ci[0])} to ${percent(point.ci[1])}`,
  ];
  return [
    ...state.samples.map((s) => row(s.model, s.strategy, s.n === 1 ? "1 attempt" : `${fixed(s.n)} attempts`, s)),
    ...state.lengths.map((l) => row(l.model, "length", `up to ${fixed(l.maxTokens)} tokens`, l)),
  ];
}
