/**
 * Chains of a policy as lessons for a reward model: which question is asked of their steps, and how it is answered.
 *
 * Two targets, kept apart. `attempt`: can the present attempt still come out right? Roll-outs end where they go back. `policy`:
 * what does the policy come to from here? Roll-outs are free. Either is answered by roll-outs from every step, as the share that
 * came out right (`soft`) or whether any did (`hard`; both Math-Shepherd), and the first also by binary search for the first error
 * within each attempt (`first-error`; OmegaPRM), which rolls out a few steps of each.
 *
 * `own` rolls out nothing: what the chain itself went on to is one roll-out from each of its steps, and is there already. Such labels
 * are noisier, as good in the mean, and so cheap that many more chains can be had; cross-entropy averages over them.
 */

import type { TransformerShape } from "../../core/flops.ts";
import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import type { Verdict } from "../../core/verdict.ts";
import { type Group, generationFlops } from "../chains/rollouts.ts";
import {
  firstErrors,
  hardLabel,
  type Labeller,
  type LabelOptions,
  labelSteps,
  type SteppedChain,
} from "./process-labels.ts";
import type { LabelledSteps } from "./process-lessons.ts";

export type LessonOptions = Omit<LabelOptions, "confine"> & {
  readonly target: "attempt" | "policy";
  readonly kind: "soft" | "hard" | "first-error" | "own";
  /** Words at which an attempt ends. */
  readonly returns: readonly string[];
  /** Whether a step begins another attempt. */
  readonly beginsAttempt: (step: string) => boolean;
};

/** A chain whose verdict is known. */
export type JudgedChain = SteppedChain & {
  readonly verdict: Verdict;
  /** It was cut off: what it would have come to is not known. */
  readonly cut: boolean;
};

export type Lessons = {
  readonly chains: readonly LabelledSteps[];
  /** Of the roll-outs. */
  readonly flops: number;
  /** How many were written. */
  readonly rollouts: number;
};

/**
 * @param chains with the steps that are to be labelled; for `own` their verdicts are read as well
 * @param shape of the policy that rolls out, for the FLOPs
 * @throws the reason of `signal`
 * @example
 * import { TOY_SHAPE, toyLearner } from "../fixtures/toy.ts"; // after a digit, write the next one
 * await using learner = toyLearner();
 * const verdict = { status: "correct", score: 1, reason: "" } as const;
 * const chains = [{ problem: { id: "a", prompt: "1" }, steps: ["2", " end"], verdict, cut: false }];
 * const rollouts = { rollouts: 4, maxTokens: 1, temperature: 1, separator: " ", ended: (text: string) => text.endsWith("end") };
 * const how = { target: "policy", kind: "hard", returns: [], beginsAttempt: () => false } as const;
 * (await lessonsFrom(learner, chains, new Rng(1), { ...rollouts, ...how }, TOY_SHAPE)).chains[0]?.labels; // [1, 1]
 */
export async function lessonsFrom(
  labeller: Labeller,
  chains: readonly JudgedChain[],
  rng: Rng,
  options: LessonOptions,
  shape: TransformerShape,
): Promise<Lessons> {
  const { target, kind, returns, beginsAttempt, ...rest } = options;
  if (kind === "own") return { chains: chains.map((chain) => ownOutcome(chain, options)), flops: 0, rollouts: 0 };
  const how: LabelOptions = target === "attempt" ? { ...rest, confine: returns } : rest;
  if (kind === "first-error") {
    const attempts = chains.map(({ problem, steps }) => attemptsOf(problem, steps, beginsAttempt));
    const found = await firstErrors(labeller, attempts.flat(), rng, how);
    let next = 0;
    const labelled = chains.map(({ problem, steps }, c): LabelledSteps => {
      const labels = (attempts[c] as SteppedChain[]).flatMap((attempt) => {
        const error = found.labels[next++] ?? attempt.steps.length;
        return attempt.steps.map((_, s) => Number(s < error));
      });
      return { problem, steps, labels };
    });
    return { chains: labelled, ...costOf(found.written, shape) };
  }
  const found = await labelSteps(labeller, chains, rng, how);
  const labelled = chains.map(({ problem, steps }, c): LabelledSteps => {
    const own = found.labels[c] ?? [];
    return { problem, steps, labels: own.map((label) => (kind === "hard" ? hardLabel(label) : label.soft)) };
  });
  return { chains: labelled, ...costOf(found.written, shape) };
}

/**
 * A chain comes out right by its last attempt alone: the steps before it were left for another attempt.
 *
 * @example
 * const verdict = { status: "correct", score: 1, reason: "" } as const;
 * const chain = { problem: { id: "a", prompt: "1" }, steps: ["3", " 0", " 2"], verdict, cut: false };
 * const beginsAttempt = (step: string) => step === " 0";
 * ownOutcome(chain, { target: "attempt", beginsAttempt }).labels; // [0, 1, 1]
 * ownOutcome(chain, { target: "policy", beginsAttempt }).labels; // [1, 1, 1]
 */
export function ownOutcome(
  { problem, steps, verdict, cut }: JudgedChain,
  { target, beginsAttempt }: Pick<LessonOptions, "target" | "beginsAttempt">,
): LabelledSteps {
  const outcome = cut || verdict.status === "unscored" ? null : verdict.score;
  const last = target === "policy" ? 0 : steps.findLastIndex((step) => beginsAttempt(step));
  return { problem, steps, labels: steps.map((_, s) => (s < last ? 0 : outcome)) };
}

/** Each attempt as a chain of its own, whose first step holds all that was written before. */
function attemptsOf(
  problem: Problem,
  steps: readonly string[],
  beginsAttempt: (step: string) => boolean,
): SteppedChain[] {
  const attempts: string[][] = [];
  let before = "";
  for (const step of steps) {
    const attempt = attempts.at(-1);
    if (attempt === undefined || beginsAttempt(step)) attempts.push([before + step]);
    else attempt.push(step);
    before += step;
  }
  return attempts.map((own) => ({ problem, steps: own }));
}

function costOf(written: readonly Group[], shape: TransformerShape): Pick<Lessons, "flops" | "rollouts"> {
  return { flops: generationFlops(shape, written), rollouts: written.reduce((sum, group) => sum + group.length, 0) };
}
