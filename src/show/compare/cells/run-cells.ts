/** All cells of a comparison, as many side by side as there are cores. Those that an earlier comparison measured are taken from there. */

import { availableParallelism } from "node:os";
import { join } from "node:path";
import { MullError } from "../../../core/errors.ts";
import { toldRates } from "../../../measure/behaviour-change.ts";
import type { RunHooks } from "../../job/hooks.ts";
import type { BaseWeights } from "../../pretrain/load-base.ts";
import type { RunEvent } from "../../server/events.ts";
import type { Contender } from "../contender.ts";
import { type Earlier, earlierCell } from "../earlier.ts";
import type { ComparePreset } from "../presets.ts";
import type { Cell, Who } from "../report/standings.ts";
import { runCell } from "./cell.ts";
import { cellResult } from "./cell-result.ts";
import type { CellPoint } from "./cell-state.ts";

export type CellsOptions = {
  readonly preset: ComparePreset;
  readonly contenders: readonly Contender[];
  readonly base: BaseWeights;
  /** Folder of the comparison. */
  readonly dir: string;
  /** Cells at once; one a core by default. */
  readonly parallel?: number;
  readonly earlier: Earlier;
  /** Given those that there are whenever another has ended, in order. */
  readonly onCells?: (cells: readonly Cell[]) => Promise<void>;
};

/**
 * Seed by seed, so that every contender is there early; `parallel` at a time. Where one is stopped, all stop. A cell whose training
 * diverges is a failed one, and the others go on.
 *
 * @throws the reason of the signal, with every step saved; what `runCell` throws
 */
export async function runCells(options: CellsOptions, hooks: RunHooks): Promise<Cell[]> {
  const { preset, contenders, base, dir, earlier, parallel = availableParallelism() } = options;
  const all = preset.seeds.flatMap((seed) => contenders.map((contender) => ({ contender, seed })));
  const waiting = all.filter(({ contender, seed }) => earlierCell(earlier, contender, seed) === null);
  const cells = [...earlier.cells];
  publishPlan(options, cells, hooks.publish);

  const judgeEvents = firstJudge();
  const failed = new AbortController();
  const signal = AbortSignal.any([hooks.signal, failed.signal]);
  const shares = new Map<string, number>();
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
        dir: cellDir(dir, contender, seed),
        signal,
        onProgress: (share: number) => tell("running", share),
        onPoint: (point: CellPoint) => {
          hooks.publish(pointEvent(at, point));
          for (const event of judgeEvents(contender, seed, point)) hooks.publish(event);
        },
      };
      tell("running", 0);
      const who = whoIs(contender);
      try {
        cells.push({ who, seed, result: cellResult(contender, seed, await runCell(cell)), failure: null });
        tell("done", 1);
      } catch (error) {
        if (signal.aborted || !(error instanceof MullError) || error.code !== "engine") throw error;
        cells.push({ who, seed, result: null, failure: error.message });
        tell("failed", 1);
      }
      await options.onCells?.(inOrder(cells, contenders));
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
  return inOrder(cells, contenders);
}

/** Where a cell's run lies. */
export function cellDir(dir: string, who: Pick<Who, "name">, seed: number): string {
  return join(dir, "cells", cellName(who, seed));
}

export function cellName({ name }: Pick<Who, "name">, seed: number): string {
  return `${name}-seed${seed}`;
}

function whoIs({ name, title, method: { hypothesis, summary } }: Contender): Who {
  return { name, title, hypothesis, summary };
}

/** What takes part, and what is known of it already. */
function publishPlan(
  { preset, contenders }: CellsOptions,
  known: readonly Cell[],
  publish: (event: RunEvent) => void,
): void {
  const everyone = [...contenders.map(whoIs), ...known.map(({ who }) => who)];
  const methods = [
    ...new Map(everyone.map(({ name, title, hypothesis }) => [name, { name, title, hypothesis }])).values(),
  ];
  const seeds = [...new Set([...preset.seeds, ...known.map(({ seed }) => seed)])];
  publish({ type: "compare-plan", methods, seeds, budgetFlops: preset.budgetFlops });
  for (const { who, seed, result } of known) {
    const at = { method: who.name, seed };
    for (const point of result?.points ?? []) publish(pointEvent(at, point));
    publish({ type: "compare-cell", ...at, status: "done", share: 1 });
  }
}

function pointEvent(
  at: { readonly method: string; readonly seed: number },
  { step, flops, passAt1, ci, behaviours, shown }: CellPoint,
): RunEvent {
  const rates = behaviours === undefined ? {} : toldRates(behaviours);
  const chains = (shown ?? []).map(({ steps: _, ...chain }) => chain);
  return { type: "compare-point", ...at, step, flops, passAt1, ci, behaviours: rates, shown: chains };
}

/** What the first process reward model of the comparison says of the chains that its cell shows; of others nothing. */
function firstJudge(): (contender: Contender, seed: number, point: CellPoint) => RunEvent[] {
  let first: string | null = null;
  return (contender, seed, { step, shown = [] }) => {
    const chains = shown.flatMap(({ problem, verdict, reason, steps }) =>
      steps === undefined ? [] : [{ problem, verdict, reason, steps }],
    );
    const name = cellName(contender, seed);
    if (chains.length === 0 || (first ?? name) !== name) return [];
    const plan = { type: "reward-plan", kind: "process", target: "policy", passes: 0, moments: "steps" } as const;
    const begun: RunEvent[] = first === null ? [{ ...plan, of: contender.title }] : [];
    first = name;
    return [...begun, { type: "reward-scores", pass: step, chains }];
  };
}

/** Contenders in the order they were asked for, then others; seeds rising. */
function inOrder(cells: readonly Cell[], contenders: readonly Contender[]): Cell[] {
  const names = contenders.map(({ name }) => name);
  const place = ({ who }: Cell): number => (names.includes(who.name) ? names.indexOf(who.name) : names.length);
  return [...cells].sort((a, b) => a.seed - b.seed || place(a) - place(b));
}
