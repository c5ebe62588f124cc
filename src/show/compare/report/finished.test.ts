/** What longer chains and more of them come to, on the page. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { THEMED } from "../../report/palette.ts";
import type { Comparison } from "../compare-result.ts";
import { lengthChart, someRightTable } from "./finished.ts";
import { madeUpComparison } from "./fixtures/comparison.ts";
import { compareHtml } from "./page.ts";

const SIZE = { palette: THEMED, width: 812, height: 520 };

test("a comparison of before is drawn whole: lengths of one chain, pass@n, and shares of its preset", async () => {
  const file = new URL("../../../../docs/results/compare-full.json", import.meta.url);
  const result = JSON.parse(await readFile(file, "utf8")) as Comparison;
  const page = compareHtml(result);
  for (const { title, name } of result.standings) {
    const lengths = result.cells.find((cell) => cell.name === name)?.final.lengths ?? [];
    assert.ok(lengths.length > 3 && page.includes(`${title}, 32 tokens at most: `), title);
  }
  assert.match(page, /<th scope="col">pass@2<\/th>/);
  assert.ok(!page.includes("NaN") && !page.includes("undefined"));
});

test("what was not measured is not drawn", () => {
  const result = madeUpComparison([{ method: "grpo", steps: [{}] }, { method: "base" }]);
  assert.deepEqual([lengthChart(result, SIZE), someRightTable(result)], [null, null]);
});
