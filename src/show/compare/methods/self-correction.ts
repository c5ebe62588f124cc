/** Hypothesis 4, combination: correction that reinforcement teaches, a first attempt and what follows it. */

import { selfCorrection } from "../../../learn/self-correction.ts";
import { asEnded, firstAttempt } from "../../../tasks/countdown/solutions.ts";
import type { Method } from "../method.ts";
import { adamw, stepSize } from "./settings.ts";

/** Share of the budget in which the first attempt is held and only the correction learns. */
const FIRST_STAGE = 0.25;

export const SELF_CORRECTION: Method = {
  name: "self-correction",
  title: "self-correction",
  hypothesis: "combination",
  summary:
    "SCoRe: reinforcement of what follows the first attempt while that is held, then of both, with a bonus for improving",
  knobs: ["group", "batch", "rate", "max-tokens"],
  start: ({ learner, knobs }) => {
    const size = stepSize({ problemsPerStep: 64, samples: 8, maxTokens: 384 }, knobs);
    const options = {
      ...size,
      inFirstStage: () => (learner.progress?.() ?? 0) < FIRST_STAGE,
      firstAttempt,
      asEnded,
      firstKl: 0.1,
      kl: 0.01,
      bonus: 1,
      minibatches: 8,
      epochs: 1,
      clipLow: 0.2,
      clipHigh: 0.28,
      aggregation: "token-mean" as const,
      optimizer: adamw(5e-4, knobs),
    };
    return {
      problemsPerStep: size.problemsPerStep,
      learn: (problems, rng, from, signal) => selfCorrection(learner, problems, rng, options, from, signal),
    };
  },
};
