/** Hypothesis 3, guidance: a tree a problem, guided by the policy's own probabilities and by roll-outs, becomes the policy's teacher. */

import { guidance } from "../../../learn/guidance.ts";
import { treeTeacher } from "../../../learn/teachers/tree-teacher.ts";
import { byVerifier, rollOuts } from "../../../search/roll-outs.ts";
import { stepsOf } from "../../../tasks/countdown/solvability.ts";
import { COUNTDOWN_STEPS, hasEnded } from "../../../tasks/countdown/steps.ts";
import type { Method } from "../method.ts";
import { adamw, stepSize } from "./settings.ts";

export const GUIDANCE: Method = {
  name: "guidance",
  title: "guidance, roll-outs",
  hypothesis: "guidance",
  summary:
    "expert iteration: PUCT over steps, valued by roll-outs; the policy learns shares of visits and the right chains found",
  knobs: ["batch", "rate", "max-tokens"],
  start: ({ learner, knobs }) => {
    const size = stepSize({ problemsPerStep: 32, samples: 1, maxTokens: 384 }, knobs);
    const teacher = treeTeacher({
      value: {
        scorer: rollOuts({
          n: 2,
          maxTokens: 96,
          judge: byVerifier,
          separator: " ",
          ended: (_, text) => hasEnded(text),
        }),
      },
      format: COUNTDOWN_STEPS,
      ended: hasEnded,
      m: 6,
      parallel: 4,
      simulations: 32,
      temperature: 1.25,
      maxTokens: 3000,
      minVisits: 4,
      keep: 2,
      split: stepsOf,
    });
    const options = { ...size, teacher, epochs: 1, batch: 16, optimizer: adamw(3e-4, knobs) };
    return {
      problemsPerStep: size.problemsPerStep,
      learn: (problems, rng, from, signal) => guidance(learner, problems, rng, options, from, signal),
    };
  },
};
