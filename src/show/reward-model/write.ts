/** Puts a report into its run's folder: the numbers, the page and the figure. */

import type { Run } from "../../store/run-folder.ts";
import { rasterise } from "../report/figure.ts";
import { rewardFigure } from "./figure.ts";
import { rewardHtml } from "./page.ts";
import type { RewardReport } from "./report.ts";

/** report.json, report.html, figure.svg and figure.png. */
export async function writeRewardReport(run: Run, report: RewardReport): Promise<void> {
  const svg = rewardFigure(report);
  await run.writeFile("report.json", `${JSON.stringify(report, null, 2)}\n`);
  await run.writeFile("figure.svg", svg);
  await run.writeFile("figure.png", rasterise(svg));
  await run.writeFile("report.html", rewardHtml(report));
}
