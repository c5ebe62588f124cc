/** Hypothesis 1, filter, and its published variants. */

import type { Rng } from "../../../core/rng.ts";
import { type FilterOptions, filter } from "../../../learn/filter.ts";
import type { SupervisedText } from "../../../learn/pretrain.ts";
import { puzzleOf } from "../../../tasks/countdown/puzzle.ts";
import type { CountdownTask } from "../../../tasks/countdown/task.ts";
import type { Knobs } from "../knobs.ts";
import type { Method, MethodContext, MethodRun } from "../method.ts";
import { adamw, stepSize } from "./settings.ts";

export const FILTER_KNOBS = ["group", "batch", "rate", "max-tokens"] as const;

export const FILTER: Method = {
  name: "filter",
  title: "filter",
  hypothesis: "filter",
  summary: "expert iteration: sample, keep what the verifier accepts, fine-tune on it, go on from there",
  knobs: FILTER_KNOBS,
  start: (context) => started(context, {}),
};

export const REST_EM: Method = {
  name: "rest-em",
  title: "ReST-EM",
  hypothesis: "filter",
  summary: "as filter, but every round of fine-tuning begins at the base, on all that was kept so far",
  knobs: FILTER_KNOBS,
  start: (context) => started(context, { restartFrom: context.base.parameters, accumulate: true }),
};

export const STAR: Method = {
  name: "star",
  title: "STaR",
  hypothesis: "filter",
  summary: "as ReST-EM, and a problem that no chain solved is tried again with the first operation of a solution given",
  knobs: FILTER_KNOBS,
  start: (context) =>
    started(context, { restartFrom: context.base.parameters, accumulate: true, hint: firstOperation(context.task) }),
};

export function filterOptions(knobs: Knobs) {
  const size = stepSize({ problemsPerStep: 32, samples: 16, maxTokens: 512 }, knobs);
  return { ...size, keep: 4, epochs: 1, batch: 32, optimizer: adamw(5e-4, knobs) };
}

function started({ learner, knobs, state }: MethodContext, variant: Partial<FilterOptions>): MethodRun {
  let kept = (state ?? []) as readonly SupervisedText[];
  const options = { ...filterOptions(knobs), ...variant };
  return {
    problemsPerStep: options.problemsPerStep,
    async *learn(problems, rng, from, signal) {
      for await (const step of filter(learner, problems, rng, options, { ...from, kept }, signal)) {
        kept = step.kept;
        yield step;
      }
    },
    ...(options.accumulate === true ? { state: () => kept } : {}),
  };
}

/** `8 * 3 =24`, of a solution drawn for the problem. */
function firstOperation(task: CountdownTask): NonNullable<FilterOptions["hint"]> {
  return (problem, rng: Rng) => {
    const puzzle = puzzleOf(problem);
    const [first] = puzzle === null ? [] : (task.solver.solve(puzzle.numbers, puzzle.target, rng) ?? []);
    return first === undefined ? null : `${first.a} ${first.op} ${first.b} =${first.result}`;
  };
}
