/**
 * Mull's verifiers beside Math-Verify and HumanEval's reference executor, in one run, with as many processes each.
 *
 * The sides take turns, their order turned round from round to round; a ratio is taken within a round, and the median over rounds
 * is what counts. Every program runs in a fresh interpreter on all sides.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { wholeNumber } from "../../src/show/cli/options.ts";
import { table } from "../../src/show/cli/terminal.ts";
import { judgeGoals } from "../goals.ts";
import { describeMachine, isBusy } from "../machine.ts";
import { summariseTurns } from "../rounds.ts";
import { takeTurns } from "../side-process.ts";
import { DOES, type Measurement, SIDES, type Side, startSide } from "./sides.ts";
import { makeWorkload, TASKS, type Task, writeWorkload } from "./workload.ts";

const program = new Command("bench:verify")
  .description("Pairs and programs a second of Mull's verifiers beside Math-Verify and HumanEval's reference executor.")
  .option("--rounds <n>", "turns of every side at every task", wholeNumber(1, 100), 5)
  .option("--processes <n>", "processes or threads of every side", wholeNumber(1, 64), describeMachine().cores)
  .option("--pairs <n>", "pairs of answers in a turn", wholeNumber(22, 1_000_000), 1100)
  .option("--programs <n>", "programs in a turn", wholeNumber(1, 164), 40)
  .option(
    "--human-eval <file>",
    "HumanEval.jsonl.gz",
    join(import.meta.dirname, "../../../shared/data/HumanEval.jsonl.gz"),
  )
  .addOption(new Option("--only <tasks...>", "leave the other task out").choices(TASKS))
  .option("--json", "print the result as JSON, for programs", false)
  .addHelpText(
    "after",
    "\nMULL_PYTHON names a Python with math-verify, MULL_HUMAN_EVAL a checkout of openai/human-eval.\n",
  );
program.parse();
const options = program.opts<{
  rounds: number;
  processes: number;
  pairs: number;
  programs: number;
  humanEval: string;
  only?: Task[];
  json: boolean;
}>();

const folder = await mkdtemp(join(tmpdir(), "mull-bench-"));
const workload = makeWorkload(options.processes, options.pairs, options.programs, options.humanEval);
const path = writeWorkload(folder, workload);
const tasks = (options.only ?? TASKS).filter((task) => task === "math" || workload.programs.length > 0);
const absent: string[] =
  tasks.length < (options.only ?? TASKS).length ? [`${options.humanEval} is missing: no programs`] : [];
const rounds = Array.from({ length: options.rounds }, () => {
  return Object.fromEntries(SIDES.map((side) => [side, { measurements: [] as Measurement[] }])) as Record<
    Side,
    { measurements: Measurement[] }
  >;
});
const versions: Record<string, string> = {};
const sides = SIDES.filter((side) => DOES[side].some((task) => tasks.includes(task))).map((side) =>
  startSide(side, path),
);
try {
  const able: typeof sides = [];
  for (const side of sides) {
    const about = await side.about();
    if ("absent" in about) absent.push(`${side.side} is missing: ${about.absent}`);
    else {
      versions[side.side] = about.value.version;
      able.push(side);
    }
  }
  for (const task of tasks)
    await takeTurns(
      able.filter(({ side }) => DOES[side].includes(task)),
      task,
      rounds,
      absent,
    );
} finally {
  for (const side of sides) side[Symbol.dispose]();
  await rm(folder, { recursive: true, force: true });
}
const summaries = summariseTurns(rounds, tasks, SIDES, ({ items }) => items);
const goals = judgeGoals(summaries, [
  { task: "math", peers: ["math-verify"], least: 1, goal: 20 },
  { task: "code", peers: ["human-eval"], least: 1, goal: 1 },
]);
const machine = describeMachine();
if (options.json) console.log(JSON.stringify({ machine, versions, ...options, summaries, goals, absent }, null, 2));
else {
  console.log(
    `${machine.processor}, ${machine.cores} cores; ${options.processes} processes a side, medians of ${options.rounds} rounds`,
  );
  console.log(
    Object.entries(versions)
      .map(([side, version]) => `${side}: ${version}`)
      .join(", "),
  );
  if (isBusy(machine)) console.log("The machine was busy: these figures say little.");
  for (const { task, rates, ratios } of summaries) {
    console.log(
      `\n${task === "math" ? `${workload.pairs.length} pairs` : `${workload.programs.length} programs, each in a fresh interpreter`} a turn`,
    );
    const rows = SIDES.flatMap((side) => {
      const [rate, ratio] = [rates[side], ratios[side]];
      if (rate === undefined) return [];
      const last = rounds.at(-1)?.[side].measurements.find((each) => each.task === task);
      const compared =
        ratio === undefined ? "" : `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)})`;
      return [[side, rate.median.toFixed(1), compared, last === undefined ? "" : `${last.right} of ${last.items}`]];
    });
    for (const line of table([
      ["", task === "math" ? "pairs/s" : "programs/s", "Mull over it", "verdicts as they should be"],
      ...rows,
    ]))
      console.log(line);
  }
  for (const { task, ratio, goal, verdict } of goals)
    console.log(`${task}: ${ratio.toFixed(2)} times, goal ${goal}: ${verdict}`);
  for (const line of absent) console.log(line);
}
