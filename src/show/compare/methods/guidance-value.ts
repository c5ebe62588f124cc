/**
 * Hypothesis 3, guidance, with a value head that is trained: it begins at the base's weights and learns what walks through a prefix came
 * to. A leaf is worth as much by the head as by a roll-out, as in AlphaGo, so that chains come to their ends.
 */

import { guidance } from "../../../learn/guidance.ts";
import { treeTeacher } from "../../../learn/teachers/tree-teacher.ts";
import { mixed } from "../../../search/mixed-scorer.ts";
import { byVerifier, rollOuts } from "../../../search/roll-outs.ts";
import { stepsOf } from "../../../tasks/countdown/solvability.ts";
import { COUNTDOWN_STEPS, hasEnded } from "../../../tasks/countdown/steps.ts";
import type { Method } from "../method.ts";
import { adamw, stepSize } from "./settings.ts";
import { valueHead } from "./value-head.ts";

export const GUIDANCE_VALUE: Method = {
  name: "guidance-value",
  title: "guidance, value head",
  hypothesis: "guidance",
  summary:
    "expert iteration: PUCT over steps, valued half by a roll-out and half by a head that learns what earlier walks came to",
  knobs: ["batch", "rate", "max-tokens"],
  start: (context) => {
    const { learner, knobs } = context;
    const head = valueHead(context);
    const size = stepSize({ problemsPerStep: 32, samples: 1, maxTokens: 384 }, knobs);
    const rolled = rollOuts({
      n: 1,
      maxTokens: 96,
      judge: byVerifier,
      separator: " ",
      ended: (_, text) => hasEnded(text),
    });
    const teacher = treeTeacher({
      value: { ...head.value, scorer: mixed(head.value.scorer, rolled, 0.5) },
      format: COUNTDOWN_STEPS,
      ended: hasEnded,
      m: 6,
      parallel: 4,
      simulations: 48,
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
      beside: { value: head.trained },
    };
  },
};
