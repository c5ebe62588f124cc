/** The benchmark's figures as text for people. */

import { table } from "../../src/show/cli/terminal.ts";
import type { GoalResult } from "../goals.ts";
import { isBusy, type Machine } from "../machine.ts";
import type { Spread } from "../spread.ts";
import { whole } from "../whole.ts";
import { SIDES, type Side } from "./sides.ts";
import type { GemmShare, TaskSummary } from "./summary.ts";

export type Report = {
  readonly machine: Machine;
  readonly model: string;
  readonly threads: number;
  readonly rounds: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly tasks: readonly TaskSummary[];
  /** Best rate of a 1024^3 product by library, GFLOP/s. */
  readonly gemm: Readonly<Record<string, number>>;
  readonly shares: readonly GemmShare[];
  readonly goals: readonly GoalResult<Side>[];
  /** Sides and tasks without figures, and why. */
  readonly absent: readonly string[];
  readonly disagreements: readonly string[];
};

const HEADINGS: Readonly<Record<Side, string>> = {
  mull: "Mull",
  eager: "PyTorch eager",
  compiled: "PyTorch compiled",
  generate: "generate",
};

const TASK_NAMES: Readonly<Record<string, string>> = {
  rows: "train, 32 full rows of 128",
  texts: "train, corpus texts",
};

export function renderTable(report: Report): string {
  const { machine, versions } = report;
  const lines = [
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; load ${machine.load.toFixed(2)} before`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", "),
    `${report.model}; ${report.threads} threads a side; medians of ${report.rounds} rounds, the sides in turn`,
    ...(isBusy(machine) ? ["The machine was busy when this began: these figures say little."] : []),
    "",
    "Tokens/s, and in brackets how many times as fast Mull is (least to greatest over rounds)",
    ...table([
      ["", ...SIDES.map((side) => HEADINGS[side])],
      ...report.tasks.map(({ task, rates, ratios }) => [
        TASK_NAMES[task] ?? task,
        ...SIDES.map((side) => cell(rates[side], ratios[side])),
      ]),
    ]),
    "",
    ...report.tasks.flatMap(({ task, notes }) =>
      SIDES.flatMap((side) =>
        notes[side] === undefined ? [] : [`${TASK_NAMES[task] ?? task}, ${HEADINGS[side]}: ${notes[side]}`],
      ),
    ),
    "",
    `A 1024^3 product, GFLOP/s: ${shown(report.gemm, whole)}`,
    ...report.shares.map(
      ({ task, gflops, shares }) =>
        `${TASK_NAMES[task] ?? task}: Mull computes ${whole(gflops)} GFLOP/s of matrix products, of that rate ${shown(shares, (share) => share.toFixed(2))}`,
    ),
    ...report.goals.map(
      ({ task, peers, ratio, goal, verdict }) =>
        `${TASK_NAMES[task] ?? task}: ${ratio.toFixed(2)} times ${peers.length > 1 ? "the faster PyTorch" : peers[0]}, goal ${goal}: ${verdict}`,
    ),
    ...report.absent,
    ...report.disagreements.map((line) => `NOT THE SAME WORK: ${line}`),
  ];
  return lines.join("\n");
}

function shown(values: Readonly<Record<string, number>>, format: (value: number) => string): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${format(value)}`)
    .join(", ");
}

function cell(rate: Spread | undefined, ratio: Spread | undefined): string {
  if (rate === undefined) return "-";
  if (ratio === undefined) return whole(rate.median);
  return `${whole(rate.median)} (${ratio.median.toFixed(2)}; ${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)})`;
}
