/** Hypothesis 3, guidance, by beams: a beam search by a value head that is trained stands in place of the tree, and the right chains it came to are imitated. */

import { guidance } from "../../../learn/guidance.ts";
import { beamTeacher } from "../../../learn/teachers/beam-teacher.ts";
import { stepsOf } from "../../../tasks/countdown/solvability.ts";
import { COUNTDOWN_STEPS, hasEnded } from "../../../tasks/countdown/steps.ts";
import type { Method } from "../method.ts";
import { adamw, stepSize } from "./settings.ts";
import { valueHead } from "./value-head.ts";

export const GUIDANCE_BEAM: Method = {
  name: "guidance-beam",
  title: "guidance, beams",
  hypothesis: "guidance",
  summary:
    "expert iteration: beams over steps, kept by a head that learns what became of them; right chains are imitated",
  knobs: ["batch", "rate", "max-tokens"],
  start: (context) => {
    const { learner, knobs } = context;
    const head = valueHead(context);
    const size = stepSize({ problemsPerStep: 32, samples: 1, maxTokens: 384 }, knobs);
    const teacher = beamTeacher({
      value: head.value,
      format: COUNTDOWN_STEPS,
      ended: hasEnded,
      n: 8,
      m: 4,
      maxSteps: 12,
      temperature: 1,
      maxTokens: 1000,
      keep: 4,
      split: stepsOf,
    });
    const options = { ...size, teacher, epochs: 1, batch: 16, optimizer: adamw(3e-4, knobs) };
    return {
      problemsPerStep: size.problemsPerStep,
      learn: (problems, rng, from, signal) => guidance(learner, problems, rng, options, from, signal),
      beside: { value: head.trained },
    };
  },
};
