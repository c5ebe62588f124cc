/** Reinforcement on verified answers: the baseline that the first runs of Mull are made of. */

import { policyGradient, VARIANTS } from "../../../learn/policy-gradient.ts";
import type { Method } from "../method.ts";
import { adamw, stepSize } from "./settings.ts";

export const GRPO: Method = {
  name: "grpo",
  title: "GRPO",
  hypothesis: "baseline",
  summary: "policy gradient on the verdict alone, each chain compared with others on its problem",
  knobs: ["algorithm", "kl", "group", "batch", "age", "rate", "max-tokens"],
  start: ({ learner, knobs }) => {
    const size = stepSize({ problemsPerStep: 64, samples: 8, maxTokens: 384 }, knobs);
    const variant = knobs.algorithm === undefined ? OURS : VARIANTS[knobs.algorithm];
    const age = knobs.age ?? 0;
    const options = {
      ...variant,
      ...size,
      minibatches: 8, // many small updates: more than any other setting, they make a unit of compute worth more (docs/log.md)
      klWeight: knobs.kl ?? 0,
      overlongBuffer: 0,
      age,
      optimizer: adamw(5e-4, knobs),
    };
    return {
      problemsPerStep: size.problemsPerStep,
      learn: (problems, rng, from, signal) => policyGradient(learner, problems, rng, options, from, signal),
      canSaveAfter: (step) => step % (age + 1) === 0,
    };
  },
};

/** As `mull reproduce`: a long chain's tokens count as much as a short one's, and rare good tokens may rise further. */
const OURS = { ...VARIANTS.grpo, aggregation: "token-mean", clipHigh: 0.28 } as const;
