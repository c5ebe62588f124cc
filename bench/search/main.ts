/**
 * Mull's searches beside optillm, its_hub and TreeQuest, and beside its own decoder, in one run.
 *
 * Every side does the same work (workload.ts) in a process of its own. A task is prepared on all sides, warm-up outside
 * the clock; then the sides take turns at it, their order turned round from round to round. A ratio is taken within a round,
 * and the median over rounds is what counts. The chains of `best-of-16` come from a scripted server, a process too, that
 * answers at once and counts: the benchmark fails where a side had another number of completions than it says, came to other
 * answers, or made other nodes or tokens than the others.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { wholeNumber } from "../../src/show/cli/options.ts";
import { judgeGoals } from "../goals.ts";
import { describeMachine } from "../machine.ts";
import { type Reply, takeTurns } from "../side-process.ts";
import { GOALS } from "./goals.ts";
import type { Measurement } from "./side-result.ts";
import { DOES, type SearchSide, type ServerSide, SIDES, type Side, startServer, startSide } from "./sides.ts";
import { disagreements, miscount, nodeRate, type RoundResult, summarise, tasksOf } from "./summary.ts";
import { type Report, renderTable } from "./table.ts";
import { makeQuestions, TASKS, type Task, type Workload, writeWorkload } from "./workload.ts";

type Options = {
  readonly rounds: number;
  readonly quick: boolean;
  readonly json: boolean;
  readonly threads: number;
  readonly only?: Side[];
  readonly tasks?: Task[];
};

const program = new Command("bench:search")
  .description(
    "Completions, nodes and tokens a second of Mull's searches beside optillm, its_hub, TreeQuest and the decoder.",
  )
  .option("--rounds <n>", "turns of every side at every task", wholeNumber(1, 100), 5)
  .option("--quick", "one short round, to see that everything works; its figures are rough", false)
  .option("--threads <n>", "threads that the model computes with", wholeNumber(1, 64), describeMachine().cores)
  .addOption(new Option("--only <sides...>", "leave the other sides out").choices(SIDES))
  .addOption(new Option("--tasks <tasks...>", "leave the other tasks out").choices(TASKS))
  .option("--json", "print the result as JSON, for programs", false)
  .addHelpText(
    "after",
    "\nMULL_PYTHON names a Python with optillm, its_hub[lm] and treequest (default: python3). What it lacks is left out.\n",
  );

program.parse();
const options = program.opts<Options>();
const report = await run(options);
console.log(options.json ? JSON.stringify(report, null, 2) : renderTable(report));
if (report.disagreements.length > 0) process.exitCode = 1;

async function run({
  quick,
  threads,
  only = [...SIDES],
  tasks: asked = [...TASKS],
  ...rest
}: Options): Promise<Report> {
  const machine = describeMachine();
  const folder = await mkdtemp(join(tmpdir(), "mull-bench-"));
  using server = startServer();
  const sides: SearchSide[] = [];
  try {
    const workload = makeWorkload(await urlOf(server), quick, threads);
    writeWorkload(folder, workload);
    const tasks = tasksOf(only, asked);
    const absent: string[] = [];
    const differing: string[] = [];
    const rounds = Array.from({ length: quick ? 1 : rest.rounds }, (): RoundResult => ({}));
    for (const side of SIDES.filter((name) => only.includes(name) && DOES[name].some((task) => tasks.includes(task)))) {
      const process = startSide(side, folder);
      sides.push(process);
      const about = await process.about();
      if ("absent" in about) absent.push(`${side} left out: ${about.absent}`);
      else for (const round of rounds) round[side] = { ...about.value, measurements: [] };
    }
    for (const task of tasks) {
      const start = performance.now();
      const able = sides.filter(({ side }) => rounds[0]?.[side] !== undefined && DOES[side].includes(task));
      const turn = task === "best-of-16" ? countedBy(server, differing) : undefined;
      await takeTurns(able, task, rounds, absent, turn);
      process.stderr.write(`${task}: ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
    }
    const summaries = summarise(rounds, tasks);
    return {
      ...{ machine, rounds: rounds.length, work: describeWork(workload), tasks: summaries },
      versions: Object.assign({}, ...rounds.flatMap((round) => Object.values(round).map(({ versions }) => versions))),
      nodes: nodeRate(rounds),
      goals: judgeGoals(summaries, GOALS),
      absent,
      disagreements: [...new Set(differing), ...disagreements(rounds, tasks)],
    };
  } finally {
    for (const side of sides) side[Symbol.dispose]();
    await rm(folder, { recursive: true, force: true });
  }
}

function makeWorkload(server: string, quick: boolean, threads: number): Workload {
  return {
    server,
    questions: makeQuestions(quick ? 100 : 1000),
    ...{ n: 16, questionsAtOnce: 8, nodes: 200, seconds: quick ? 1 : 4 },
    ...{ searches: quick ? 64 : 128, searchesAtOnce: 64, budget: quick ? 256 : 512, threads },
  };
}

function describeWork({
  questions,
  n,
  questionsAtOnce,
  nodes,
  searches,
  searchesAtOnce,
  budget,
  threads,
}: Workload): Report["work"] {
  return {
    "best-of-16": `${questions.length} questions, ${n} chains each from a server that answers at once, ${questionsAtOnce} questions at once`,
    "ab-mcts": `searches of ${nodes} nodes, answers and scores at once`,
    mcts: `${searches} puzzles of Countdown, ${searchesAtOnce} at once, ${budget} tokens each, ${threads} threads`,
  };
}

async function urlOf(server: ServerSide): Promise<string> {
  const about = await server.about();
  if ("absent" in about) throw new Error(`the scripted server cannot be started: ${about.absent}`);
  return about.value.url;
}

/** Turns whose completions the server counts. */
function countedBy(server: ServerSide, differing: string[]): (side: SearchSide) => Promise<Reply<Measurement>> {
  return async (side) => {
    await server.turn(); // what was asked before the clock started
    const reply = await side.turn();
    const served = await server.turn();
    if ("absent" in served) return served;
    if ("absent" in reply) return reply;
    const different = miscount(side.side, reply.value, served.value);
    if (different !== null) differing.push(different);
    return { value: { ...reply.value, note: `${served.value.requests} requests` } };
  };
}
