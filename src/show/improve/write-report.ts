/** Puts the report of a loop into its folder: the numbers, the page and the figure. */

import { join } from "node:path";
import { writeFileAtomic } from "../../store/atomic.ts";
import { rasterise } from "../report/figure.ts";
import { improveFigure } from "./figure.ts";
import { type ImproveResult, improveResultSchema } from "./improve-result.ts";
import { improveHtml } from "./page.ts";

/** @throws MullError `store` where a file cannot be written */
export async function writeImproveReport(dir: string, result: ImproveResult): Promise<void> {
  const checked = improveResultSchema.parse(result);
  const picture = improveFigure(checked);
  await writeFileAtomic(join(dir, "report.json"), `${JSON.stringify(checked, null, 2)}\n`);
  await writeFileAtomic(join(dir, "report.html"), improveHtml(checked));
  await writeFileAtomic(join(dir, "figure.svg"), picture);
  await writeFileAtomic(join(dir, "figure.png"), rasterise(picture));
}
