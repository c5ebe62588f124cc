/**
 * Mull's engine beside PyTorch and transformers, on the shipped configuration, in one run.
 *
 * Every side does the same tasks (workload.ts) in a process of its own. A task is prepared on all sides, warm-up and
 * compilation outside the clock; then the sides take turns at it, a few seconds each, their order turned round from
 * round to round. A ratio is taken within a round, so between neighbours in time, and the median over rounds is what
 * counts: the speed of a machine that others share drifts within minutes. Each side also reports a loss or a mean
 * log-probability, and the benchmark fails where they differ: then the sides have not done the same work.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { parameterCount } from "../../src/engine/transformer.ts";
import { wholeNumber } from "../../src/show/cli/options.ts";
import { describeMachine } from "../machine.ts";
import { takeTurns } from "../side-process.ts";
import { goalsOf } from "./goals.ts";
import { profile, renderProfile } from "./profile.ts";
import type { About, Measurement } from "./side-result.ts";
import { type EngineSide, SIDES, type Side, startSide } from "./sides.ts";
import { disagreements, gemmRates, gemmShares, type Round, summarise } from "./summary.ts";
import { type Report, renderTable } from "./table.ts";
import { flopsPerToken, makeWorkload, tasksOf, type Workload, writeWorkload } from "./workload.ts";

type Options = {
  readonly rounds: number;
  readonly quick: boolean;
  readonly json: boolean;
  readonly profile: boolean;
  readonly threads: number;
  readonly only?: Side[];
};

const program = new Command("bench:engine")
  .description("Training and sampling tokens/s of Mull's engine beside PyTorch and transformers.")
  .option("--rounds <n>", "turns of every side at every task", wholeNumber(1, 100), 5)
  .option("--quick", "one short round, to see that everything works; its figures are rough", false)
  .option("--threads <n>", "threads that each side computes with", wholeNumber(1, 64), describeMachine().cores)
  .addOption(new Option("--only <sides...>", "leave the other sides out").choices(SIDES))
  .option("--profile", "instead, Mull's own training and decode step, operator by operator", false)
  .option("--json", "print the result as JSON, for programs", false)
  .addHelpText("after", "\nMULL_PYTHON names a Python with torch and transformers (default: python3).\n");

program.parse();
const options = program.opts<Options>();
if (options.profile) {
  const profiles = await profile();
  console.log(options.json ? JSON.stringify(profiles, null, 2) : profiles.map(renderProfile).join("\n\n"));
} else {
  const report = await run(options);
  console.log(options.json ? JSON.stringify(report, null, 2) : renderTable(report));
  if (report.disagreements.length > 0) process.exitCode = 1;
}

async function run({ quick, threads, only = [...SIDES], ...rest }: Options): Promise<Report> {
  const machine = describeMachine();
  const workload = makeWorkload({
    texts: quick ? 400 : 2000,
    batches: quick ? [256] : [64, 256, 384],
    seconds: quick ? 1 : 4,
    threads,
  });
  const folder = await mkdtemp(join(tmpdir(), "mull-bench-"));
  const sides: EngineSide[] = [];
  try {
    writeWorkload(folder, workload);
    const absent: string[] = [];
    const rounds = Array.from({ length: quick ? 1 : rest.rounds }, (): RoundResult => ({}));
    for (const side of SIDES.filter((name) => only.includes(name))) {
      const process = startSide(side, folder, threads);
      sides.push(process);
      const about = await process.about();
      if ("absent" in about) absent.push(`${side} left out: ${about.absent}`);
      else for (const round of rounds) round[side] = { ...about.value, measurements: [] };
    }
    for (const task of tasksOf(workload)) {
      const start = performance.now();
      const able = sides.filter(({ side }) => rounds[0]?.[side] !== undefined && does(side, task));
      await takeTurns(able, task, rounds, absent);
      progress(`${task}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
    }

    return reportOf(rounds, workload, machine, absent);
  } finally {
    for (const side of sides) side[Symbol.dispose]();
    await rm(folder, { recursive: true, force: true });
  }
}

type RoundResult = Partial<Record<Side, About & { readonly measurements: Measurement[] }>>;

/** `generate` only samples. */
function does(side: Side, task: string): boolean {
  return side !== "generate" || task.startsWith("sample");
}

function reportOf(
  rounds: readonly Round[],
  workload: Workload,
  machine: Report["machine"],
  absent: readonly string[],
): Report {
  const { config } = workload;
  const tasks = summarise(rounds, tasksOf(workload));
  const gemm = gemmRates(rounds);
  const flops = {
    rows: flopsPerToken(config, workload.rows.flat()),
    texts: flopsPerToken(config, workload.pool),
  };
  return {
    machine,
    model: `${(parameterCount(config) / 1e6).toFixed(2)}M parameters, ${config.layers} layers, width ${config.width}, ${config.heads} heads, ${config.kvHeads} key/value head(s), float32`,
    threads: workload.threads,
    rounds: rounds.length,
    versions: Object.assign({}, ...rounds.flatMap((round) => Object.values(round).map(({ versions }) => versions))),
    tasks,
    gemm,
    shares: gemmShares(tasks, flops, gemm),
    goals: goalsOf(tasks),
    absent,
    disagreements: disagreements(rounds, tasksOf(workload)),
  };
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
