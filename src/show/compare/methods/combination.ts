/** Hypothesis 4, combination: monologues of the model's own failed attempts with a right one behind them. */

import type { SpliceOptions } from "../../../learn/chains/splice.ts";
import { combination } from "../../../learn/combination.ts";
import { attemptsOf, BETWEEN_ATTEMPTS } from "../../../tasks/countdown/attempts.ts";
import type { Method, MethodContext, MethodRun } from "../method.ts";
import { adamw, stepSize } from "./settings.ts";

const KNOBS = ["group", "batch", "rate", "max-tokens"] as const;

export const COMBINATION: Method = {
  name: "combination",
  title: "combination, nearest",
  hypothesis: "combination",
  summary:
    "failed attempts of the model, the nearest misses last, spliced before a right one; only the recovery is learnt",
  knobs: KNOBS,
  start: (context) => started(context, "nearest"),
};

export const COMBINATION_RANDOM: Method = {
  name: "combination-random",
  title: "combination, random",
  hypothesis: "combination",
  summary: "failed attempts of the model, any of them, spliced before a right one; only the recovery is learnt",
  knobs: KNOBS,
  start: (context) => started(context, "random"),
};

function started({ learner, knobs }: MethodContext, choose: SpliceOptions["choose"]): MethodRun {
  const size = stepSize({ problemsPerStep: 32, samples: 16, maxTokens: 384 }, knobs);
  const options = {
    ...size,
    keep: 4,
    failures: 24,
    choose,
    splicer: { attempts: attemptsOf, ...BETWEEN_ATTEMPTS },
    learn: "recovery" as const,
    epochs: 1,
    batch: 32,
    optimizer: adamw(5e-4, knobs),
  };
  return {
    problemsPerStep: size.problemsPerStep,
    learn: (problems, rng, from, signal) => combination(learner, problems, rng, options, from, signal),
  };
}
