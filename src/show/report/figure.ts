/**
 * `figure.svg` and `figure.png`: the two o1 plots side by side (OpenAI 2024, "Learning to reason with LLMs"), accuracy
 * against train-time compute and against test-time compute, both on log axes, with the intervals that the original lacks.
 *
 * The SVG is self-contained and light in every setting. The PNG is drawn by resvg with a font that comes in an npm
 * package, so that a machine without fonts gives the same picture.
 */

import { Resvg } from "@resvg/resvg-js";
import { testTimeChart } from "./charts/test-time.ts";
import { trainTimeChart } from "./charts/train-time.ts";
import { FONT_NAME, fontFiles } from "./font.ts";
import { LIGHT } from "./palette.ts";
import { PANELS_TOP, panelsSvg } from "./panels.ts";
import type { Report } from "./schema.ts";
import { headline } from "./story.ts";

export const FIGURE_WIDTH = 1200;
export const FIGURE_HEIGHT = 540;

/**
 * The figure of a report as an SVG document of FIGURE_WIDTH x FIGURE_HEIGHT CSS pixels.
 *
 * @example
 * import { writeFileSync } from "node:fs";
 * import { syntheticReport } from "./fixtures/synthetic.ts"; // or a report.json, read with validateReport
 * writeFileSync("/tmp/figure.svg", figureSvg(syntheticReport()));
 */
export function figureSvg(report: Report): string {
  const height = 412;
  const train = trainTimeChart(report, { palette: LIGHT, width: 530, height });
  const test = testTimeChart(report, { palette: LIGHT, width: 636, height });
  const caption =
    `${report.final.n} held-out problems, seed ${report.seed}; bands and bars are 95% intervals. ` +
    "Control: the base model made to go on for as long as the trained one. " +
    "pass@n: the exact checker takes the best of n chains.";
  const panels = [
    { drawing: train, x: 22, y: PANELS_TOP, heading: "Thinking practised: train-time compute" },
    { drawing: test, x: 556, y: PANELS_TOP, heading: "Thinking at the test: test-time compute" },
  ];
  return panelsSvg({ width: FIGURE_WIDTH, height: FIGURE_HEIGHT, title: headline(report), panels, caption: [caption] });
}

/** An SVG drawing of ours as PNG, `scale` pixels to a CSS pixel. Throws an Error where the text is no SVG. */
export function rasterise(picture: string, scale = 2): Uint8Array {
  const font = { loadSystemFonts: false, fontFiles: fontFiles(), defaultFontFamily: FONT_NAME };
  return new Resvg(picture, { fitTo: { mode: "zoom", value: scale }, font }).render().asPng();
}
