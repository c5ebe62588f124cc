/**
 * What a model does and writes at the checkpoints of its training: how often it does what, and which lines of a chain another one
 * lacks. Of a comparison there is one for each way of learning, of any other run the one that is trained. Pure.
 *
 * Two chains are compared line by line by their longest common subsequence (Hunt and McIlroy, 1976): what is in it stands in both.
 */

import { percent } from "../report/format.ts";
import type { EventOf } from "../server/events.ts";
import { type CurvePoint, meanCurve, methodCurves, solved } from "./comparison.ts";
import type { RunState } from "./run-state.ts";

/** What was measured of a model at a moment of its training. */
export type Reading = Pick<EventOf<"eval">, "step" | "flops" | "passAt1" | "behaviours" | "shown">;

/** A model that learns. */
export type Learner = {
  readonly name: string;
  readonly title: string;
  /** Of each seed, in the order of its training. */
  readonly seeds: readonly (readonly Reading[])[];
  /** Problems solved at the first try, the mean of its seeds. */
  readonly mean: readonly CurvePoint[];
};

/** A behaviour in words that need no background, in the order of the page. */
export const HABITS = [
  { name: "giving up", title: "Gives up", words: "ends without an answer", per: "attempts" },
  { name: "false success", title: "Claims too much", words: "says solved where it is not", per: "attempts" },
  { name: "backtracking", title: "Goes back", words: "leaves a path and returns to an earlier point", per: "steps" },
  {
    name: "early abandonment",
    title: "Turns round early",
    words: "sees that a path is poor before its end",
    per: "steps",
  },
  { name: "error correction", title: "Mends slips", words: "notices a wrong sum and does it again", per: "steps" },
  {
    name: "systematic exploration",
    title: "Tries in order",
    words: "goes one step back and tries something new",
    per: "steps",
  },
  { name: "repetition", title: "Repeats itself", words: "repeats an attempt", per: "steps" },
  { name: "sub-goals", title: "Aims", words: "first makes a number that brings the target near", per: "steps" },
] as const;

export type Habit = (typeof HABITS)[number];

/**
 * A change is told of from here on: the difference between the square roots of two rates in 100 (of counts these spread alike, however
 * large; Anscombe, 1948). Of 400 attempts it is two and a half standard errors.
 */
const CLEAR = 0.9;

/** Lines beyond these are taken to differ. */
const MAX_LINES = 400;

/**
 * For each line of `a` and of `b`, whether the other chain has it too, in the same order.
 *
 * @example
 * sharedLines(["x", "y"], ["y", "z"]); // [[false, true], [true, false]]
 */
export function sharedLines(a: readonly string[], b: readonly string[]): [boolean[], boolean[]] {
  const [n, m] = [Math.min(a.length, MAX_LINES), Math.min(b.length, MAX_LINES)];
  const common = Array.from({ length: n + 1 }, () => new Uint16Array(m + 1)); // [i][j]: of what follows line i and line j
  const read = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = n - 1; i >= 0; i--) {
    const row = common[i] as Uint16Array;
    for (let j = m - 1; j >= 0; j--) {
      row[j] = a[i] === b[j] ? 1 + read(i + 1, j + 1) : Math.max(read(i + 1, j), read(i, j + 1));
    }
  }
  const [inA, inB] = [a.map(() => false), b.map(() => false)];
  for (let i = 0, j = 0; i < n && j < m; ) {
    if (a[i] === b[j]) {
      inA[i++] = true;
      inB[j++] = true;
    } else if (read(i + 1, j) >= read(i, j + 1)) i++;
    else j++;
  }
  return [inA, inB];
}

/** Those of whom some measurement tells what they do or write. */
export function learnersOf({ comparing, evals }: Pick<RunState, "comparing" | "evals">): Learner[] {
  const run = { name: "run", title: "this run", seeds: [evals], mean: evals.map(solved) };
  const learners: readonly Learner[] = comparing.plan === null ? [run] : methodCurves(comparing);
  return learners.filter(({ seeds }) =>
    seeds.flat().some(({ behaviours, shown }) => shown.length > 0 || "backtracking" in behaviours),
  );
}

/** How often it does this in 100, over its training, the mean of its seeds; nothing where no point tells it. */
export function habitCurve(own: Pick<Learner, "seeds">, { name, per }: Habit): CurvePoint[] {
  const scale = per === "attempts" ? 100 : 1;
  const seeds = own.seeds
    .map((points) =>
      points.flatMap(({ flops, behaviours }) => {
        const value = behaviours[name];
        return value === undefined ? [] : [{ flops, value: value * scale }];
      }),
    )
    .filter((points) => points.length > 0);
  return meanCurve(seeds);
}

/** What changed between the first point and the last, in plain sentences. */
export function lesson(own: Learner): string {
  const [first, last] = [own.mean[0], own.mean.at(-1)];
  if (first === undefined || last === undefined || own.mean.length < 2) return "Nothing is known yet of what changes.";
  const changed = HABITS.flatMap((habit) => {
    const curve = habitCurve(own, habit);
    const [from, to] = [curve[0]?.value, curve.at(-1)?.value];
    if (from === undefined || to === undefined) return [];
    return [{ habit, from, to, size: Math.abs(Math.sqrt(to) - Math.sqrt(from)) }];
  })
    .filter(({ size }) => size >= CLEAR)
    .toSorted((a, b) => b.size - a.size)
    .slice(0, 3)
    .map(
      ({ habit, from, to }) =>
        `It ${habit.words} ${to > from ? "more" : "less"} often: ${rate(from)} times in 100 ${habit.per} before, ${rate(to)} now.`,
    );
  const score = `It solved ${percent(first.value, 0)} of new puzzles at first try before training, ${percent(last.value, 0)} now.`;
  return [score, ...(changed.length === 0 ? ["What it does on the way has not clearly changed."] : changed)].join(" ");
}

/** A rate as it is said: a digit behind the point below ten. */
export function rate(x: number): string {
  return x >= 10 ? String(Math.round(x)) : String(Math.round(x * 10) / 10);
}

/** Points that show chains, those of the first seed that has any. */
export function shownPoints(own: Pick<Learner, "seeds">): readonly Reading[] {
  return (
    own.seeds.map((points) => points.filter(({ shown }) => shown.length > 0)).find(({ length }) => length > 0) ?? []
  );
}

/** What became of one puzzle between two points. */
export function change(left: Reading["shown"][number], right: Reading["shown"][number]): string {
  const said = (v: string): string => (v === "correct" ? "right" : v === "wrong" ? "wrong" : "not judged");
  const both = said(left.verdict) === said(right.verdict);
  const verdicts = both
    ? `Both are ${said(left.verdict)}.`
    : `Left is ${said(left.verdict)}, right is ${said(right.verdict)}.`;
  return `${verdicts} Lines that only one side has are underlined. The left wrote ${left.tokens} pieces of text, the right ${right.tokens}.`;
}
