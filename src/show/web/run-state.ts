/**
 * What is known of a run, folded from its events in order: the page draws it and `GET /api/state` returns it.
 *
 * A run that was interrupted goes on from its last checkpoint, so its journal may tell some steps twice. A step or an
 * exam that comes again replaces what was known from there on; a measurement replaces the one of the same kind. So does
 * reinforcement the pretraining that may come before it: its first exam is that of step 0.
 *
 * Pure, and shared with the browser: types are its only imports beside `decimate`.
 */

import type { Report } from "../report/schema.ts";
import type { EventOf, RunEvent } from "../server/events.ts";
import type { Comparing } from "./comparison.ts";
import { decimate } from "./decimate.ts";

/** Steps kept for the small diagrams; beyond it the older ones are thinned out. */
const MAX_STEPS = 4000;
const MAX_PAIRS = 100;
const MAX_POINTS = 1000;
const RATE_WINDOW = 20;

export type RunState = {
  phase: EventOf<"phase"> | null;
  steps: EventOf<"step">[];
  evals: EventOf<"eval">[];
  samples: EventOf<"samples">[];
  lengths: EventOf<"length">[];
  pairs: EventOf<"pair">[];
  chain: EventOf<"chain"> | null;
  result: Report | null;
  comparing: Comparing;
  /** Of a reward model that is trained. */
  judging: {
    plan: EventOf<"reward-plan"> | null;
    scores: EventOf<"reward-scores">[];
  };
};

export function emptyState(): RunState {
  const comparing = { plan: null, cells: [], points: [] };
  return {
    phase: null,
    steps: [],
    evals: [],
    samples: [],
    lengths: [],
    pairs: [],
    chain: null,
    result: null,
    comparing,
    judging: { plan: null, scores: [] },
  };
}

/** What is trained: a model that thinks, several of them side by side, or a model that judges. */
export type RunKind = "training" | "compare" | "reward-model";

export function kindOf({ comparing, judging }: RunState): RunKind {
  if (comparing.plan !== null) return "compare";
  return judging.plan === null ? "training" : "reward-model";
}

/** Takes one event in. Changes `state`. */
export function applyEvent(state: RunState, event: RunEvent): void {
  switch (event.type) {
    case "phase":
      state.phase = event;
      return;
    case "step":
      rewind(state.steps, event.step);
      state.steps.push(event);
      decimate(state.steps, MAX_STEPS, () => true);
      return;
    case "eval":
      rewind(state.steps, event.step + 1);
      rewind(state.evals, event.step);
      state.evals.push(event);
      decimate(state.evals, MAX_POINTS, () => true);
      return;
    case "chain":
      state.chain = event;
      return;
    case "samples":
      place(state.samples, event, (a, b) => a.model === b.model && a.strategy === b.strategy && a.n === b.n);
      return;
    case "length":
      place(state.lengths, event, (a, b) => a.model === b.model && a.maxTokens === b.maxTokens);
      return;
    case "pair":
      place(state.pairs, event, (a, b) => a.problem === b.problem);
      if (state.pairs.length > MAX_PAIRS) state.pairs.shift();
      return;
    case "compare-plan":
      state.comparing.plan = event;
      return;
    case "compare-cell":
      place(state.comparing.cells, event, (a, b) => a.method === b.method && a.seed === b.seed);
      return;
    case "compare-point":
      place(state.comparing.points, event, (a, b) => a.method === b.method && a.seed === b.seed && a.step === b.step);
      return;
    case "reward-plan":
      state.judging.plan = event;
      return;
    case "reward-scores":
      place(state.judging.scores, event, (a, b) => a.pass === b.pass);
      return;
    case "result": {
      state.result = event.report;
      for (const point of event.report.test.samples) applyEvent(state, { type: "samples", ...point });
      for (const point of event.report.test.length) applyEvent(state, { type: "length", ...point });
      return;
    }
  }
}

/** Where a run is: the page's first sentence. Times are seconds; null where nothing is known yet. */
export type Progress = {
  readonly step: number;
  readonly steps: number;
  /** Median of the last steps. */
  readonly secondsAStep: number | null;
  /** Of the training; measuring comes after it. */
  readonly secondsLeft: number | null;
};

export function progress(state: RunState): Progress | null {
  const last = state.steps.at(-1);
  if (last === undefined) return null;
  const times = state.steps.slice(-RATE_WINDOW).flatMap((step) => (step.seconds === null ? [] : [step.seconds]));
  const secondsAStep = median(times);
  const secondsLeft = secondsAStep === null ? null : secondsAStep * Math.max(0, last.steps - last.step);
  return { step: last.step, steps: last.steps, secondsAStep, secondsLeft };
}

/** The middle value, or the mean of the two middle ones; null of nothing. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2;
}

/** Drops what is at `step` or beyond it: it is being told again. */
function rewind(list: { readonly step: number }[], step: number): void {
  while (list.length > 0 && (list.at(-1)?.step ?? 0) >= step) list.pop();
}

function place<T>(list: T[], item: T, same: (a: T, b: T) => boolean): void {
  const at = list.findIndex((other) => same(other, item));
  if (at >= 0) list[at] = item;
  else if (list.length < MAX_POINTS) list.push(item);
}
