/**
 * Two figures that the same training steps tell, such as what search solves and what the policy solves alone, and the gap between
 * them as training goes on. A step's figures are of a few dozen problems, so they are averaged: over windows of as many steps for
 * curves, over the first and the last third of training for what is said of them. Intervals are Student's, from the spread of the
 * steps within a window; they hold for these runs, not for another seed.
 */

import type { Interval } from "../../../measure/bootstrap.ts";
import { studentInterval, welchDifference } from "../../../measure/student.ts";
import type { CellResult } from "../cells/cell-result.ts";
import type { CellStep } from "../cells/cell-state.ts";
import type { Comparison } from "../compare-result.ts";
import type { Standing } from "./standings.ts";

/** A step's figure; undefined where it does not tell it. */
export type Figure = (step: CellStep) => number | undefined;

export type Figures = {
  readonly upper: Figure;
  readonly lower: Figure;
};

/** A step that tells both. */
export type GapStep = {
  /** Train-time FLOPs after it. */
  readonly flops: number;
  /** Of such steps of its run, the share that came before it. */
  readonly before: number;
  readonly upper: number;
  readonly lower: number;
};

/** The steps of runs that tell both figures. */
export function gapSteps(cells: readonly CellResult[], { upper, lower }: Figures): GapStep[] {
  return cells.flatMap(({ steps }) => {
    const told = steps.flatMap((step) => {
      const [above, below] = [upper(step), lower(step)];
      if (above === undefined || below === undefined) return [];
      return [{ flops: step.flops, upper: above, lower: below }];
    });
    return told.map((step, i) => ({ ...step, before: i / told.length }));
  });
}

/** The mean over a window of training. */
export type GapWindow = {
  /** In the middle of its steps. */
  readonly flops: number;
  readonly upper: number;
  readonly lower: number;
  /** `upper - lower`; its interval is null where the window's steps cannot say. */
  readonly gap: number;
  readonly ci: Interval | null;
  readonly steps: number;
};

/** Windows of a curve at most, and steps that each should hold. */
const WINDOWS = 12;
const STEPS_A_WINDOW = 4;
/** Steps below which a window's spread says nothing. */
const LEAST_STEPS = 3;

/**
 * Windows of about as many steps, in order: at most 12, of four steps or more in the mean. Of fewer than 12 steps each stands for
 * itself, beside those of other runs at its place, as two windows would be no curve.
 */
export function gapWindows(steps: readonly GapStep[]): GapWindow[] {
  const few = steps.length < 3 * STEPS_A_WINDOW;
  const count = few ? steps.length : Math.min(WINDOWS, Math.floor(steps.length / STEPS_A_WINDOW));
  const groups = Map.groupBy(steps, ({ before }) => Math.floor(before * count + 1e-9));
  return [...groups].sort(([a], [b]) => a - b).map(([, own]) => windowOf(own));
}

function windowOf(steps: readonly GapStep[]): GapWindow {
  const gaps = steps.map(({ upper, lower }) => upper - lower);
  return {
    flops: mean(steps.map(({ flops }) => flops)),
    upper: mean(steps.map(({ upper }) => upper)),
    lower: mean(steps.map(({ lower }) => lower)),
    gap: mean(gaps),
    ci: gaps.length < LEAST_STEPS ? null : studentInterval(gaps),
    steps: steps.length,
  };
}

/** The gap early and late. */
export type GapChange = {
  readonly first: GapWindow;
  readonly last: GapWindow;
  /** The last third's gap less the first's; its interval is null where the steps cannot say. */
  readonly change: number;
  readonly ci: Interval | null;
};

/** The first third of training against the last; null where one of them has no steps. */
export function gapChange(steps: readonly GapStep[]): GapChange | null {
  const first = steps.filter(({ before }) => before < 1 / 3 - 1e-9);
  const last = steps.filter(({ before }) => before >= 2 / 3 - 1e-9);
  if (first.length === 0 || last.length === 0) return null;
  const gaps = (of: readonly GapStep[]): number[] => of.map(({ upper, lower }) => upper - lower);
  const { difference, ci } = welchDifference(gaps(first), gaps(last));
  return { first: windowOf(first), last: windowOf(last), change: difference, ci };
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** A contender whose steps tell both figures, in two windows or more. */
export type Gap = {
  readonly standing: Standing;
  readonly windows: readonly GapWindow[];
  /** The first third of training against the last. */
  readonly change: GapChange | null;
};

/** Of each contender that tells both, in the order of standings. */
export function gapsOf({ standings, cells }: Pick<Comparison, "standings" | "cells">, figures: Figures): Gap[] {
  return standings.flatMap((standing) => {
    const own = cells.filter(({ name }) => name === standing.name);
    const steps = gapSteps(own, figures);
    const windows = gapWindows(steps);
    return windows.length < 2 ? [] : [{ standing, windows, change: gapChange(steps) }];
  });
}

/** Those whose gap changed beyond doubt, with the change. */
export function surelyChanged(gaps: readonly Gap[]): { readonly standing: Standing; readonly change: GapChange }[] {
  return gaps.flatMap(({ standing, change }) => {
    if (change === null || change.ci === null || (change.ci[0] <= 0 && change.ci[1] >= 0)) return [];
    return [{ standing, change }];
  });
}
