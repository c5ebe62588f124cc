/** `mull bench`: strategies beside each other on the same problems, at the same budgets. */

import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { MullError } from "../../core/errors.ts";
import { openAddress, parseAddress } from "../../model/address.ts";
import { runPaths } from "../../store/run-folder.ts";
import { counted, duration, fixed, intervalText, percent, significant } from "../report/format.ts";
import { type BenchProgress, bench } from "../strategy-bench/bench.ts";
import type { Contender, Prompting } from "../strategy-bench/names.ts";
import { findings } from "../strategy-bench/page.ts";
import type { BenchResult } from "../strategy-bench/result.ts";
import { loadTask } from "../strategy-bench/tasks.ts";
import { interruptible } from "./interrupt.ts";
import { type PriceOptions, priceOf } from "./price.ts";
import { bar } from "./progress.ts";
import { tellWarnings } from "./run-warnings.ts";
import { StatusLine } from "./status-line.ts";
import { remark, shownPath, type Terminal, table } from "./terminal.ts";

export type BenchCommandOptions = PriceOptions & {
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

/**
 * @throws MullError `usage` for options that do not go together, `input` for a file that holds no questions, what `bench`
 * throws, and `aborted` where it was stopped: the same command goes on from there
 */
export async function benchCommand(options: BenchCommandOptions, terminal: Terminal): Promise<void> {
  const { problems, shots, concurrency, maxDollars, fresh, temperature } = options;
  checkTogether(options);
  const task = await loadTask(options.tasks, {
    prompting: options.prompt,
    ...(problems === undefined ? {} : { problems }),
    ...(shots === undefined ? {} : { shots }),
  });
  const price = priceOf(options);
  const dir = resolve(options.out ?? join("runs", `bench-${basename(task.name, ".jsonl")}-${safe(options.model)}`));
  const opened = await openAddress(options.model, { threads: availableParallelism() });
  if (opened.notice !== undefined) remark(terminal, opened.notice);
  const stop = interruptible();
  const status = new StatusLine(terminal);
  const endWarnings = tellWarnings(terminal, status);
  try {
    const result = await bench({
      task,
      model: opened.model,
      contenders: options.strategy,
      budgets: options.budget,
      seeds: Array.from({ length: options.seeds }, (_, i) => i + 1),
      temperature,
      price,
      dir,
      now: () => new Date(),
      signal: stop.signal,
      onProgress: follow(status, terminal),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(maxDollars === undefined ? {} : { maxDollars }),
      ...(fresh === undefined ? {} : { fresh }),
    });
    status.clear();
    if (options.json === true) terminal.print(JSON.stringify(result));
    else for (const line of summary(result, runPaths(dir).reportHtml, terminal)) terminal.print(line);
  } catch (error) {
    throw stop.signal.aborted ? stoppedBy(error) : error;
  } finally {
    status.clear();
    endWarnings();
    stop.release();
    await opened.close();
  }
}

/** Mull's own models know the words of Countdown and no others, and no others know what it asks. */
function checkTogether({ tasks, model }: BenchCommandOptions): void {
  const own = parseAddress(model).kind === "local";
  if (own === (tasks === "countdown")) return;
  throw new MullError(
    "usage",
    `${own ? "a model of Mull's own" : model} cannot be asked ${own ? tasks : "countdown"}`,
    {
      hint: own
        ? "name a model on a server: --model http://host/v1#model or provider/model"
        : "give a file of questions: --tasks questions.jsonl",
    },
  );
}

/** A bar where it can be redrawn, else a line at each tenth. */
function follow(status: StatusLine, terminal: Terminal): (progress: BenchProgress) => void {
  const began = performance.now();
  let tenth: number | null = null;
  return ({ done, earlier, total, dollars }) => {
    const rate = (done - earlier) / Math.max(1e-3, (performance.now() - began) / 1000);
    const remaining = rate > 0 ? `, ${duration((total - done) / rate)} left` : "";
    const cost = dollars > 0 ? `  $${fixed(dollars, 2)}` : "";
    status.show(`${bar(done / total)}  ${fixed(done)}/${fixed(total)} answers${remaining}${cost}`);
    const tenths = Math.floor((10 * done) / total);
    if (!status.visible && tenth !== null && tenths > tenth) {
      terminal.note(`${fixed(done)} of ${fixed(total)} answers${remaining}`);
    }
    tenth = tenths;
  };
}

function stoppedBy(cause: unknown): MullError {
  const hint = "the same command goes on from there";
  return new MullError("aborted", "stopped; every answer so far is kept", { hint, cause });
}

function safe(address: string): string {
  return address.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^-|-$/g, "");
}

function summary(result: BenchResult, report: string, { paint }: Terminal): string[] {
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
    "",
    `written   ${shownPath(report)}`,
  ];
}
