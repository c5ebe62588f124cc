/** The axes, grids and end-of-line labels that the charts share. */

import * as Plot from "@observablehq/plot";
import { powerOfTen } from "../format.ts";
import type { Palette } from "../palette.ts";
import { type Drawing, draw } from "../plot.ts";

export type ChartOptions = { readonly palette: Palette; readonly width: number; readonly height: number };

/** Height of the name of a curve, pixels. */
const NAME_HEIGHT = 19;

/**
 * What a log axis spans to hold these, with a little room at both ends; what is not above 0 has no place on it.
 *
 * @example
 * logDomain([1, 100]).map((end) => Number(end.toPrecision(3))); // [0.832, 120]
 */
export function logDomain(values: readonly number[]): [number, number] {
  const shown = values.filter((value) => value > 0);
  if (shown.length === 0) return [1, 10];
  const [least, most] = [Math.min(...shown), Math.max(...shown)];
  const room = 10 ** (Math.max(Math.log10(most / least), 0.5) * 0.04);
  return [least / room, most * room];
}

/** Ticks of a log axis over [lo, hi]: the decades, and 2 and 5 of each as well where fewer than three decades show. */
export function logTicks(lo: number, hi: number): number[] {
  const ticks = (factors: readonly number[]): number[] => {
    const out: number[] = [];
    for (let e = Math.floor(Math.log10(lo)); e <= Math.ceil(Math.log10(hi)); e++) {
      for (const f of factors) if (f * 10 ** e >= lo && f * 10 ** e <= hi) out.push(f * 10 ** e);
    }
    return out;
  };
  const decades = ticks([1]);
  if (decades.length >= 3) return decades;
  const thirds = ticks([1, 3]);
  if (thirds.length >= 3) return thirds;
  const fine = ticks([1, 2, 5]);
  return fine.length > 0 ? fine : [Number(Math.sqrt(lo * hi).toPrecision(2))];
}

/** A log axis of FLOPs with light vertical lines, ticks like 10^12 and the unit below. */
export function flopAxis(palette: Palette, ticks: readonly number[], label: string): Plot.Markish[] {
  return logAxis(palette, ticks, label, powerOfTen);
}

/** The same of anything else, with ticks in its own words. */
export function logAxis(
  palette: Palette,
  ticks: readonly number[],
  label: string,
  tick: (x: number) => string,
): Plot.Markish[] {
  return [
    Plot.gridX(ticks, { stroke: palette.grid, strokeOpacity: 1 }),
    Plot.axisX(ticks, { text: tick, tickSize: 0, tickPadding: 9, color: palette.muted, label: null }),
    bottomLabel(palette, label),
  ];
}

/** What the horizontal axis shows, in the middle below it. */
export function bottomLabel(palette: Palette, label: string, dy = 42): Plot.Markish {
  return Plot.text([label], { frameAnchor: "bottom", dy, fill: palette.muted, lineAnchor: "bottom" });
}

/** 0% to 100% with light horizontal lines, and what is measured above the axis. */
export function accuracyAxis(palette: Palette, label: string): Plot.Markish[] {
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];
  return [
    Plot.gridY(ticks, { stroke: palette.grid, strokeOpacity: 1 }),
    Plot.axisY(ticks, {
      tickFormat: (v: number) => `${Math.round(v * 100)}%`,
      tickSize: 0,
      tickPadding: 8,
      color: palette.muted,
      label: null,
    }),
    Plot.text([label], {
      frameAnchor: "top-left",
      dy: -12,
      lineAnchor: "bottom",
      textAnchor: "start",
      fill: palette.muted,
    }),
  ];
}

/**
 * Moves wanted positions apart until each has `gap` to the next, keeping their order, inside [lo, hi] as far as they fit.
 * Overlapping ones form a block that is centred on what its members wanted (pool adjacent violators, the least-squares
 * answer).
 *
 * @example
 * spread([0.5, 0.5], 0.2, 0, 1); // [0.4, 0.6]
 */
export function spread(wanted: readonly number[], gap: number, lo: number, hi: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0) || a - b);
  const blocks: { sum: number; members: number[] }[] = [];
  const start = (block: { sum: number; members: number[] }): number => {
    const size = (block.members.length - 1) * gap;
    return Math.min(Math.max(block.sum / block.members.length, lo), Math.max(lo, hi - size));
  };
  for (const index of order) {
    blocks.push({ sum: wanted[index] ?? 0, members: [index] });
    for (;;) {
      const last = blocks.at(-1);
      const before = blocks.at(-2);
      if (!last || !before || start(before) + before.members.length * gap <= start(last) + 1e-9) break;
      const shift = before.members.length * gap * last.members.length;
      blocks.splice(-2, 2, { sum: before.sum + last.sum - shift, members: [...before.members, ...last.members] });
    }
  }
  const out = wanted.slice();
  for (const block of blocks) {
    block.members.forEach((index, k) => {
      out[index] = start(block) + k * gap;
    });
  }
  return out;
}

/**
 * Where the names at the ends of curves stand, on an axis from `low` to `high` that is `height` pixels high: near what each curve ends
 * at, none over another.
 */
export function nameRows(ends: readonly number[], height: number, [low, high] = [0, 1]): number[] {
  const size = high - low;
  return spread(ends, (NAME_HEIGHT / height) * size, low + 0.01 * size, high - 0.01 * size);
}

/** A chart for which nothing was measured says so. */
export function emptyChart(options: ChartOptions, what: string): Drawing {
  const text = Plot.text([`${what}: nothing was measured`], { frameAnchor: "middle", fill: options.palette.muted });
  return draw(
    { width: options.width, height: options.height, axis: null, marks: [text] },
    `${what}: nothing was measured.`,
  );
}

/**
 * The next of 1, 1.5, 2, 3, 4, 5, 6, 8 and 10 times a power of ten.
 *
 * @example
 * niceCeiling(31.5); // 40
 */
export function niceCeiling(x: number): number {
  if (!(x > 0)) return 1;
  const scale = 10 ** Math.floor(Math.log10(x));
  const step = [1, 1.5, 2, 3, 4, 5, 6, 8, 10].find((s) => s * scale >= x * (1 - 1e-9)) ?? 10;
  return Number((step * scale).toPrecision(3));
}
