/**
 * The comparison: every contender on every seed from one base, as many cells side by side as there are cores; then the map of
 * train-time against test-time compute for the best, and the report. Cells are runs of their own (cell.ts), so whatever is stopped
 * goes on where it was.
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { exists } from "../../store/atomic.ts";
import { openRun, type Run } from "../../store/run-folder.ts";
import { type RunHooks, stopped } from "../job/hooks.ts";
import { readVersions } from "../job/versions.ts";
import { type BaseWeights, readBase } from "../pretrain/load-base.ts";
import { rasterise } from "../report/figure.ts";
import type { RunEvent } from "../server/events.ts";
import { type MapPoint, mapPointSchema, measureMap } from "./cells/compute-map.ts";
import { cellDir, cellName, runCells } from "./cells/run-cells.ts";
import type { Comparison } from "./compare-result.ts";
import type { Contender } from "./contender.ts";
import { type Earlier, readEarlier } from "./earlier.ts";
import type { ComparePreset } from "./presets.ts";
import { compareFigure } from "./report/figure.ts";
import { compareHtml } from "./report/page.ts";
import { type Cell, standingsOf } from "./report/standings.ts";

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
  /** The compare.json of an earlier comparison on the same terms: its cells need not be run again, and its other contenders take part. */
  readonly earlier?: string;
};

/**
 * Runs or goes on with a comparison, and leaves compare.json, report.html, figure.svg and figure.png in its folder, after every cell
 * what is known by then. A cell whose training diverges is reported as failed, and the others go on.
 *
 * @throws MullError `aborted` after the signal, with everything saved; `locked`, `usage` or `store` from a run's folder; `checkpoint`
 * where there is no base model
 */
export async function compare(options: CompareOptions, hooks: RunHooks): Promise<Comparison> {
  const { preset, contenders, out, fresh } = options;
  const base = await readBase(options.base);
  const earlier: Earlier =
    options.earlier === undefined
      ? { cells: [], map: null }
      : await readEarlier(options.earlier, { preset, base: base.digest, contenders });
  const config = { preset, base: base.digest, contenders: contenders.map(({ name, knobs }) => ({ name, knobs })) };
  const identity = { config, seed: preset.seeds[0] ?? 1, versions: readVersions() };
  await using run = await openRun(out, { ...identity, resume: !fresh, makes, now: () => new Date() });
  const publish = (event: RunEvent): void => {
    run.journal.append(event);
    hooks.publish(event);
  };
  const journalled = { ...hooks, publish };
  try {
    let written = Promise.resolve();
    const onCells = (soFar: readonly Cell[]): Promise<void> => {
      written = written.then(() => write(run, resultOf(soFar, { map: null }, base, preset))); // cells may end side by side
      return written;
    };
    const cells = await runCells({ ...options, base, dir: run.dir, earlier, onCells }, journalled);
    const mapped = await mapOf(run, cells, preset, earlier, journalled);
    const result = resultOf(cells, mapped, base, preset);
    await write(run, result);
    publish({ type: "phase", name: "done", detail: "" });
    return result;
  } catch (error) {
    throw stopped(error, hooks.signal);
  }
}

/** What lies in the folder beside what every run has. */
function makes(name: string): boolean {
  return name === "cells" || name === "compare.json" || /^map-.+\.json$/.test(name);
}

type Mapped = Pick<Comparison, "map" | "unmapped">;

function resultOf(cells: readonly Cell[], mapped: Mapped, base: BaseWeights, preset: ComparePreset): Comparison {
  return {
    preset: preset.name,
    indicative: preset.name !== "full",
    budgetFlops: preset.budgetFlops,
    seeds: [...new Set(cells.map(({ seed }) => seed))],
    problems: preset.problems,
    base: base.digest,
    shares: preset.points,
    standings: standingsOf(cells, preset),
    cells: cells.flatMap(({ result }) => result ?? []),
    failures: cells.flatMap(({ who: { name }, seed, failure }) =>
      failure === null ? [] : [{ name, seed, reason: failure }],
    ),
    ...mapped,
    versions: readVersions(),
  };
}

/**
 * The map of the best trained contender's first seed that has its weights here; kept in a file, as it takes minutes. An earlier
 * comparison's map of the same contender will do as well; one of another contender is not the best's.
 */
async function mapOf(
  run: Run,
  cells: readonly Cell[],
  preset: ComparePreset,
  earlier: Earlier,
  hooks: RunHooks,
): Promise<Mapped> {
  const best = standingsOf(cells, preset).find(({ curve }) => curve.length > 1);
  if (best === undefined) return { map: null };
  if (earlier.map?.name === best.name) return { map: earlier.map };
  const borrowed = new Set(earlier.cells.map((each) => each.result));
  const cell = cells.find((each) => each.who.name === best.name && each.result !== null && !borrowed.has(each.result));
  if (cell === undefined || cell.result === null) return { map: null, unmapped: best.title };
  const { who, seed, result } = cell;
  const file = `map-${cellName(who, seed)}.json`;
  let points = await readMap(join(run.dir, file));
  if (points === null) {
    const detail = `train-time against test-time compute, ${who.title}`;
    hooks.publish({ type: "phase", name: "measuring", detail });
    const trainFlops = result.points.map(({ flops }) => flops);
    const onProgress = (share: number): void => hooks.onProgress?.(Math.round(1000 * share), 1000);
    const dir = cellDir(run.dir, who, seed);
    points = await measureMap({ dir, trainFlops, preset, seed, signal: hooks.signal, onProgress });
    await run.writeFile(file, JSON.stringify(points));
  }
  return { map: { name: who.name, title: who.title, seed, points } };
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
