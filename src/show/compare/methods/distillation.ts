/** A baseline: the base's long chains, taught as direct answers. */

import { distillation } from "../../../learn/distillation.ts";
import { directAnswer } from "../../../tasks/countdown/solutions.ts";
import type { Method } from "../method.ts";
import { adamw, stepSize } from "./settings.ts";

export const DISTILLATION: Method = {
  name: "distillation",
  title: "prompt distillation",
  hypothesis: "baseline",
  summary: "what the base's long chains come to, where it is right, taught as a direct answer without the search",
  knobs: ["group", "batch", "rate", "max-tokens"],
  start: ({ learner, base, knobs }) => {
    const size = stepSize({ problemsPerStep: 32, samples: 16, maxTokens: 384 }, knobs);
    const options = {
      ...size,
      teacher: base.parameters,
      answer: directAnswer,
      keep: 2,
      own: 32,
      epochs: 1,
      batch: 32,
      optimizer: adamw(5e-4, knobs),
    };
    return {
      problemsPerStep: size.problemsPerStep,
      learn: (problems, rng, from, signal) => distillation(learner, problems, rng, options, from, signal),
    };
  },
};
