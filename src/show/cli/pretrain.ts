/** `mull pretrain`: the base model of a task from nothing, and the gate it must pass. */

import { join } from "node:path";
import { passesGate } from "../pretrain/gate.ts";
import type { BaseTaskName } from "../pretrain/names.ts";
import { basePlan } from "../pretrain/plans.ts";
import { pretrainBase } from "../pretrain/pretrain-base.ts";
import { baseSummary } from "./base-summary.ts";
import { liveRun } from "./live-run.ts";
import { shownPath, type Terminal } from "./terminal.ts";

export type PretrainCommandOptions = {
  readonly task: BaseTaskName;
  readonly steps?: number;
  readonly seed: number;
  readonly out?: string;
  readonly fresh?: boolean;
  readonly port?: number;
  readonly web: boolean;
  readonly json?: boolean;
};

export async function pretrainCommand(options: PretrainCommandOptions, terminal: Terminal): Promise<void> {
  const { seed, steps, fresh = false, json = false } = options;
  const plan = basePlan(options.task, steps);
  const { task } = plan;
  const named = task.name === "countdown" ? "base" : `base-${task.name}`;
  const out = options.out ?? join("runs", `${named}-seed${seed}`);
  const result = await liveRun({ ...options, out, fresh }, terminal, (hooks) =>
    pretrainBase({ seed, out, fresh }, hooks, plan),
  );
  if (json) {
    const { thresholds } = task;
    terminal.print(JSON.stringify({ out, seed, ...result, thresholds, passed: passesGate(result, thresholds) }));
    return;
  }
  terminal.print();
  for (const line of baseSummary(result, task, terminal.paint)) terminal.print(line);
  terminal.print();
  terminal.print(`the model: ${shownPath(out)}`);
  terminal.print(`try it:    ${task.tryIt(shownPath(out))}`);
}
