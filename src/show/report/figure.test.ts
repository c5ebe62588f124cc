import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { FIGURE_HEIGHT, FIGURE_WIDTH, figureSvg, rasterise } from "./figure.ts";
import { syntheticPoorReport, syntheticReport } from "./fixtures/synthetic.ts";

const size = (png: Uint8Array): [number, number] => {
  const bytes = Buffer.from(png);
  assert.equal(bytes.toString("latin1", 1, 4), "PNG");
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
};

test("the figure is drawn as it was", (t) => {
  for (const [name, report] of [
    ["figure", syntheticReport()],
    ["figure-poor", syntheticPoorReport()],
  ] as const) {
    const path = fileURLToPath(new URL(`./__snapshots__/${name}.svg`, import.meta.url));
    t.assert.fileSnapshot(figureSvg(report).replaceAll("><", ">\n<"), path, { serializers: [String] });
  }
});

test("the figure needs nothing from outside and has one size", () => {
  const svg = figureSvg(syntheticReport());
  assert.deepEqual(svg.match(/https?:[^"]*/g), ["http://www.w3.org/2000/svg"]);
  assert.doesNotMatch(svg, /<script|<image|<style|var\(|href/);
  assert.match(svg, new RegExp(`viewBox="0 0 ${FIGURE_WIDTH} ${FIGURE_HEIGHT}"`));
});

test("the PNG has two pixels to each of the SVG's, and ink on it", () => {
  const png = rasterise(figureSvg(syntheticReport()));
  assert.deepEqual(size(png), [2 * FIGURE_WIDTH, 2 * FIGURE_HEIGHT]);
  const blank = rasterise(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${FIGURE_WIDTH}" height="${FIGURE_HEIGHT}"/>`,
  );
  assert.ok(png.length > 5 * blank.length, `${png.length} bytes against ${blank.length} of an empty picture`);
});

test("text is drawn with the font that comes along, whatever the machine has", () => {
  const drawn = (words: string): Uint8Array =>
    rasterise(`<svg xmlns="http://www.w3.org/2000/svg" width="200" height="30"><text y="20">${words}</text></svg>`, 1);
  assert.notDeepEqual(drawn("trained"), drawn(""));
});

test("a title is data too", () => {
  const report = syntheticReport();
  const samples = report.test.samples.map((point) => ({ ...point, strategy: `<script>"&'` }));
  const svg = figureSvg({ ...report, test: { ...report.test, samples } });
  assert.doesNotMatch(svg, /<script/);
  assert.deepEqual(size(rasterise(svg)), [2 * FIGURE_WIDTH, 2 * FIGURE_HEIGHT]);
});
