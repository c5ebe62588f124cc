/** Puts the report of a loop into its folder: the numbers, the page and the figure. */

import { join, resolve } from "node:path";
import { z } from "zod";
import { MullError } from "../../core/errors.ts";
import { writeFileAtomic } from "../../store/atomic.ts";
import { storeError } from "../../store/io-error.ts";
import { makeFolder } from "../../store/make-folder.ts";
import { rasterise } from "../report/figure.ts";
import type { ReportFiles } from "../report/write.ts";
import { improveFigure } from "./figure.ts";
import { type ImproveResult, improveResultSchema } from "./improve-result.ts";
import { improveHtml } from "./page.ts";

/** @throws MullError `store` where a file cannot be written */
export async function writeImproveReport(dir: string, result: ImproveResult): Promise<ReportFiles> {
  const picture = improveFigure(result);
  const files = {
    json: join(dir, "report.json"),
    html: join(dir, "report.html"),
    svg: join(dir, "figure.svg"),
    png: join(dir, "figure.png"),
  };
  await makeFolder(resolve(dir)).catch((error: unknown) => {
    throw storeError(error, "make", dir);
  });
  await writeFileAtomic(files.json, `${JSON.stringify(improveResultSchema.parse(result), null, 2)}\n`);
  await writeFileAtomic(files.html, improveHtml(result));
  await writeFileAtomic(files.svg, picture);
  await writeFileAtomic(files.png, rasterise(picture));
  return files;
}

/** Whether a report.json is a loop's; others are of other kinds of runs. */
export function isImproveReport(value: unknown): boolean {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "improve";
}

/** Draws a loop's report again. @throws MullError `input` where it is not whole; `store` */
export async function rewriteImproveReport(dir: string, value: unknown): Promise<ReportFiles> {
  const read = improveResultSchema.safeParse(value);
  if (read.success) return writeImproveReport(dir, read.data);
  throw new MullError("input", `The report is malformed: ${z.prettifyError(read.error)}`, {
    hint: "run mull improve again: one that is done only writes its report anew",
    cause: read.error,
  });
}
