/** Hypothesis 2, evaluation: a process reward model taught by roll-outs, and PPO on the verdict and on what the model says of steps. */

import { evaluation } from "../../../learn/evaluation.ts";
import type { Method } from "../method.ts";
import { PPO_KNOBS, ppoOptions } from "./ppo.ts";
import { processModel } from "./process-model.ts";

/** Of so many chains of a step, one is labelled by roll-outs. */
const LABELLED = 8;

export const EVALUATION: Method = {
  name: "evaluation",
  title: "evaluation, PPO",
  hypothesis: "evaluation",
  summary:
    "PPO on the verdict and on a process reward model's scores of steps, which roll-outs teach as the policy changes",
  knobs: PPO_KNOBS,
  valueHead: true,
  start: (context) => {
    const { learner, knobs } = context;
    const ppo = ppoOptions(knobs);
    const chains = Math.ceil((ppo.problemsPerStep * ppo.samples) / LABELLED);
    const { teaching, trained, judge } = processModel(context, { every: 2, chains });
    const options = { ...ppo, ...teaching, form: "difference" as const, processWeight: 1 };
    return {
      problemsPerStep: options.problemsPerStep,
      learn: (problems, rng, from, signal) => evaluation(learner, problems, rng, options, from, signal),
      judge,
      beside: { rewardModel: trained },
    };
  },
};
