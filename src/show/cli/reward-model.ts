/** `mull reward-model`: a process or an outcome reward model trained on a policy's chains, and held against the truth. */

import { join, resolve } from "node:path";
import { runPaths } from "../../store/run-folder.ts";
import { counted, fixed } from "../report/format.ts";
import { trainRewardModel } from "../reward-model/job.ts";
import { findings } from "../reward-model/page.ts";
import { REWARD_PLANS, type RewardPlan } from "../reward-model/plan.ts";
import type { RewardReport } from "../reward-model/report.ts";
import { interruptible } from "./interrupt.ts";
import { bar } from "./progress.ts";
import { StatusLine } from "./status-line.ts";
import { shownPath, type Terminal, table } from "./terminal.ts";

export type RewardCommandOptions = Partial<
  Pick<RewardPlan, "kind" | "target" | "labels" | "rollouts" | "temperature" | "maxTokens" | "rounds" | "passes">
> & {
  readonly model: string;
  readonly quick?: boolean;
  readonly seed: number;
  readonly threads?: number;
  readonly out?: string;
  readonly fresh?: boolean;
  readonly json?: boolean;
};

/** @throws MullError what `trainRewardModel` throws; `aborted` where it was stopped: the same command goes on from there */
export async function rewardModelCommand(options: RewardCommandOptions, terminal: Terminal): Promise<void> {
  const { model, quick = false, seed, threads, fresh = false, json = false, out, ...asked } = options;
  const plan = { ...REWARD_PLANS[quick ? "quick" : "default"], ...given(asked) };
  const name = model.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^-|-$/g, "");
  const dir = resolve(out ?? join("runs", `reward-model-${name}-${plan.kind}-seed${seed}${quick ? "-quick" : ""}`));
  const status = new StatusLine(terminal);
  const say = (line: string): void => (status.visible ? status.keep(line) : terminal.note(line));
  const stop = interruptible(() => say("stopping: what is done is saved (Ctrl-C again exits at once)"));
  try {
    const report = await trainRewardModel(
      { model, plan, seed, out: dir, fresh, now: () => new Date(), ...(threads === undefined ? {} : { threads }) },
      { signal: stop.signal, onProgress: follow(status, say) },
    );
    status.clear();
    if (json) {
      terminal.print(JSON.stringify(report));
      return;
    }
    for (const line of summary(report, terminal)) terminal.print(line);
    const { reportHtml, reportJson, figurePng } = runPaths(dir);
    for (const file of [reportHtml, reportJson, figurePng]) terminal.print(shownPath(file));
  } finally {
    status.clear();
    stop.release();
  }
}

/** Without what was not asked for. */
function given(asked: Partial<RewardPlan>): Partial<RewardPlan> {
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
}

/** A bar, and a line for each phase that begins. */
function follow(status: StatusLine, say: (line: string) => void): (phase: string, done: number, total: number) => void {
  let last = "";
  return (phase, done, total) => {
    if (phase !== last) say(phase);
    last = phase;
    status.show(`${bar(done / Math.max(1, total))}  ${phase}, ${fixed(done)} of ${fixed(total)}`);
  };
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
