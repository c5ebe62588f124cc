/** A baseline: shortest solutions, without anything of how they are found. */

import { optimal } from "../../../learn/optimal.ts";
import { shortestChain } from "../../../tasks/countdown/solutions.ts";
import type { Method } from "../method.ts";
import { adamw, stepSize } from "./settings.ts";

export const OPTIMAL: Method = {
  name: "optimal",
  title: "optimal solutions",
  hypothesis: "baseline",
  summary: "imitation of shortest solutions, which a solver (no model, so no FLOPs) finds",
  knobs: ["batch", "rate", "max-tokens"],
  start: ({ learner, task, knobs }) => {
    const size = stepSize({ problemsPerStep: 512, samples: 1, maxTokens: 384 }, knobs);
    const options = {
      ...size,
      solve: (problem: Parameters<typeof shortestChain>[0], rng: Parameters<typeof shortestChain>[2]) =>
        shortestChain(problem, task.solver, rng),
      own: 16,
      epochs: 1,
      batch: 32,
      optimizer: adamw(5e-4, knobs),
    };
    return {
      problemsPerStep: size.problemsPerStep,
      learn: (problems, rng, from, signal) => optimal(learner, problems, rng, options, from, signal),
    };
  },
};
