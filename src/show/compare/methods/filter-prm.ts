/** Hypotheses 1 and 2 together: the exact verifier says which chains are right, a process reward model which of these are imitated. */

import { filter } from "../../../learn/filter.ts";
import type { Method } from "../method.ts";
import { FILTER_KNOBS, filterOptions } from "./filter.ts";
import { processModel } from "./process-model.ts";

/** Of so many chains of a step, one is labelled by roll-outs. */
const LABELLED = 8;

export const FILTER_PRM: Method = {
  name: "filter-prm",
  title: "filter by a reward model",
  hypothesis: "evaluation",
  summary:
    "as filter, but of a problem's right chains those are imitated whose weakest step a process reward model, which roll-outs teach, holds best",
  knobs: FILTER_KNOBS,
  start: (context) => {
    const { learner, knobs } = context;
    const size = filterOptions(knobs);
    const chains = Math.ceil((size.problemsPerStep * size.samples) / LABELLED);
    const { teaching, trained, judge } = processModel(context, { every: 4, chains });
    const { rewardModel: scorer, split } = teaching;
    const prefer = { scorer, split, aggregation: "min" as const, teaching };
    const options = { ...size, prefer };
    return {
      problemsPerStep: options.problemsPerStep,
      learn: (problems, rng, from, signal) => filter(learner, problems, rng, options, from, signal),
      judge,
      beside: { rewardModel: trained },
    };
  },
};
