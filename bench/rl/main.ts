/**
 * One step of reinforcement, sampled, verified and trained, in Mull and in TRL's GRPOTrainer, in one run.
 *
 * The setting is that of `mull reproduce`: 32 puzzles, 16 chains each of at most 384 tokens, two updates. Every side has a
 * process of its own, the same weights, puzzles and threads. They take turns, a step each, their order turned round from
 * round to round; a ratio is taken within a round, and the median over rounds is what counts. A turn begins with the task's
 * weights again: those of the base model, and those of the trained one, whose chains are longer. The benchmark fails where a
 * side's chains are not as long, or not as often right, as Mull's.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { wholeNumber } from "../../src/show/cli/options.ts";
import { table } from "../../src/show/cli/terminal.ts";
import { describeMachine, isBusy } from "../machine.ts";
import { takeTurns } from "../side-process.ts";
import { whole } from "../whole.ts";
import type { Measurement } from "./side-result.ts";
import { type RlSide, SIDES, type Side, startSide } from "./sides.ts";
import { disagreements, goalsOf, summarise } from "./summary.ts";
import { makeWorkload, TASKS, type Task, writeWorkload } from "./workload.ts";

const program = new Command("bench:rl")
  .description("Rollouts a second of a whole step of reinforcement in Mull and in TRL's GRPOTrainer.")
  .option("--rounds <n>", "steps of every side in every task", wholeNumber(1, 100), 3)
  .option("--problems <n>", "puzzles of a step, 16 chains each", wholeNumber(16, 1024), 32)
  .option("--threads <n>", "threads that each side computes with", wholeNumber(1, 64), describeMachine().cores)
  .addOption(new Option("--only <sides...>", "leave the other sides out").choices(SIDES))
  .addOption(new Option("--tasks <tasks...>", "leave the other tasks out").choices(TASKS))
  .option("--json", "print the result as JSON, for programs", false)
  .addHelpText("after", "\nMULL_PYTHON names a Python with torch, transformers and trl (default: python3).\n");
program.parse();
const {
  json,
  only = SIDES,
  tasks = TASKS,
  ...options
} = program.opts<{
  rounds: number;
  problems: number;
  threads: number;
  only?: Side[];
  tasks?: Task[];
  json: boolean;
}>();

const machine = describeMachine();
const folder = await mkdtemp(join(tmpdir(), "mull-bench-"));
const absent: string[] = [];
const rounds = Array.from({ length: options.rounds }, () => {
  return Object.fromEntries(SIDES.map((side) => [side, { measurements: [] as Measurement[] }])) as Record<
    Side,
    { measurements: Measurement[] }
  >;
});
let versions: Record<string, string> = {};
const able: RlSide[] = [];
try {
  writeWorkload(folder, await makeWorkload(options.threads, options.rounds, options.problems));
  for (const side of SIDES.filter((name) => only.includes(name))) {
    const started = startSide(side, folder, options.threads);
    able.push(started);
    const about = await started.about();
    if ("absent" in about) absent.push(`${side} left out: ${about.absent}`);
    else versions = { ...versions, ...about.value.versions };
  }
  for (const task of tasks) {
    const present = able.filter(({ side }) => !absent.some((line) => line.startsWith(`${side} left out`)));
    await takeTurns(present, task, rounds, absent, async (side) => {
      const reply = await side.turn();
      if ("value" in reply) process.stderr.write(`${task}, ${side.side}: ${reply.value.seconds.toFixed(1)} s\n`);
      return reply;
    });
  }
} finally {
  for (const side of able) side[Symbol.dispose]();
  await rm(folder, { recursive: true, force: true });
}

const summaries = summarise(rounds, tasks);
const goals = goalsOf(summaries);
const notTheSame = disagreements(summaries);
if (json) {
  const steps = rounds.map((round) => Object.fromEntries(SIDES.map((side) => [side, round[side].measurements])));
  console.log(
    JSON.stringify(
      { machine, versions, ...options, summaries, goals, absent, disagreements: notTheSame, steps },
      null,
      2,
    ),
  );
} else {
  for (const line of report()) console.log(line);
}
if (notTheSame.length > 0) process.exitCode = 1;

function report(): string[] {
  return [
    `${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; load ${machine.load.toFixed(2)} before`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", "),
    `${options.problems} puzzles a step, 16 chains each; ${options.threads} threads a side; medians of ${options.rounds} rounds, the sides in turn`,
    ...(isBusy(machine) ? ["The machine was busy when this began: these figures say little."] : []),
    ...summaries.flatMap(({ task, rollouts, tokens, sides }) => [
      "",
      `From the ${task} model on, one step`,
      ...table([
        ["", "rollouts/s", "tokens/s", "Mull over it", "step", "sampling", "verifying", "training", "tokens", "right"],
        ...SIDES.flatMap((side) => {
          const [rate, ratio, mean] = [rollouts.rates[side], rollouts.ratios[side], sides[side]];
          if (rate === undefined || mean === undefined) return [];
          const over =
            ratio === undefined ? "" : `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)})`;
          const { sample, verify, train } = mean.parts;
          return [
            [
              ...[side, rate.median.toFixed(1), whole(tokens.rates[side]?.median ?? 0), over],
              ...[mean.seconds, sample].map((seconds) => `${seconds.toFixed(1)} s`),
              ...[
                `${verify.toFixed(2)} s`,
                `${train.toFixed(1)} s`,
                mean.meanTokens.toFixed(1),
                mean.reward.toFixed(3),
              ],
            ],
          ];
        }),
      ]),
      ...Object.entries(rollouts.notes).map(([side, note]) => `${side}: ${note}`),
    ]),
    "",
    ...goals.map(
      ({ task, ratio, goal, verdict }) =>
        `${task}: ${ratio.toFixed(2)} times the rollouts/s of TRL's faster setting, goal ${goal}: ${verdict}`,
    ),
    ...absent,
    ...notTheSame.map((line) => `NOT THE SAME WORK: ${line}`),
  ];
}
