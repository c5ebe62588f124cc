/** `mull reward-model`: a process or an outcome reward model trained on a policy's chains, and held against the truth. */

import { join, resolve } from "node:path";
import { runPaths } from "../../store/run-folder.ts";
import { counted, fixed } from "../report/format.ts";
import { trainRewardModel } from "../reward-model/job.ts";
import { findings } from "../reward-model/page.ts";
import { planOf, type RewardChoices } from "../reward-model/plan.ts";
import type { RewardReport } from "../reward-model/report.ts";
import { liveRun } from "./live-run.ts";
import { shownPath, type Terminal, table } from "./terminal.ts";

export type RewardCommandOptions = RewardChoices & {
  readonly model: string;
  readonly quick?: boolean;
  readonly seed: number;
  readonly threads?: number;
  readonly out?: string;
  readonly fresh?: boolean;
  readonly port?: number;
  readonly web: boolean;
  readonly json?: boolean;
};

/** @throws MullError what `planOf` and `trainRewardModel` throw; `aborted` where it was stopped: the same command goes on from there */
export async function rewardModelCommand(options: RewardCommandOptions, terminal: Terminal): Promise<void> {
  const { model, quick = false, seed, threads, fresh = false, json = false, out, port, web, ...asked } = options;
  const plan = planOf(quick ? "quick" : "default", asked);
  const name = model.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^-|-$/g, "");
  const dir = resolve(out ?? join("runs", `reward-model-${name}-${plan.kind}-seed${seed}${quick ? "-quick" : ""}`));
  const job = { model, plan, seed, out: dir, fresh, now: () => new Date() };
  const live = { out: dir, fresh, seed, web, ...(port === undefined ? {} : { port }) };
  const report = await liveRun(live, terminal, (hooks) =>
    trainRewardModel({ ...job, ...(threads === undefined ? {} : { threads }) }, hooks),
  );
  if (json) {
    terminal.print(JSON.stringify(report));
    return;
  }
  for (const line of summary(report, terminal)) terminal.print(line);
  const { reportHtml, reportJson, figurePng } = runPaths(dir);
  for (const file of [reportHtml, reportJson, figurePng]) terminal.print(shownPath(file));
}

function summary(report: RewardReport, { paint }: Terminal): string[] {
  const [head = "", ...body] = table([
    ["states", "AUROC", "95% interval", "cases"],
    ...report.rankings.map(({ states, auroc, ci, cases }) => [
      /^\d$/.test(states) ? `${counted(Number(states), "number")} left` : states,
      fixed(auroc, 3),
      `${fixed(ci[0], 3)} to ${fixed(ci[1], 3)}`,
      fixed(cases),
    ]),
  ]);
  return ["", paint("bold", head), ...body, "", ...findings(report), ""];
}
