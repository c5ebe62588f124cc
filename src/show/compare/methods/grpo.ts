/** Reinforcement on verified answers: the baseline that the first runs of Mull are made of. */

import { policyGradient, VARIANTS } from "../../../learn/policy-gradient.ts";
import { REINFORCE_PP, reinforcePlusPlus } from "../../../learn/reinforce-plus-plus.ts";
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
    const age = knobs.age ?? 0;
    const shared = {
      ...size,
      minibatches: 8, // many small updates: more than any other setting, they make a unit of compute worth more (docs/log.md)
      age,
      optimizer: adamw(5e-4, knobs),
    };
    const run = { problemsPerStep: size.problemsPerStep, canSaveAfter: (step: number) => step % (age + 1) === 0 };
    if (knobs.algorithm === "reinforce_plus_plus") {
      const options = { ...REINFORCE_PP, ...shared, beta: knobs.kl ?? REINFORCE_PP.beta };
      return {
        ...run,
        learn: (problems, rng, from, signal) => reinforcePlusPlus(learner, problems, rng, options, from, signal),
      };
    }
    const variant = knobs.algorithm === undefined ? OURS : VARIANTS[knobs.algorithm];
    const options = { ...variant, ...shared, klWeight: knobs.kl ?? 0, overlongBuffer: 0 };
    return {
      ...run,
      learn: (problems, rng, from, signal) => policyGradient(learner, problems, rng, options, from, signal),
    };
  },
};

/** As `mull reproduce`: a long chain's tokens count as much as a short one's, and rare good tokens may rise further. */
const OURS = { ...VARIANTS.grpo, aggregation: "token-mean", clipHigh: 0.28 } as const;
