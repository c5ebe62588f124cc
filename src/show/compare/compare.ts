/**
 * The comparison: every contender on every seed from one base, as many cells side by side as there are cores; then the map of
 * train-time against test-time compute for the best, and the report. Cells are runs of their own (cell.ts), so whatever is stopped
 * goes on where it was.
 */

import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { MullError } from "../../core/errors.ts";
import { BEHAVIOUR_NAMES, BEHAVIOURS } from "../../measure/behaviours.ts";
import { exists } from "../../store/atomic.ts";
import { openRun, type Run } from "../../store/run-folder.ts";
import { basePlan } from "../pretrain/plans.ts";
import { rasterise } from "../report/figure.ts";
import { type RunHooks, stopped } from "../reproduce/options.ts";
import { readVersions } from "../reproduce/versions.ts";
import { type BaseWeights, loadBase } from "../reproduce/weights.ts";
import type { RunEvent } from "../server/events.ts";
import { runCell } from "./cell.ts";
import type { CellState } from "./cell-state.ts";
import type { CellResult, Comparison } from "./compare-result.ts";
import { type MapPoint, mapPointSchema, measureMap } from "./compute-map.ts";
import type { Contender } from "./contender.ts";
import { compareFigure } from "./figure.ts";
import { compareHtml } from "./page.ts";
import type { ComparePreset } from "./presets.ts";
import { type Cell, type Standing, standingsOf } from "./standings.ts";

export type CompareOptions = {
  readonly preset: ComparePreset;
  readonly contenders: readonly Contender[];
  /** The folder of a checkpoint to begin from instead of the shipped base model. */
  readonly base?: string;
  readonly out: string;
  /** Delete what the folder holds and start over. */
  readonly fresh: boolean;
  /** Cells at once; one a core by default. */
  readonly parallel?: number;
};

/**
 * Runs or goes on with a comparison, and leaves compare.json, report.html, figure.svg and figure.png in its folder. A cell whose
 * training diverges is reported as failed, and the others go on.
 *
 * @throws MullError `aborted` after the signal, with everything saved; `locked`, `usage` or `store` from a run's folder; `checkpoint`
 * where there is no base model
 */
export async function compare(options: CompareOptions, hooks: RunHooks): Promise<Comparison> {
  const { preset, contenders, out, fresh } = options;
  const from = { preset: "default", seed: 1, fromScratch: false, out, fresh } as const;
  const base = await loadBase(
    { ...from, ...(options.base === undefined ? {} : { base: options.base }) },
    hooks,
    basePlan(),
  );
  const config = { preset, base: base.digest, contenders: contenders.map(({ name, knobs }) => ({ name, knobs })) };
  const identity = { config, seed: preset.seeds[0] ?? 1, versions: readVersions() };
  await using run = await openRun(out, { ...identity, resume: !fresh, now: () => new Date() });
  const publish = (event: RunEvent): void => {
    run.journal.append(event);
    hooks.publish(event);
  };
  const journalled = { ...hooks, publish };
  try {
    const cells = await runCells(run, base, options, journalled);
    const result = await resultOf(run, cells, base, options, journalled);
    await write(run, result);
    publish({ type: "phase", name: "done", detail: "" });
    return result;
  } catch (error) {
    throw stopped(error, hooks.signal);
  }
}

/** Seed by seed, so that every contender is there early; `parallel` at a time. Where one is stopped, all stop. */
async function runCells(run: Run, base: BaseWeights, options: CompareOptions, hooks: RunHooks): Promise<Cell[]> {
  const { preset, contenders, fresh, parallel = availableParallelism() } = options;
  const waiting = preset.seeds.flatMap((seed) => contenders.map((contender) => ({ contender, seed })));
  const cells: Cell[] = [];
  const failed = new AbortController();
  const signal = AbortSignal.any([hooks.signal, failed.signal]);
  const shares = new Map<string, number>();
  const plan = contenders.map(({ name, title, method: { hypothesis } }) => ({ name, title, hypothesis }));
  hooks.publish({ type: "compare-plan", methods: plan, seeds: [...preset.seeds], budgetFlops: preset.budgetFlops });
  const next = waiting.values();
  const worker = async (): Promise<void> => {
    for (const { contender, seed } of next) {
      signal.throwIfAborted();
      const at = { method: contender.name, seed };
      const tell = (status: "running" | "done" | "failed", share: number): void => {
        const told = shares.get(cellName(contender, seed)) ?? -1;
        if (status === "running" && share < told + 0.01) return;
        shares.set(cellName(contender, seed), share);
        hooks.publish({ type: "compare-cell", ...at, status, share });
        const sum = [...shares.values()].reduce((a, b) => a + b, 0);
        hooks.onProgress?.(Math.round(1000 * sum), 1000 * waiting.length);
      };
      const cell = {
        contender,
        seed,
        preset,
        base,
        fresh,
        dir: cellDir(run.dir, contender, seed),
        signal,
        onProgress: (share: number) => tell("running", share),
        onPoint: ({ step, flops, passAt1, ci, behaviours, shown }: CellState["points"][number]) =>
          hooks.publish({
            type: "compare-point",
            ...at,
            step,
            flops,
            passAt1,
            ci,
            behaviours: behaviours === undefined ? {} : inOwnUnits(behaviours),
            shown: shown ?? [],
          }),
      };
      tell("running", 0);
      try {
        cells.push({ contender, seed, state: await runCell(cell), failure: null });
        tell("done", 1);
      } catch (error) {
        if (signal.aborted || !(error instanceof MullError) || error.code !== "engine") throw error;
        cells.push({ contender, seed, state: null, failure: error.message });
        tell("failed", 1);
      }
    }
  };
  const workers = Array.from({ length: Math.max(1, parallel) }, () =>
    worker().catch((error: unknown) => {
      failed.abort(error);
      throw error;
    }),
  );
  const outcomes = await Promise.allSettled(workers); // each saves what it has before this goes on
  hooks.signal.throwIfAborted();
  for (const outcome of outcomes) if (outcome.status === "rejected") throw failed.signal.reason;
  const order = (cell: Cell): number =>
    contenders.indexOf(cell.contender) + contenders.length * preset.seeds.indexOf(cell.seed);
  return cells.sort((a, b) => order(a) - order(b));
}

/** Each behaviour's rate in the unit that it is told in. */
function inOwnUnits(rates: NonNullable<CellState["points"][number]["behaviours"]>): Record<string, number> {
  return Object.fromEntries(
    BEHAVIOUR_NAMES.map((name) => [
      name,
      BEHAVIOURS[name].per === "chain" ? rates[name].perChain : rates[name].per100Operations,
    ]),
  );
}

function cellName({ name }: Contender, seed: number): string {
  return `${name}-seed${seed}`;
}

function cellDir(dir: string, contender: Contender, seed: number): string {
  return join(dir, "cells", cellName(contender, seed));
}

async function resultOf(
  run: Run,
  cells: readonly Cell[],
  base: BaseWeights,
  { preset }: CompareOptions,
  hooks: RunHooks,
): Promise<Comparison> {
  const standings = standingsOf(cells);
  return {
    preset: preset.name,
    indicative: preset.name !== "full",
    budgetFlops: preset.budgetFlops,
    seeds: preset.seeds,
    problems: preset.problems,
    base: base.digest,
    standings,
    cells: cells.flatMap(cellResult),
    failures: cells.flatMap(({ contender, seed, failure }) =>
      failure === null ? [] : [{ name: contender.name, seed, reason: failure }],
    ),
    map: await mapOf(run, cells, standings, preset, hooks),
    versions: readVersions(),
  };
}

function cellResult({ contender, seed, state }: Cell): CellResult[] {
  if (state === null || state.final === null) return [];
  const { flops, step, seconds, verifierCalls, problems, points, steps, final } = state;
  const { name, title, method, knobs } = contender;
  const told = points.map(({ shown: _, ...point }) => point); // texts stay in the cell's folder and the journal
  const own = { flops, step, seconds, verifierCalls, problems: problems.length, points: told, steps, final };
  return [{ name, title, method: method.name, knobs, seed, ...own }];
}

/** The map of the best trained contender's first seed; kept in a file, as it takes minutes. */
async function mapOf(
  run: Run,
  cells: readonly Cell[],
  standings: readonly Standing[],
  preset: ComparePreset,
  hooks: RunHooks,
): Promise<Comparison["map"]> {
  const best = standings.find(({ curve }) => curve.length > 1);
  const cell = cells.find((each) => each.contender.name === best?.name && each.state !== null);
  if (best === undefined || cell === undefined || cell.state === null) return null;
  const { contender, seed, state } = cell;
  const file = `map-${cellName(contender, seed)}.json`;
  let points = await readMap(join(run.dir, file));
  if (points === null) {
    hooks.publish({
      type: "phase",
      name: "measuring",
      detail: `train-time against test-time compute, ${contender.title}`,
    });
    const trainFlops = state.points.map(({ flops }) => flops);
    const onProgress = (share: number): void => hooks.onProgress?.(Math.round(1000 * share), 1000);
    const dir = cellDir(run.dir, contender, seed);
    points = await measureMap({ dir, trainFlops, preset, seed, signal: hooks.signal, onProgress });
    await run.writeFile(file, JSON.stringify(points));
  }
  return { name: contender.name, title: contender.title, seed, points };
}

async function readMap(path: string): Promise<MapPoint[] | null> {
  if (!(await exists(path))) return null;
  const parsed = z.array(mapPointSchema).safeParse(JSON.parse(await readFile(path, "utf8")));
  return parsed.success ? parsed.data : null;
}

async function write(run: Run, result: Comparison): Promise<void> {
  const svg = compareFigure(result);
  await run.writeFile("compare.json", `${JSON.stringify(result)}\n`);
  await run.writeFile("figure.svg", svg);
  await run.writeFile("figure.png", rasterise(svg));
  await run.writeFile("report.html", compareHtml(result));
}
