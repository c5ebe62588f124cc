/** What each name stands for. One more is a file in `methods/`, a line here, and its name in method-names.ts. */

import type { Method } from "./method.ts";
import type { MethodName } from "./method-names.ts";
import { BASE } from "./methods/base.ts";
import { COMBINATION, COMBINATION_RANDOM } from "./methods/combination.ts";
import { DISTILLATION } from "./methods/distillation.ts";
import { EVALUATION } from "./methods/evaluation.ts";
import { EVALUATION_PROCESS } from "./methods/evaluation-process.ts";
import { FILTER, REST_EM, STAR } from "./methods/filter.ts";
import { FILTER_PRM } from "./methods/filter-prm.ts";
import { GRPO } from "./methods/grpo.ts";
import { GUIDANCE } from "./methods/guidance.ts";
import { GUIDANCE_BEAM } from "./methods/guidance-beam.ts";
import { GUIDANCE_VALUE } from "./methods/guidance-value.ts";
import { OPTIMAL } from "./methods/optimal.ts";
import { PPO } from "./methods/ppo.ts";
import { SELF_CORRECTION } from "./methods/self-correction.ts";
import { STREAM } from "./methods/stream.ts";

export const METHODS: Readonly<Record<MethodName, Method>> = {
  filter: FILTER,
  "rest-em": REST_EM,
  star: STAR,
  evaluation: EVALUATION,
  "evaluation-process": EVALUATION_PROCESS,
  "filter-prm": FILTER_PRM,
  guidance: GUIDANCE,
  "guidance-value": GUIDANCE_VALUE,
  "guidance-beam": GUIDANCE_BEAM,
  combination: COMBINATION,
  "combination-random": COMBINATION_RANDOM,
  stream: STREAM,
  "self-correction": SELF_CORRECTION,
  grpo: GRPO,
  ppo: PPO,
  optimal: OPTIMAL,
  distillation: DISTILLATION,
  base: BASE,
};
