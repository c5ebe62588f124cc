/**
 * Accuracy against compute: a chart that grows while it is watched. The horizontal axis is logarithmic, the vertical one
 * runs from 0 to 100%, every point carries its 95% interval. uPlot draws lines and axes on a canvas; intervals, marks
 * and the baseline are drawn in its hooks. Colours are the page's CSS variables, read again when the theme changes.
 */

import uPlot from "uplot";
import { percent } from "../report/format.ts";
import { el } from "./dom.ts";
import { ticks } from "./ticks.ts";
import { inWords } from "./words.ts";

export type MarkShape = "circle" | "triangle" | "square" | "diamond";

export type CurvePoint = { readonly x: number; readonly y: number; readonly lo: number; readonly hi: number };

export type Curve = {
  readonly key: string;
  /** Which model, as people call it. */
  readonly model: string;
  /** How the compute was spent. */
  readonly way: string;
  /** A CSS variable of the palette: `base`, `final` or `control`. */
  readonly role: string;
  /** Lengths of dashes and gaps, CSS pixels; empty for a solid line. */
  readonly dash: readonly number[];
  readonly symbol: MarkShape;
  /** A filled band instead of a whisker at each point. */
  readonly band: boolean;
  /** In the order of x; x is positive. */
  readonly points: readonly CurvePoint[];
};

/** A horizontal line: what was so before any of the compute on the axis was spent. */
export type Baseline = {
  readonly y: number;
  readonly lo: number;
  readonly hi: number;
  readonly text: string;
  readonly role: string;
};

export type Drawing = {
  readonly curves: readonly Curve[];
  readonly baseline: Baseline | null;
  /** The least range of x to show. */
  readonly x: readonly [number, number] | null;
};

const HEIGHT = 320;
const NEAR_PX = 40;

export class CurveChart {
  readonly #host: HTMLElement;
  readonly #xLabel: string;
  readonly #tip = el("div", { class: "tip", "aria-hidden": "true" });
  #plot: uPlot | null = null;
  #shape = "";
  #drawing: Drawing = { curves: [], baseline: null, x: null };

  constructor(host: HTMLElement, xLabel: string) {
    this.#host = host;
    this.#xLabel = xLabel;
    this.#tip.hidden = true;
    new ResizeObserver(() => this.#resize()).observe(host);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#build());
  }

  draw(drawing: Drawing, summary: string): void {
    this.#drawing = drawing;
    this.#host.setAttribute("role", "img");
    this.#host.setAttribute("aria-label", summary);
    const shape = drawing.curves.map((curve) => curve.key).join(" ");
    if (this.#plot === null || shape !== this.#shape) {
      this.#shape = shape;
      this.#build();
    } else {
      this.#plot.setData(align(drawing.curves));
    }
  }

  #resize(): void {
    const width = this.#host.clientWidth;
    if (width > 0 && width !== this.#plot?.width) this.#plot?.setSize({ width, height: HEIGHT });
  }

  #build(): void {
    this.#plot?.destroy();
    const width = Math.max(200, this.#host.clientWidth);
    const style = getComputedStyle(this.#host);
    const color = (role: string): string => style.getPropertyValue(`--${role}`).trim();
    const font = `12px ${style.fontFamily}`;
    const grid = { stroke: color("grid"), width: 1 };
    const axis = { stroke: color("muted"), font, grid, ticks: { show: false }, labelFont: font, labelSize: 18 };
    const plot = new uPlot(
      {
        width,
        height: HEIGHT,
        padding: [12, 14, 0, 0],
        legend: { show: false },
        cursor: { drag: { x: false, y: false }, points: { show: false }, y: false, x: false },
        scales: {
          x: { time: false, distr: 3, log: 10, range: () => this.#range() },
          y: { range: [0, 1] },
        },
        axes: [
          {
            ...axis,
            label: this.#xLabel,
            size: 30,
            splits: (u) => ticks(u.scales["x"]?.min ?? 1, u.scales["x"]?.max ?? 10, u.width),
            filter: (_u, splits) => splits,
            values: (_u, splits) => splits.map(inWords),
          },
          {
            ...axis,
            size: 44,
            splits: () => [0, 0.2, 0.4, 0.6, 0.8, 1],
            values: (_u, splits) => splits.map((split) => percent(split, 0)),
          },
        ],
        series: [
          {},
          ...this.#drawing.curves.map((curve) => ({
            label: curve.key,
            stroke: color(curve.role),
            width: 2,
            dash: [...curve.dash],
            spanGaps: true,
            points: { show: false },
          })),
        ],
        hooks: {
          drawAxes: [(u) => this.#under(u, color, font)],
          draw: [(u) => this.#over(u, color)],
          setCursor: [(u) => this.#point(u)],
        },
      },
      align(this.#drawing.curves),
      this.#host,
    );
    plot.over.append(this.#tip);
    this.#plot = plot;
  }

  /** The range of x: all points with some air, at least a tenfold. */
  #range(): [number, number] {
    const xs = this.#drawing.curves.flatMap((curve) => curve.points.map((point) => point.x));
    const all = [...xs, ...(this.#drawing.x ?? [])].filter((x) => x > 0);
    if (all.length === 0) return [1e12, 1e14];
    const low = Math.min(...all) / 1.25;
    const high = Math.max(...all) * 1.25;
    const short = Math.sqrt(Math.max(1, (low * 10) / high));
    return [low / short, high * short];
  }

  /** Below the lines: the baseline and the bands. */
  #under(u: uPlot, color: (role: string) => string, font: string): void {
    const { ctx, bbox } = u;
    const y = (value: number): number => u.valToPos(value, "y", true);
    const x = (value: number): number => u.valToPos(value, "x", true);
    const px = devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    const { baseline, curves } = this.#drawing;
    if (baseline !== null) {
      ctx.fillStyle = ctx.strokeStyle = color(baseline.role);
      ctx.globalAlpha = 0.12;
      ctx.fillRect(bbox.left, y(baseline.hi), bbox.width, y(baseline.lo) - y(baseline.hi));
      ctx.globalAlpha = 1;
      ctx.lineWidth = 1.5 * px;
      ctx.setLineDash([6 * px, 4 * px]);
      stroke(ctx, [
        [bbox.left, y(baseline.y)],
        [bbox.left + bbox.width, y(baseline.y)],
      ]);
      ctx.font = font.replace("12px", `${12 * px}px`);
      ctx.textAlign = "right";
      ctx.textBaseline = "top";
      ctx.fillText(baseline.text, bbox.left + bbox.width - 6 * px, y(baseline.lo) + 5 * px);
    }
    for (const curve of curves) {
      if (!curve.band || curve.points.length < 2) continue;
      ctx.fillStyle = color(curve.role);
      ctx.globalAlpha = 0.16;
      ctx.beginPath();
      for (const point of curve.points) ctx.lineTo(x(point.x), y(point.hi));
      for (const point of curve.points.toReversed()) ctx.lineTo(x(point.x), y(point.lo));
      ctx.fill();
      ctx.globalAlpha = 1;
    }
    ctx.restore();
  }

  /** Above the lines: whiskers and marks. */
  #over(u: uPlot, color: (role: string) => string): void {
    const { ctx } = u;
    const px = devicePixelRatio;
    ctx.save();
    ctx.lineWidth = 1.25 * px;
    ctx.setLineDash([]);
    for (const [i, curve] of this.#drawing.curves.entries()) {
      if (u.series[i + 1]?.show === false) continue;
      ctx.fillStyle = ctx.strokeStyle = color(curve.role);
      for (const point of curve.points) {
        const at = u.valToPos(point.x, "x", true);
        if (!curve.band || curve.points.length < 2) {
          ctx.globalAlpha = 0.55;
          stroke(ctx, [
            [at, u.valToPos(point.lo, "y", true)],
            [at, u.valToPos(point.hi, "y", true)],
          ]);
          ctx.globalAlpha = 1;
        }
        mark(ctx, curve.symbol, at, u.valToPos(point.y, "y", true), 4.2 * px);
      }
    }
    ctx.restore();
  }

  /** Names the point nearest to the pointer. */
  #point(u: uPlot): void {
    const { left = -1, top = -1 } = u.cursor;
    let best: { curve: Curve; point: CurvePoint; x: number; y: number } | null = null;
    let nearest = NEAR_PX;
    if (left >= 0) {
      for (const curve of this.#drawing.curves) {
        for (const point of curve.points) {
          const x = u.valToPos(point.x, "x");
          const y = u.valToPos(point.y, "y");
          const distance = Math.hypot(x - left, y - top);
          if (distance < nearest) {
            nearest = distance;
            best = { curve, point, x, y };
          }
        }
      }
    }
    this.#tip.hidden = best === null;
    if (best === null) return;
    const { curve, point } = best;
    this.#tip.replaceChildren(
      el("strong", {}, percent(point.y)),
      ` (${percent(point.lo, 0)} to ${percent(point.hi, 0)})`,
      el("span", {}, `${curve.model}, ${curve.way}`),
      el("span", {}, `${inWords(point.x)} operations`),
    );
    const side = best.x > u.over.clientWidth / 2 ? "left" : "right";
    this.#tip.dataset["side"] = side;
    this.#tip.style.left = `${best.x}px`;
    this.#tip.style.top = `${best.y}px`;
  }
}

/** Curves of different x as uPlot wants them: one sorted x, and for each curve a y or a gap. */
function align(curves: readonly Curve[]): uPlot.AlignedData {
  const xs = [...new Set(curves.flatMap((curve) => curve.points.map((point) => point.x)))].sort((a, b) => a - b);
  const columns = curves.map((curve) => {
    const at = new Map(curve.points.map((point) => [point.x, point.y]));
    return xs.map((x) => at.get(x) ?? null);
  });
  return [xs, ...columns];
}

function stroke(ctx: CanvasRenderingContext2D, line: readonly (readonly [number, number])[]): void {
  ctx.beginPath();
  for (const [x, y] of line) ctx.lineTo(x, y);
  ctx.stroke();
}

function mark(ctx: CanvasRenderingContext2D, symbol: MarkShape, x: number, y: number, r: number): void {
  ctx.beginPath();
  if (symbol === "circle") ctx.arc(x, y, r, 0, 2 * Math.PI);
  else if (symbol === "square") ctx.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
  else {
    const corners = symbol === "triangle" ? 3 : 4;
    for (let i = 0; i < corners; i++) {
      const angle = (i / corners) * 2 * Math.PI - Math.PI / 2;
      ctx.lineTo(x + r * 1.25 * Math.cos(angle), y + r * 1.25 * Math.sin(angle));
    }
    ctx.closePath();
  }
  ctx.fill();
}
