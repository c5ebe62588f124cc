/**
 * What the numbers of a training step mean to a person without background. When to worry is decided in
 * `measure/diagnostics`, the same rules that the terminal uses; here each remark finds its gauge and a plain sentence.
 * Pure.
 */

import { type Remark, type RemarkCode, remarksOn, type StepDiagnostics } from "../../measure/diagnostics.ts";
import { fixed, percent, significant } from "../report/format.ts";
import type { EventOf } from "../server/events.ts";

type Step = EventOf<"step">;
type Field = Exclude<keyof StepDiagnostics, "step">;

export type Health = "fine" | "watch" | "trouble";

export type Gauge = {
  readonly name: string;
  readonly meaning: string;
  /** The latest value, as it is shown. */
  readonly value: string;
  /** One for each step; null where the run had no number. */
  readonly values: readonly (number | null)[];
  readonly health: Health;
  /** In plain words; empty where all is well. */
  readonly finding: string;
  /** The same in numbers, and what to try. */
  readonly advice: string;
};

const share = (value: number): string => percent(value, value < 0.1 ? 1 : 0);

const MEANINGS = {
  reward: {
    name: "Success while practising",
    meaning: "Share of its practice attempts that the checker found right. It should climb.",
    show: share,
  },
  useful: {
    name: "Puzzles that teach",
    meaning: "Puzzles with both right and wrong attempts. Only the difference between the two teaches anything.",
    show: share,
  },
  loss: {
    name: "Surprise",
    meaning: "How unexpected the next word of the texts it copies still is to it (loss, nats a token). It should fall.",
    show: (value: number) => fixed(value, 3),
  },
  entropy: {
    name: "Open-mindedness",
    meaning:
      "How many next words it seriously considers, on average. At 1 it always does the same and explores nothing.",
    show: (value: number) => fixed(Math.exp(value), 2),
  },
  meanTokens: {
    name: "Length of a thought",
    meaning: "Tokens in one attempt; four are one operation. Longer means that it tries more before it answers.",
    show: (value: number) => fixed(value),
  },
  truncated: {
    name: "Ran out of room",
    meaning: "Attempts that were cut off because they became too long.",
    show: share,
  },
  kl: {
    name: "Distance from the start",
    meaning: "How far its habits have moved from those before training (KL, nats a token). Some movement is learning.",
    show: significant,
  },
  gradNorm: {
    name: "Size of the corrections",
    meaning: "How strongly one step wants to change the model. Sudden peaks can undo what was learned.",
    show: significant,
  },
  clipped: {
    name: "Held back",
    meaning: "Words whose change was limited because one step wanted to move them too far.",
    show: share,
  },
} as const satisfies Record<Field, { name: string; meaning: string; show: (value: number) => string }>;

const FINDINGS = {
  "not-finite": { field: "gradNorm", health: "trouble", plain: "The numbers broke down: something overflowed." },
  "entropy-collapse": { field: "entropy", health: "trouble", plain: "It hardly tries anything new any more." },
  "truncation-growing": { field: "truncated", health: "watch", plain: "More and more attempts never reach an answer." },
  "kl-exploding": { field: "kl", health: "trouble", plain: "It is losing what it knew before." },
  "no-useful-groups": { field: "useful", health: "trouble", plain: "Almost nothing is left to learn from." },
  "reward-falling": { field: "reward", health: "watch", plain: "It was better before." },
  "gradient-spike": { field: "gradNorm", health: "watch", plain: "The last correction was far larger than usual." },
  "clipping-heavy": { field: "clipped", health: "watch", plain: "Much of what it wants to learn is cut off." },
} as const satisfies Record<RemarkCode, { field: Field; health: Health; plain: string }>;

/** A gauge for every diagnostic that the run has told about. */
export function gaugesOf(steps: readonly Step[]): Gauge[] {
  const series = withBroken(steps);
  const remarks = remarksOn(series);
  const gauges: Gauge[] = [];
  for (const field of Object.keys(MEANINGS) as Field[]) {
    const values = series.map((step) => step[field]);
    const latest = values.findLast((value) => value !== null);
    if (latest === undefined) continue;
    const { name, meaning, show } = MEANINGS[field];
    const remark = remarks.find((one) => concerns(one, field, series.at(-1)));
    gauges.push({
      name,
      meaning,
      value: latest === undefined || Number.isNaN(latest) ? "not a number" : show(latest),
      values: values.map((value) => (value === null || Number.isNaN(value) ? null : value)),
      health: remark === undefined ? "fine" : FINDINGS[remark.code].health,
      finding: remark === undefined ? "" : FINDINGS[remark.code].plain,
      advice: remark === undefined ? "" : `${remark.text.charAt(0).toUpperCase()}${remark.text.slice(1)}`,
    });
  }
  return gauges;
}

/** All gauges in one sentence. */
export function diagnosis(gauges: readonly Gauge[]): { readonly health: Health | "none"; readonly text: string } {
  const named = (health: Health): string =>
    gauges.flatMap((gauge) => (gauge.health === health ? [gauge.name.toLowerCase()] : [])).join(", ");
  if (gauges.length === 0) return { health: "none", text: "Nothing to say before the first steps." };
  if (named("trouble") !== "") return { health: "trouble", text: `Something is wrong: ${named("trouble")}.` };
  if (named("watch") !== "") return { health: "watch", text: `Worth an eye: ${named("watch")}.` };
  return { health: "fine", text: "All signs are good." };
}

/** Whether a remark belongs to a gauge: numbers that broke down show on each gauge that lost its number. */
function concerns(remark: Remark, field: Field, newest: StepDiagnostics | undefined): boolean {
  if (remark.code !== "not-finite") return FINDINGS[remark.code].field === field;
  return Number.isNaN(newest?.[field] ?? 0);
}

/**
 * JSON knows no NaN: a number that overflowed arrives as null, as does one that this run never has (KL without a
 * reference). What once was a number and is none any more has broken down, and is NaN here.
 */
function withBroken(steps: readonly Step[]): Required<StepDiagnostics>[] {
  const had = new Set<Field>();
  return steps.map((step) => {
    const { reward, useful, loss, entropy, meanTokens, truncated, kl, gradNorm, clipped } = step;
    const copy = { step: step.step, reward, useful, loss, entropy, meanTokens, truncated, kl, gradNorm, clipped };
    for (const field of Object.keys(MEANINGS) as Field[]) {
      if (copy[field] !== null) had.add(field);
      else if (had.has(field)) copy[field] = Number.NaN;
    }
    return copy;
  });
}
