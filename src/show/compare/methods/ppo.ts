/** PPO with a value head on the verdict alone: what the process rewards of hypothesis 2 are compared with. */

import { ppo, PPO as SETTINGS } from "../../../learn/ppo.ts";
import type { Knobs } from "../knobs.ts";
import type { Method } from "../method.ts";
import { adamw, stepSize } from "./settings.ts";

export const PPO_KNOBS = ["kl", "group", "batch", "rate", "max-tokens"] as const;

/** Many problems of few chains each: the value, not the group, is what a chain is compared with. */
export function ppoOptions(knobs: Knobs) {
  const size = stepSize({ problemsPerStep: 256, samples: 2, maxTokens: 384 }, knobs);
  return {
    ...SETTINGS,
    ...size,
    klWeight: knobs.kl ?? 0,
    optimizer: adamw(5e-4, knobs),
    valueWarmup: {
      steps: 1,
      epochs: 1,
      minibatches: 16,
      learn: "head" as const,
      klWeight: 0,
      optimizer: { ...adamw(3e-3, {}, 1), finalRatio: 1, clipNorm: 10 },
    },
  };
}

export const PPO: Method = {
  name: "ppo",
  title: "PPO",
  hypothesis: "baseline",
  summary: "policy gradient on the verdict alone, each token compared with what a learnt value expected",
  knobs: PPO_KNOBS,
  valueHead: true,
  start: ({ learner, knobs }) => {
    const options = { ...ppoOptions(knobs), reward: { kind: "outcome" as const } };
    return {
      problemsPerStep: options.problemsPerStep,
      learn: (problems, rng, from, signal) => ppo(learner, problems, rng, options, from, signal),
    };
  },
};
