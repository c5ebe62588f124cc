/** The marks of which small pictures are drawn: a line, its end, a label, a line of the grid. Their looks are compare.css's. */

import type { CurvePoint } from "./comparison.ts";
import { svg } from "./dom.ts";

/** A picture's size and the margins around its plot, px. */
export type Frame = {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
};

/** From quantities to px. */
export type Scales = { readonly x: (flops: number) => number; readonly y: (value: number) => number };

/**
 * Scales that fill the plot.
 *
 * @param across which share of the width an amount of FLOPs has, 0 to 1
 * @param high the value at the upper edge; 0 is at the lower one
 */
export function scalesOf(frame: Frame, across: (flops: number) => number, high: number): Scales {
  const { width, height, left, right, top, bottom } = frame;
  return {
    x: (flops) => left + across(flops) * (width - left - right),
    y: (value) => height - bottom - (value / high) * (height - bottom - top),
  };
}

/** The picture of these marks; `words` say it to who cannot see it. */
export function picture({ width, height }: Frame, words: string, ...marks: readonly SVGElement[]): SVGElement {
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words }, ...marks);
}

export function curve(points: readonly CurvePoint[], kind: string, { x, y }: Scales): SVGElement {
  return svg("polyline", { class: kind, points: points.map((p) => `${x(p.flops)},${y(p.value)}`).join(" ") });
}

/** A dot where a curve ends; nothing where it has no point. */
export function curveEnd(points: readonly CurvePoint[], { x, y }: Scales): SVGElement[] {
  const last = points.at(-1);
  if (last === undefined) return [];
  return [svg("circle", { class: "end", cx: String(x(last.flops)), cy: String(y(last.value)), r: "4" })];
}

/** An upright line from one value to another. */
export function interval(flops: number, [low, high]: readonly [number, number], { x, y }: Scales): SVGElement {
  const at = String(x(flops));
  return svg("line", { class: "interval", x1: at, x2: at, y1: String(y(low)), y2: String(y(high)) });
}

export function label(kind: string, x: number, y: number, words: string): SVGElement {
  return svg("text", { class: kind, x: String(x), y: String(y) }, document.createTextNode(words));
}

/** A level line with its label at the left. */
export function level({ left, width, right }: Frame, y: number, words: string): SVGElement[] {
  const at = String(y);
  return [
    svg("line", { class: "grid", x1: String(left), x2: String(width - right), y1: at, y2: at }),
    label("side", left - 5, y + 4, words),
  ];
}

/** A share as a small bar, 0 to 1; beside it stands its number. */
export function bar(share: number): SVGElement {
  const whole = { x: "0", y: "0", height: "6", rx: "2" };
  return svg(
    "svg",
    { viewBox: "0 0 40 6", class: "bar", "aria-hidden": "true" },
    svg("rect", { class: "whole", width: "40", ...whole }),
    svg("rect", { class: "part", width: String(40 * share), ...whole }),
  );
}
