/** `mull bench`: strategies beside each other on the same problems, at the same budgets. */

import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { addCosts, NO_COST } from "../../core/budget.ts";
import { MullError } from "../../core/errors.ts";
import type { Model } from "../../core/interfaces.ts";
import { openAddress, parseAddress } from "../../model/address.ts";
import { EmbeddedModel } from "../../model/embedded.ts";
import { Meter } from "../../model/meter.ts";
import { metered, type Price } from "../../model/metered.ts";
import { NO_RECORDING, type Recording, readRecording, recorded } from "../../model/recorded.ts";
import { sharedPrefixFlops } from "../../model/shared-prefix-flops.ts";
import { exists } from "../../store/atomic.ts";
import { openRun, type Run, runPaths } from "../../store/run-folder.ts";
import { benchFigure } from "../compare/figure.ts";
import { type Cell, cellsOf, readSolved, type Solved, solveGrid } from "../compare/grid.ts";
import { benchHtml, findings } from "../compare/page.ts";
import { type BenchResult, pointsOf, warningsOf } from "../compare/result.ts";
import { type BenchTask, loadTask } from "../compare/tasks.ts";
import { rasterise } from "../report/figure.ts";
import { counted, duration, fixed, intervalText, percent, significant } from "../report/format.ts";
import { readVersions } from "../reproduce/versions.ts";
import { interruptible } from "./interrupt.ts";
import type { Contender, Prompting } from "./options.ts";
import { type PriceOptions, priceOf } from "./price.ts";
import { bar } from "./progress.ts";
import { StatusLine } from "./status-line.ts";
import { shownPath, type Terminal, table } from "./terminal.ts";

export type BenchOptions = PriceOptions & {
  readonly tasks: string;
  readonly problems?: number;
  readonly model: string;
  readonly strategy: readonly Contender[];
  readonly budget: readonly number[];
  readonly seeds: number;
  readonly temperature: number;
  readonly prompt: Prompting;
  readonly shots?: string;
  readonly concurrency?: number;
  readonly out?: string;
  readonly fresh?: boolean;
  readonly json?: boolean;
};

/** Problems at once: enough to fill the decoder of an own model, few enough for a server's patience. */
const OWN_CONCURRENCY = 16;
const SERVER_CONCURRENCY = 8;

/**
 * @throws MullError `usage` for options that do not go together, `input` for a file that holds no questions, what the model
 * throws, and `aborted` where it was stopped: the same command goes on from there
 */
export async function benchCommand(options: BenchOptions, terminal: Terminal): Promise<void> {
  const task = await loadTask(options.tasks, {
    prompting: options.prompt,
    ...(options.problems === undefined ? {} : { problems: options.problems }),
    ...(options.shots === undefined ? {} : { shots: options.shots }),
  });
  const price = priceOf(options);
  const cells = cellsOf(options.strategy, options.budget, seedsOf(options.seeds));
  const dir = resolve(options.out ?? join("runs", `bench-${basename(task.name, ".jsonl")}-${safe(options.model)}`));
  const opened = await openAddress(options.model, { threads: availableParallelism() });
  const local = parseAddress(options.model).kind === "local";
  const stop = interruptible();
  const status = new StatusLine(terminal);
  try {
    await using run = await openRun(dir, {
      config: configOf(options, task),
      seed: options.seeds,
      versions: readVersions(),
      resume: options.fresh !== true,
      journal: "keep",
      now: () => new Date(),
    });
    const earlier = (await exists(run.paths.journal)) ? await readSolved(run.paths.journal) : [];
    const solved = [...earlier];
    const recording = await recordingOf(run, local);
    const paid = costOf(recording, price);
    using meter = new Meter(options.maxDollars === undefined ? {} : { dollars: left(options.maxDollars, paid) });
    const modelFor = modelsOf(opened.model, run, recording, meter, price);
    const total = cells.length * task.problems.length;
    const began = performance.now();
    const show = (): void => {
      const rate = (solved.length - earlier.length) / Math.max(1e-3, (performance.now() - began) / 1000);
      const remaining = rate > 0 ? `, ${duration((total - solved.length) / rate)} left` : "";
      const cost = price.completion === undefined ? "" : `  $${fixed(paid + meter.spent.dollars, 2)}`;
      status.show(`${bar(solved.length / total)}  ${fixed(solved.length)}/${fixed(total)} answers${remaining}${cost}`);
    };
    show();
    let tenth = Math.floor((10 * solved.length) / total);
    const { temperature } = options;
    const concurrency = options.concurrency ?? (local ? OWN_CONCURRENCY : SERVER_CONCURRENCY);
    const grid = { task, modelFor, cells, temperature, concurrency, signal: stop.signal };
    await solveGrid(grid, run.journal, earlier, (one) => {
      solved.push(one);
      show();
      const tenths = Math.floor((10 * solved.length) / total);
      if (!status.visible && tenths > tenth) terminal.note(`${fixed(solved.length)} of ${fixed(total)} answers`);
      tenth = tenths;
    });
    status.clear();
    const result = resultOf(task, opened.name, options.seeds, cells, solved, paid + meter.spent.dollars);
    const files = await write(run, result);
    if (options.json === true) terminal.print(JSON.stringify(result));
    else for (const line of summary(result, files, meter, terminal)) terminal.print(line);
  } catch (error) {
    throw stop.signal.aborted ? stoppedBy(error) : error;
  } finally {
    status.clear();
    stop.release();
    await opened.close();
  }
}

function stoppedBy(cause: unknown): MullError {
  const hint = "the same command goes on from there";
  return new MullError("aborted", "stopped; every answer so far is kept", { hint, cause });
}

function seedsOf(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

function safe(address: string): string {
  return address.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^-|-$/g, "");
}

/** What must be the same for a run to go on. Strategies and budgets may be added. */
function configOf(options: BenchOptions, task: BenchTask): Record<string, string | number> {
  const { tasks, model, temperature, prompt, shots = "" } = options;
  return { tasks, problems: task.problems.length, model, temperature, prompt, shots };
}

/** Own models compute an answer again as fast as it can be looked up; a server's completions are kept one by one. */
async function recordingOf(run: Run, local: boolean): Promise<Recording> {
  return local || !(await exists(run.paths.journal)) ? NO_RECORDING : readRecording(run.paths.journal);
}

function costOf({ completions }: Recording, price: Price): number {
  let dollars = 0;
  for (const { usage } of completions.values()) {
    dollars += (price.prompt ?? 0) * usage.promptTokens + (price.completion ?? 0) * usage.completionTokens;
  }
  return dollars;
}

function left(most: number, paid: number): number {
  if (paid < most) return most - paid;
  throw new MullError("budget", `the budget of $${most} is spent: $${fixed(paid, 2)}`, {
    hint: "give a greater --max-dollars; what is answered is kept",
  });
}

/** A server's completions are recorded one by one; an own model's FLOPs are counted problem by problem. */
function modelsOf(model: Model, run: Run, recording: Recording, meter: Meter, price: Price): () => Model {
  if (model instanceof EmbeddedModel) return () => sharedPrefixFlops(model);
  const kept = recorded(metered(model, meter, price), run.journal, recording);
  return () => kept;
}

function resultOf(
  task: BenchTask,
  model: string,
  seeds: number,
  cells: readonly Cell[],
  solved: readonly Solved[],
  dollars: number,
): BenchResult {
  const spent = solved.reduce((sum, { calls, tokens, flops }) => addCosts(sum, { ...NO_COST, calls, tokens, flops }), {
    ...NO_COST,
    dollars,
  });
  const ids = task.problems.map(({ id }) => id);
  return {
    task: task.name,
    model,
    problems: task.problems.length,
    seeds: seedsOf(seeds),
    points: pointsOf(cells, ids, solved),
    spent,
    warnings: warningsOf(solved),
    versions: readVersions(),
  };
}

async function write(run: Run, result: BenchResult): Promise<string> {
  const svg = benchFigure(result);
  await run.writeFile("report.json", `${JSON.stringify(result, null, 2)}\n`);
  await run.writeFile("figure.svg", svg);
  await run.writeFile("figure.png", rasterise(svg));
  await run.writeFile("report.html", benchHtml(result));
  return runPaths(run.dir).reportHtml;
}

function summary(result: BenchResult, report: string, meter: Meter, { paint }: Terminal): string[] {
  const [head = "", ...body] = table([
    ["strategy", "budget", "accuracy", "95% interval", "no answer", "calls", "tokens"],
    ...result.points.map((p) => [
      p.name,
      fixed(p.budget),
      percent(p.accuracy),
      intervalText(p.ci),
      percent(p.abstained, 0),
      significant(p.calls),
      significant(p.tokens),
    ]),
  ]);
  const cut =
    meter.refused > 0 ? [`${counted(meter.refused, "call")} cut short or not made: the dollars are spent`] : [];
  return [
    `${result.model} on ${counted(result.problems, "problem")} of ${result.task}, ${counted(result.seeds.length, "seed")}`,
    "",
    paint("bold", head),
    ...body,
    "",
    ...findings(result),
    ...result.warnings
      .slice(0, 5)
      .map(({ name, warning, times }) => paint("dim", `${name}, ${counted(times, "time")}: ${warning}`)),
    ...cut,
    "",
    `written   ${shownPath(report)}`,
  ];
}
