/** The name of a curve, at the right edge of a chart: its mark, and a thin line from where the curve ends. */

import * as Plot from "@observablehq/plot";
import type { Palette } from "../../report/palette.ts";
import type { Look } from "./looks.ts";

/** @param ends where the curve ends, [[x, y]] in the chart's units, or nowhere; the name stands at `right` and `row` */
export function endLabel(
  { title, look }: { readonly title: string; readonly look: Look },
  ends: readonly (readonly [number, number])[],
  { right, row }: { readonly right: number; readonly row: number },
  palette: Palette,
): Plot.Markish[] {
  const at = [{ x: right, y: row }];
  const stroke = look.color;
  return [
    Plot.link(ends, {
      x1: ([x]: readonly [number, number]) => x,
      y1: ([, y]: readonly [number, number]) => y,
      x2: () => right,
      y2: () => row,
      stroke,
      strokeOpacity: 0.4,
      strokeWidth: 0.75,
    }),
    Plot.dot(at, {
      x: "x",
      y: "y",
      dx: 10,
      r: 3.5,
      symbol: look.symbol,
      fill: palette.surface,
      stroke,
      strokeWidth: 1.75,
    }),
    Plot.text(at, { x: "x", y: "y", dx: 20, text: () => title, fill: stroke, textAnchor: "start", fontWeight: 700 }),
  ];
}
