/** The benchmark's figures as text for people. */

import { table } from "../../src/show/cli/terminal.ts";
import type { GoalResult } from "../goals.ts";
import { isBusy, type Machine } from "../machine.ts";
import type { Summary } from "../rounds.ts";
import type { Spread } from "../spread.ts";
import { whole } from "../whole.ts";
import { SIDES, type Side } from "./sides.ts";
import type { Task } from "./workload.ts";

export type Report = {
  readonly machine: Machine;
  readonly rounds: number;
  readonly versions: Readonly<Record<string, string>>;
  /** What a turn at each task was. */
  readonly work: Readonly<Record<Task, string>>;
  readonly tasks: readonly Summary<Side>[];
  /** Nodes that `mcts` expands a second. */
  readonly nodes: Spread | null;
  readonly goals: readonly GoalResult<Side>[];
  /** Sides and tasks without figures, and why. */
  readonly absent: readonly string[];
  readonly disagreements: readonly string[];
};

const NAMES: Readonly<Record<Side, string>> = {
  mull: "Mull",
  optillm: "optillm self-consistency",
  "optillm-n": "optillm majority voting",
  its_hub: "its_hub self-consistency",
  treequest: "TreeQuest ABMCTSA",
  decoder: "the decoder, sampling",
  replay: "the decoder, same requests",
};

const UNITS: Readonly<Record<Task, string>> = {
  "best-of-16": "completions/s",
  "ab-mcts": "nodes/s",
  mcts: "tokens/s",
};

export function renderTable(report: Report): string {
  const { machine, versions } = report;
  const lines = [
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; load ${machine.load.toFixed(2)} before`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", "),
    `medians of ${report.rounds} rounds, the sides in turn; ratios are Mull's rate over the other (least to greatest over rounds)`,
    ...(isBusy(machine) ? ["The machine was busy when this began: these figures say little."] : []),
    ...report.tasks.flatMap((summary) => ["", `${summary.task}: ${workOf(report, summary.task)}`, ...tableOf(summary)]),
    ...(report.nodes === null ? [] : [`mcts expands ${whole(report.nodes.median)} nodes/s`]),
    "",
    ...report.goals.map(
      ({ task, peers, ratio, goal, verdict }) =>
        `${task}: ${ratio.toFixed(2)} times ${peers.map((peer) => NAMES[peer]).join(", ")}, goal ${goal}: ${verdict}`,
    ),
    ...report.absent,
    ...report.disagreements.map((line) => `NOT THE SAME WORK: ${line}`),
  ];
  return lines.join("\n");
}

function workOf({ work }: Report, task: string): string {
  return work[task as Task];
}

function tableOf({ task, rates, ratios, notes }: Summary<Side>): string[] {
  const done = SIDES.filter((side) => rates[side] !== undefined);
  return table([
    ["", UNITS[task as Task], "ratio", ""],
    ...done.map((side) => [
      NAMES[side],
      whole((rates[side] as Spread).median),
      ratios[side] === undefined ? "" : shown(ratios[side]),
      notes[side] ?? "",
    ]),
  ]);
}

function shown({ median, min, max }: Spread): string {
  return `${median.toFixed(2)} (${min.toFixed(2)}-${max.toFixed(2)})`;
}
