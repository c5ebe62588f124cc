/** Puts a report into a folder: the numbers, the page and the figure, each file whole or not at all. */

import { join, resolve } from "node:path";
import { writeFileAtomic } from "../../store/atomic.ts";
import { storeError } from "../../store/io-error.ts";
import { makeFolder } from "../../store/make-folder.ts";
import { figureSvg, rasterise } from "./figure.ts";
import { reportHtml } from "./page.ts";
import { type Report, validateReport } from "./schema.ts";

export type ReportFiles = { readonly json: string; readonly html: string; readonly svg: string; readonly png: string };

/**
 * Writes `report.json`, `report.html`, `figure.svg` and `figure.png` into `dir`, which is made where it is missing, and
 * returns their paths. A file that exists is replaced only by a complete one.
 *
 * @throws MullError `input` where `report` does not fit its schema, `store` where a file cannot be written.
 * @example
 * import { syntheticReport } from "./fixtures/synthetic.ts"; // or a report.json, read with validateReport
 * const { html } = await writeReport("/tmp/report", syntheticReport());
 * html.endsWith("report.html"); // true
 */
export async function writeReport(dir: string, report: Report): Promise<ReportFiles> {
  const checked = validateReport(report);
  const svg = figureSvg(checked);
  const files = {
    json: join(dir, "report.json"),
    html: join(dir, "report.html"),
    svg: join(dir, "figure.svg"),
    png: join(dir, "figure.png"),
  };
  await makeFolder(resolve(dir)).catch((error: unknown) => {
    throw storeError(error, "make", dir);
  });
  await writeFileAtomic(files.json, `${JSON.stringify(checked, null, 2)}\n`);
  await writeFileAtomic(files.html, reportHtml(checked));
  await writeFileAtomic(files.svg, svg);
  await writeFileAtomic(files.png, rasterise(svg));
  return files;
}
