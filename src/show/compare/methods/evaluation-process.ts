/** Hypothesis 2, evaluation, with nothing but the reward model's word, and the model frozen: how much a policy gains by fooling it. */

import { evaluation } from "../../../learn/evaluation.ts";
import type { Method } from "../method.ts";
import { PPO_KNOBS, ppoOptions } from "./ppo.ts";
import { processModel } from "./process-model.ts";

/** Of so many chains of a step, one is labelled by roll-outs. */
const LABELLED = 4;

export const EVALUATION_PROCESS: Method = {
  name: "evaluation-process",
  title: "evaluation, scores alone",
  hypothesis: "evaluation",
  summary:
    "PPO on a process reward model's scores alone, no verdict; the model learns of the base's chains and is then frozen",
  knobs: PPO_KNOBS,
  valueHead: true,
  start: (context) => {
    const { learner, knobs } = context;
    const ppo = ppoOptions(knobs);
    const chains = Math.ceil((ppo.problemsPerStep * ppo.samples) / LABELLED);
    // While the value warms up by its head alone, the policy is the base.
    const { teaching, trained, judge } = processModel(context, { every: 1, until: ppo.valueWarmup.steps, chains });
    const options = { ...ppo, ...teaching, form: "difference" as const, processWeight: null };
    return {
      problemsPerStep: options.problemsPerStep,
      learn: (problems, rng, from, signal) => evaluation(learner, problems, rng, options, from, signal),
      judge,
      beside: { rewardModel: trained },
    };
  },
};
