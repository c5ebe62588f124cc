/**
 * The events of a run: what the journal holds, one a line, and what the live page follows.
 *
 * A number that the run could not compute (NaN, an overflow; `null` once it has been through JSON) is kept as `null`
 * in the diagnostics, because a gradient that is not a number is what a person watching must see. Everywhere else a
 * malformed event is refused. Fields that are not named here are dropped, so a newer run still shows on an older page.
 */

import { z } from "zod";
import { MullError } from "../../core/errors.ts";
import { reportSchema } from "../report/schema.ts";

const count = z.number().int().nonnegative();
const share = z.number().min(0).max(1);
const amount = z.number().nonnegative();
const label = z.string().max(200);
const prose = z.string().max(1_000_000);
const interval = z.tuple([share, share]);

/** A diagnostic: a finite number, or null where there is none. */
const measured = z.preprocess(
  (value) => (typeof value === "number" && Number.isFinite(value) ? value : null),
  z.number().nullable(),
);

/** The puzzle's text, from either the text itself or a whole `Problem`. */
const puzzle = z.preprocess(
  (value) => (typeof value === "object" && value !== null && "prompt" in value ? value.prompt : value),
  z.string().max(10_000),
);

const accuracy = z.object({ passAt1: share, ci: interval, n: count });
const model = z.enum(["base", "final"]);
const verdict = z.enum(["correct", "wrong", "unscored"]);
const judged = z.object({ text: prose, verdict, reason: prose, tokens: count });

/** A method of a comparison on one seed. */
const cell = { method: label, seed: count };

/** What the chains of a measurement do and say. */
const reading = {
  /** Rates by name, of the chains measured here: per chain, or per 100 operations where a chain may show many. */
  behaviours: z.record(label, amount).default({}),
  /** What it wrote for a few problems, the same ones at every point. */
  shown: z
    .array(judged.extend({ problem: puzzle }))
    .max(20)
    .default([]),
};

/** A chain with what a process reward model says after each step, and what an exact solver says of it. */
const scoredChain = z.object({
  problem: puzzle,
  verdict,
  reason: prose,
  steps: z.array(z.object({ text: prose, score: share, solvable: z.boolean().nullable() })).max(2000),
});

const step = z.object({
  type: z.literal("step"),
  step: count,
  steps: count,
  flops: amount,
  reward: measured,
  useful: measured,
  /** Of pretraining: mean cross-entropy, nats a token. */
  loss: measured,
  /** Of reinforcement: nats a token. */
  entropy: measured,
  meanTokens: measured,
  truncated: measured,
  kl: measured,
  gradNorm: measured,
  clipped: measured,
  lossTokens: measured,
  seconds: measured,
});

/** One event of a run. */
export const runEventSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("phase"), name: label, detail: z.string().max(2000).default("") }),
  step,
  accuracy.extend({
    type: z.literal("eval"),
    step: count,
    flops: amount,
    byN: z.record(z.string().max(20), accuracy).default({}),
    ...reading,
  }),
  z.object({ type: z.literal("chain"), step: count, problem: puzzle, text: prose, verdict, reason: prose }),
  z.object({
    type: z.literal("samples"),
    model,
    strategy: label,
    n: count,
    flops: amount,
    accuracy: share,
    ci: interval,
  }),
  z.object({
    type: z.literal("length"),
    model,
    maxTokens: count,
    flops: amount,
    tokens: amount,
    accuracy: share,
    ci: interval,
  }),
  z.object({ type: z.literal("pair"), problem: puzzle, base: judged, final: judged }),
  z.object({ type: z.literal("result"), report: reportSchema }),
  z.object({
    type: z.literal("compare-plan"),
    methods: z.array(z.object({ name: label, title: label, hypothesis: label })).max(200),
    seeds: z.array(count).max(1000),
    /** Train-time FLOPs of a method on a seed. */
    budgetFlops: amount,
  }),
  /** How far a method on a seed is. */
  z.object({
    type: z.literal("compare-cell"),
    ...cell,
    status: z.enum(["waiting", "running", "done", "failed"]),
    share,
  }),
  /** A point of its train-time curve. */
  z.object({
    type: z.literal("compare-point"),
    ...cell,
    step: count,
    flops: amount,
    passAt1: share,
    ci: interval,
    ...reading,
  }),
  /** A reward model is about to be trained. */
  z.object({
    type: z.literal("reward-plan"),
    kind: z.enum(["process", "outcome"]),
    /** What its score foresees: that the present attempt can come out right, or that the policy will. */
    target: z.enum(["attempt", "policy"]),
    passes: count,
    /** What `pass` of its scores counts: passes over its lessons, or steps of the training beside which it learns. */
    moments: z.enum(["passes", "steps"]).optional(),
    /** The method whose judge it is, where there are several. */
    of: label.optional(),
  }),
  /** What it says of a few chains of the same puzzles every time, after so many passes over its lessons. */
  z.object({ type: z.literal("reward-scores"), pass: count, chains: z.array(scoredChain).max(20) }),
]);

export type RunEvent = z.output<typeof runEventSchema>;
export type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { type: T }>;
/** A chain as it was judged. */
export type Judged = z.output<typeof judged>;

const KNOWN: ReadonlySet<string> = new Set(runEventSchema.options.map((option) => option.shape.type.value));

/** Whether this is a kind of event that the page knows; a journal may hold others. */
export function isKnownEvent(value: unknown): boolean {
  return typeof value === "object" && value !== null && "type" in value && KNOWN.has(String(value.type));
}

/**
 * Checks one event.
 *
 * @throws MullError `input`, naming the field, what was expected and what came.
 * @example
 * parseRunEvent({ type: "phase", name: "training" }); // { type: "phase", name: "training", detail: "" }
 */
export function parseRunEvent(value: unknown): RunEvent {
  const result = runEventSchema.safeParse(value);
  if (result.success) return result.data;
  const kind = typeof value === "object" && value !== null && "type" in value ? String(value.type) : typeof value;
  throw new MullError(
    "input",
    `An event of kind "${kind.slice(0, 40)}" is malformed: ${z.prettifyError(result.error)}`,
    {
      hint: `Events are described in src/show/server/events.ts; the kinds are ${[...KNOWN].join(", ")}.`,
      cause: result.error,
    },
  );
}
