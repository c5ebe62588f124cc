/**
 * A grid of strategies, budgets and seeds over the same problems. Every answer is in the journal when it is there, and a run
 * that was killed goes on with those that are not.
 */

import * as z from "zod";
import { MullError } from "../../core/errors.ts";
import type { Answer, Model } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { Rng } from "../../core/rng.ts";
import type { Journal } from "../../store/journal.ts";
import { readJournal } from "../../store/read-journal.ts";
import type { Contender } from "./names.ts";
import { chainsWithin, makeStrategy } from "./strategies.ts";
import type { BenchTask } from "./tasks.ts";

export type Cell = Contender & {
  /** Tokens a problem, at most. */
  readonly budget: number;
  readonly seed: number;
};

const count = z.number().int().nonnegative();

const solvedSchema = z.object({
  type: z.literal("solved"),
  cell: z.string(),
  problem: z.string(),
  answer: z.string().nullable(),
  correct: z.boolean(),
  calls: count,
  tokens: count,
  flops: z.number().nonnegative(),
  warnings: z.array(z.string()),
});

/** One problem in one cell. */
export type Solved = Omit<z.infer<typeof solvedSchema>, "type">;

export function cellName({ strategy, verified, budget, seed }: Cell): string {
  return `${contenderName({ strategy, verified })} @${budget} #${seed}`;
}

export function contenderName({ strategy, verified }: Contender): string {
  return `${strategy}${verified ? "+verifier" : ""}`;
}

/** Every cell of a grid, budget by budget, so that all strategies are there early. */
export function cellsOf(
  contenders: readonly Contender[],
  budgets: readonly number[],
  seeds: readonly number[],
): Cell[] {
  return seeds.flatMap((seed) =>
    budgets.flatMap((budget) => contenders.map((contender): Cell => ({ ...contender, budget, seed }))),
  );
}

/** What earlier processes have solved. */
export async function readSolved(journal: string): Promise<Solved[]> {
  const solved: Solved[] = [];
  for await (const event of readJournal(journal)) {
    const parsed = solvedSchema.safeParse(event);
    if (!parsed.success) continue;
    const { type: _, ...rest } = parsed.data;
    solved.push(rest);
  }
  return solved;
}

export type GridOptions = {
  readonly task: BenchTask;
  /** The model of one problem. */
  readonly modelFor: () => Model;
  /** Whether the money of the whole run is spent: an answer that was cut short for that is none. Default: never. */
  readonly isSpent?: () => boolean;
  readonly cells: readonly Cell[];
  readonly temperature: number;
  /** Problems that are worked on at once. */
  readonly concurrency: number;
  readonly signal?: AbortSignal;
};

/**
 * Solves what `done` does not hold, a problem at a time as places come free; an answer is in the journal before it is
 * given. Where one problem fails the others stop, and what they had is kept.
 *
 * @throws MullError what the model throws; `budget` where the run's is spent; `aborted` where the signal stopped it
 */
export async function solveGrid(
  options: GridOptions,
  journal: Journal,
  done: readonly Solved[],
  onSolved: (solved: Solved) => void,
): Promise<void> {
  const known = new Set(done.map(({ cell, problem }) => `${cell} ${problem}`));
  const jobs = options.cells
    .flatMap((cell) => options.task.problems.map((problem) => ({ cell, problem })))
    .filter(({ cell, problem }) => !known.has(`${cellName(cell)} ${problem.id}`))
    .values();
  const failed = new AbortController();
  const signal = options.signal === undefined ? failed.signal : AbortSignal.any([options.signal, failed.signal]);
  const worker = async (): Promise<void> => {
    for (const { cell, problem } of jobs) {
      signal.throwIfAborted();
      const solved = await solveOne(options, cell, problem, signal);
      if (options.isSpent?.() === true)
        throw new MullError("budget", "the budget of the run is spent", { hint: RAISE });
      journal.append({ type: "solved", ...solved });
      await journal.flush();
      onSolved(solved);
    }
  };
  const workers = Array.from({ length: options.concurrency }, () =>
    worker().catch((error: unknown) => {
      failed.abort();
      throw error;
    }),
  );
  const ended = await Promise.allSettled(workers);
  const errors = ended.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []));
  if (errors.length > 0) throw errors.find((error) => !isAbort(error)) ?? errors[0];
}

const RAISE = "every answer so far is kept: the same command with a greater budget goes on";

async function solveOne(
  { task, modelFor, temperature }: GridOptions,
  cell: Cell,
  problem: Problem,
  signal: AbortSignal,
): Promise<Solved> {
  const { strategy, verified, budget, seed } = cell;
  const { verifier, extract, setting } = task;
  const n = chainsWithin(strategy, budget, setting);
  const answer = await makeStrategy(strategy, { n, temperature, setting, verified }).solve(problem, {
    model: modelFor(),
    verifier,
    extract,
    budget: { maxTokens: budget },
    rng: new Rng(seed).split(contenderName(cell), budget, problem.id),
    signal,
  });
  return {
    cell: cellName(cell),
    problem: problem.id,
    answer: answer.answer,
    correct: await isCorrect(task, problem, answer),
    ...answer.usage,
    warnings: [...(answer.warnings ?? [])],
  };
}

async function isCorrect({ verifier }: BenchTask, problem: Problem, { text, verdict }: Answer): Promise<boolean> {
  if (text === "") return false;
  return (verdict ?? (await verifier.verify(problem, text))).status === "correct";
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || ("code" in error && error.code === "aborted"));
}
