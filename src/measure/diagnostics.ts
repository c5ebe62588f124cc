/**
 * Early warnings: reads the series of a training run's steps and says in plain words what is going wrong, or nothing.
 *
 * Each rule compares the mean of the last `window` steps with a fixed threshold or with the run's own beginning; none
 * fires before two windows have passed, save for numbers that are not finite. A rule whose numbers are null is silent. The thresholds are rules of thumb of
 * small-scale policy gradients, stated beside each rule, and they only ever speak: nothing here changes a run.
 */

/** One training step, as the journal has it. Null where the algorithm has no such number (KL without a reference). */
export type StepDiagnostics = {
  readonly step: number;
  /** Mean reward of the step's chains. */
  readonly reward: number | null;
  /** Share of groups with both correct and wrong chains: the only ones that teach. */
  readonly useful: number | null;
  /** Mean cross-entropy of the texts that are copied, nats per token; reinforcement has none. */
  readonly loss?: number | null;
  /** Mean entropy of the next-token distribution, nats. */
  readonly entropy: number | null;
  readonly meanTokens: number | null;
  /** Share of chains cut at the token limit. */
  readonly truncated: number | null;
  /** Mean KL to the reference, nats per token. */
  readonly kl: number | null;
  /** Before clipping. */
  readonly gradNorm: number | null;
  /** Share of tokens whose ratio was clipped. */
  readonly clipped: number | null;
};

export type RemarkCode =
  | "not-finite"
  | "entropy-collapse"
  | "truncation-growing"
  | "kl-exploding"
  | "no-useful-groups"
  | "reward-falling"
  | "gradient-spike"
  | "clipping-heavy";

export type Remark = {
  readonly code: RemarkCode;
  /** The step at which it was seen: the last of the series. */
  readonly step: number;
  /** A sentence or two: what is seen, in numbers, and what to try. */
  readonly text: string;
};

type Field = Exclude<keyof StepDiagnostics, "step">;

const FIELDS = [
  "reward",
  "useful",
  "loss",
  "entropy",
  "meanTokens",
  "truncated",
  "kl",
  "gradNorm",
  "clipped",
] as const satisfies Field[];

/** The run so far, by its first, last and best window. What is null in the series is NaN here: every comparison fails. */
type View = {
  readonly first: (field: Field) => number;
  readonly last: (field: Field) => number;
  readonly bestReward: number;
  readonly medianGradNorm: number;
  readonly newestGradNorm: number;
};

/** What each rule says of a view, or null. `not-finite` is looked for before any mean is taken. */
const RULES = {
  "entropy-collapse": ({ first, last }) =>
    last("entropy") < 0.2 * first("entropy")
      ? `entropy fell from ${round(first("entropy"))} to ${round(last("entropy"))} nats a token: the policy hardly explores any more. Lower the learning rate, raise the upper clip or sample at a higher temperature.`
      : null,
  "truncation-growing": ({ first, last }) =>
    last("truncated") > 0.2 && last("truncated") > first("truncated") + 0.1
      ? `${percent(last("truncated"))} of the chains run into the token limit, ${percent(first("truncated"))} did at first: they are scored on what they had no room to finish. Allow more tokens or penalise overlong chains.`
      : null,
  "kl-exploding": ({ first, last }) =>
    last("kl") > 0.5 && last("kl") > 10 * first("kl")
      ? `KL to the reference grew from ${round(first("kl"))} to ${round(last("kl"))} nats a token: the policy is leaving what it learned. Lower the learning rate or raise beta.`
      : null,
  "no-useful-groups": ({ last }) =>
    last("useful") < 0.1
      ? `only ${percent(last("useful"))} of the groups have both right and wrong chains, and only those teach. ${
          last("reward") > 0.5
            ? "The problems have become too easy: take harder ones."
            : "The problems are too hard: take easier ones or more chains a group."
        }`
      : null,
  "reward-falling": ({ last, bestReward }) =>
    last("reward") < bestReward - 0.1
      ? `reward is ${round(last("reward"))}, down from ${round(bestReward)} at its best. If it goes on, return to an earlier checkpoint with a lower learning rate.`
      : null,
  "gradient-spike": ({ newestGradNorm, medianGradNorm }) =>
    newestGradNorm > 10 * medianGradNorm
      ? `the gradient norm jumped to ${round(newestGradNorm)}, the median is ${round(medianGradNorm)}. One such step is harmless under clipping, many are not.`
      : null,
  "clipping-heavy": ({ last }) =>
    last("clipped") > 0.3
      ? `${percent(last("clipped"))} of the tokens are clipped: the policy moves too far on one batch. Take fewer passes over it or a lower learning rate.`
      : null,
} satisfies Record<Exclude<RemarkCode, "not-finite">, (view: View) => string | null>;

/**
 * What the newest steps show, worst first as listed in `RemarkCode`; empty where nothing is amiss. `series` is in order
 * of steps; `window` (default 5) is how many steps a mean is taken over.
 *
 * @example
 * remarksOn([]); // []
 */
export function remarksOn(series: readonly StepDiagnostics[], window = 5): Remark[] {
  const newest = series.at(-1);
  if (newest === undefined) return [];
  const bad = FIELDS.filter((field) => isBroken(newest[field]));
  if (bad.length > 0) {
    const which = bad.map((field) => `${field} is ${newest[field]}`).join(", ");
    const text = `${which}: the run has diverged. Go back to the last good checkpoint with a lower learning rate.`;
    return [{ code: "not-finite", step: newest.step, text }];
  }
  const sound = series.filter((step) => !FIELDS.some((field) => isBroken(step[field])));
  if (sound.length < 2 * window) return [];
  const view = viewOf(sound, window);
  const remarks: Remark[] = [];
  for (const [code, rule] of Object.entries(RULES)) {
    const text = rule(view);
    if (text !== null) remarks.push({ code: code as RemarkCode, step: newest.step, text });
  }
  return remarks;
}

function isBroken(value: number | null | undefined): boolean {
  return typeof value === "number" && !Number.isFinite(value);
}

function viewOf(series: readonly StepDiagnostics[], window: number): View {
  const mean = (from: number, field: Field): number => {
    const values = series.slice(from, from + window).map((step) => step[field] ?? Number.NaN);
    return values.reduce((sum, value) => sum + value, 0) / window;
  };
  const lastFrom = series.length - window;
  let bestReward = Number.NEGATIVE_INFINITY;
  for (let from = 0; from <= lastFrom; from++) {
    const reward = mean(from, "reward");
    if (reward > bestReward) bestReward = reward;
  }
  const norms = series.flatMap((step) => step.gradNorm ?? []).sort((a, b) => a - b);
  return {
    first: (field) => mean(0, field),
    last: (field) => mean(lastFrom, field),
    bestReward,
    medianGradNorm: norms[norms.length >> 1] ?? Number.NaN,
    newestGradNorm: series.at(-1)!.gradNorm ?? Number.NaN,
  };
}

function round(value: number): string {
  return String(Number(value.toPrecision(2)));
}

function percent(value: number): string {
  return `${Math.round(100 * value)}%`;
}
