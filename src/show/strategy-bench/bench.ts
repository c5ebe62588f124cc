/**
 * A bench: strategies beside each other on the same problems at the same budgets, in a run that can be stopped at any moment and
 * goes on. A run is the same run while its problems, its model and its sampling are; contenders, budgets and seeds may be added.
 */

import { createHash } from "node:crypto";
import { addCosts, NO_COST } from "../../core/budget.ts";
import { MullError } from "../../core/errors.ts";
import type { Model } from "../../core/interfaces.ts";
import { EmbeddedModel } from "../../model/embedded.ts";
import { Meter } from "../../model/meter.ts";
import { metered, type Price } from "../../model/metered.ts";
import { NO_RECORDING, type Recording, readRecording, recorded } from "../../model/recorded.ts";
import { sharedPrefixFlops } from "../../model/shared-prefix-flops.ts";
import { exists } from "../../store/atomic.ts";
import { openRun, type Run } from "../../store/run-folder.ts";
import { readVersions } from "../job/versions.ts";
import { rasterise } from "../report/figure.ts";
import { fixed } from "../report/format.ts";
import { type Cell, cellName, cellsOf, readSolved, type Solved, solveGrid } from "./grid.ts";
import type { Contender } from "./names.ts";
import { benchFigure, benchHtml } from "./page.ts";
import { type BenchResult, pointsOf, warningsOf } from "./result.ts";
import type { BenchTask } from "./tasks.ts";

export type BenchProgress = {
  /** Answers, of this grid: so far, of them by earlier processes, and in all. */
  readonly done: number;
  readonly earlier: number;
  readonly total: number;
  readonly dollars: number;
};

export type BenchOptions = {
  readonly task: BenchTask;
  readonly model: Model;
  readonly contenders: readonly Contender[];
  /** Tokens a problem. */
  readonly budgets: readonly number[];
  readonly seeds: readonly number[];
  /** Default 1. */
  readonly temperature?: number;
  /** Problems at once. Default 16 with an own model, else 8. */
  readonly concurrency?: number;
  readonly price?: Price;
  /** For the whole run, what earlier processes spent included. */
  readonly maxDollars?: number;
  /** Folder of the run. */
  readonly dir: string;
  /** Starts over. Default false. */
  readonly fresh?: boolean;
  /** The clock, for when the run was made. */
  readonly now: () => Date;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: BenchProgress) => void;
};

/** Enough to fill the decoder of an own model, few enough for a server's patience. */
const OWN_CONCURRENCY = 16;
const SERVER_CONCURRENCY = 8;

/**
 * Solves what is not solved yet and leaves report.json, report.html, figure.svg and figure.png in the run's folder.
 *
 * @throws MullError `usage` where the folder holds another run, `budget` where the dollars are spent, `store`, what the model
 * throws, and `aborted`: every answer so far is kept
 * @example
 * import { openModel } from "../../model/open.ts";
 * import { loadTask } from "./tasks.ts";
 * const model = await openModel("base", { threads: 1 });
 * const task = await loadTask("countdown", { problems: 2, prompting: "direct" });
 * const contenders = [{ strategy: "majority", verified: false }] as const;
 * const options = { task, model, contenders, budgets: [64], seeds: [1], dir: "/tmp/bench", now: () => new Date() };
 * const { points } = await bench(options);
 * await model.engine.close();
 * points.length; // 1
 */
export async function bench(options: BenchOptions): Promise<BenchResult> {
  const { task, model, budgets, seeds, contenders, price = {}, maxDollars, signal, temperature = 1 } = options;
  const cells = cellsOf(contenders, budgets, seeds);
  const own = model instanceof EmbeddedModel;
  await using run = await openRun(options.dir, {
    config: { task: task.name, problems: digestOf(task), model: model.name, temperature },
    seed: 1,
    versions: readVersions(),
    resume: options.fresh !== true,
    journal: "keep",
    now: options.now,
  });
  const known = await exists(run.paths.journal);
  const names = new Set(cells.map(cellName));
  const earlier = known ? (await readSolved(run.paths.journal)).filter(({ cell }) => names.has(cell)) : [];
  const recording = own || !known ? NO_RECORDING : await readRecording(run.paths.journal);
  const paid = costOf(recording, price);
  using meter = new Meter(maxDollars === undefined ? {} : { dollars: left(maxDollars, paid) });
  const solved = [...earlier];
  const progress = (): void =>
    options.onProgress?.({
      done: solved.length,
      earlier: earlier.length,
      total: cells.length * task.problems.length,
      dollars: paid + meter.spent.dollars,
    });
  progress();
  const grid = {
    task,
    modelFor: modelsOf(model, run, recording, meter, price),
    isSpent: () => meter.refused > 0,
    cells,
    temperature,
    concurrency: options.concurrency ?? (own ? OWN_CONCURRENCY : SERVER_CONCURRENCY),
    ...(signal === undefined ? {} : { signal }),
  };
  await solveGrid(grid, run.journal, earlier, (one) => {
    solved.push(one);
    progress();
  });
  const result = resultOf(options, cells, solved, paid + meter.spent.dollars);
  await write(run, result);
  return result;
}

/** Of all that an answer depends on but the model: another file of questions is another run. */
function digestOf({ problems }: BenchTask): string {
  return createHash("sha256").update(JSON.stringify(problems)).digest("base64url").slice(0, 22);
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
  { task, model, seeds }: BenchOptions,
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
    model: model.name,
    problems: task.problems.length,
    seeds,
    points: pointsOf(cells, ids, solved),
    spent,
    warnings: warningsOf(solved),
    versions: readVersions(),
  };
}

async function write(run: Run, result: BenchResult): Promise<void> {
  const svg = benchFigure(result);
  await run.writeFile("report.json", `${JSON.stringify(result, null, 2)}\n`);
  await run.writeFile("figure.svg", svg);
  await run.writeFile("figure.png", rasterise(svg));
  await run.writeFile("report.html", benchHtml(result));
}
