/** Drawings beside each other on one picture: a title, a heading over each, and a line below. */

import { html } from "./html.ts";
import { LIGHT } from "./palette.ts";
import { type Drawing, svg } from "./plot.ts";

/** A drawing, its upper left corner at (x, y), CSS pixels, and the words above it. */
export type Panel = { readonly drawing: Drawing; readonly x: number; readonly y: number; readonly heading: string };

export type PanelsOptions = {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly panels: readonly Panel[];
  /** Lines at the bottom. */
  readonly caption: readonly string[];
};

/**
 * The panels as an SVG document that stands alone.
 *
 * @example
 * import { draw } from "./plot.ts";
 * const drawing = draw({ width: 300, height: 200, marks: [] }, "Nothing yet.");
 * const panels = [{ drawing, x: 22, y: PANELS_TOP, heading: "Accuracy" }];
 * console.log(panelsSvg({ width: 344, height: 340, title: "A run", panels, caption: ["One seed."] }));
 */
export function panelsSvg({ width, height, title, panels, caption }: PanelsOptions): string {
  const body = [
    `<rect width="${width}" height="${height}" fill="${LIGHT.surface}"/>`,
    line(30, 42, { size: 22, weight: 700, color: LIGHT.ink }, title),
    ...panels.map(({ x, y, heading }) => line(x + 8, y - 8, { size: 15, weight: 700, color: LIGHT.ink }, heading)),
    ...panels.map(({ drawing, x, y }) => `<g transform="translate(${x},${y})">${drawing.body}</g>`),
    ...caption.map((words, i) => {
      const y = height - 20 - 18 * (caption.length - 1 - i);
      return line(30, y, { size: 13, weight: 400, color: LIGHT.muted }, words);
    }),
  ].join("\n");
  const label = [`${title}.`, ...panels.map(({ drawing }) => drawing.label)].join(" ");
  return `${svg({ width, height, body, label }, LIGHT.ink)}\n`;
}

/** Where the uppermost panels begin: below the title and their headings. */
export const PANELS_TOP = 92;

type Face = { readonly size: number; readonly weight: number; readonly color: string };

function line(x: number, y: number, { size, weight, color }: Face, words: string): string {
  return html`<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}" fill="${color}" text-anchor="start">${words}</text>`
    .text;
}
