/** `mull reproduce`: the main job with its progress, its page and its summary. */

import { join } from "node:path";
import { runPaths } from "../../store/run-folder.ts";
import type { PresetName } from "../reproduce/presets.ts";
import { reproduce } from "../reproduce/reproduce.ts";
import { liveRun } from "./live-run.ts";
import { reportSummary } from "./report-summary.ts";
import { shownPath, type Terminal } from "./terminal.ts";

export type ReproduceCommandOptions = {
  readonly quick?: boolean;
  readonly full?: boolean;
  readonly fromScratch?: boolean;
  readonly seed: number;
  readonly out?: string;
  readonly fresh?: boolean;
  readonly port?: number;
  readonly web: boolean;
  readonly json?: boolean;
};

export async function reproduceCommand(options: ReproduceCommandOptions, terminal: Terminal): Promise<void> {
  const { quick = false, full = false, fromScratch = false, fresh = false, seed, json = false } = options;
  const preset: PresetName = quick ? "quick" : full ? "full" : "default";
  const out = options.out ?? join("runs", `reproduce-${preset}${fromScratch ? "-from-scratch" : ""}-seed${seed}`);
  const report = await liveRun({ ...options, out, fresh }, terminal, (hooks) =>
    reproduce({ preset, seed, fromScratch, out, fresh }, hooks),
  );
  const { reportHtml, reportJson, figureSvg, figurePng } = runPaths(out);
  const files = { html: reportHtml, json: reportJson, svg: figureSvg, png: figurePng };
  if (json) {
    const { base, final, gate, control, wallSeconds } = report;
    terminal.print(JSON.stringify({ out, preset, seed, base, final, gate, control, wallSeconds, files }));
    return;
  }
  terminal.print();
  for (const line of reportSummary(report, terminal.paint)) terminal.print(line);
  terminal.print();
  for (const file of Object.values(files)) terminal.print(shownPath(file));
  terminal.print(`\nthe page again: npx mull watch ${shownPath(out)}`);
  terminal.print(`ask the model:  npx mull solve "3 7 8 2 = 24" --model ${shownPath(out)}`);
}
