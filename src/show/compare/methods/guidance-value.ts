/** Hypothesis 3, guidance, with a value head that is trained: it begins at the base's weights and learns what walks through a prefix came to. */

import { guidance } from "../../../learn/guidance.ts";
import { RewardModel, valueFunction } from "../../../learn/reward-model.ts";
import { EmbeddedModel } from "../../../model/embedded.ts";
import { stepsOf } from "../../../tasks/countdown/solvability.ts";
import { COUNTDOWN_STEPS, hasEnded } from "../../../tasks/countdown/steps.ts";
import { countdownTokenizer } from "../../../tasks/countdown/vocabulary.ts";
import type { Method } from "../method.ts";
import { adamw, stepSize } from "./settings.ts";

export const GUIDANCE_VALUE: Method = {
  name: "guidance-value",
  title: "guidance, value head",
  hypothesis: "guidance",
  summary: "expert iteration: PUCT over steps, valued by a head that learns what the walks of earlier trees came to",
  knobs: ["batch", "rate", "max-tokens"],
  start: ({ learner, base, threads, knobs }) => {
    const words = new EmbeddedModel(learner.engine, countdownTokenizer);
    const head = new RewardModel(
      base,
      {
        kind: "process",
        encode: (prompt, chain) => words.encode(prompt, chain),
        passes: 1,
        batch: 32,
        optimizer: { ...adamw(3e-4, {}, 10), finalRatio: 1, clipNorm: 1 },
        name: "value head",
      },
      { threads },
    );
    const size = stepSize({ problemsPerStep: 32, samples: 1, maxTokens: 384 }, knobs);
    const options = {
      ...size,
      value: valueFunction(head, (chain) => (chain === "" ? [""] : stepsOf(chain))),
      format: COUNTDOWN_STEPS,
      ended: hasEnded,
      m: 6,
      parallel: 4,
      simulations: 48,
      treeTemperature: 1.25,
      treeTokens: 3000,
      minVisits: 4,
      epochs: 1,
      batch: 16,
      optimizer: adamw(3e-4, knobs),
    };
    return {
      problemsPerStep: size.problemsPerStep,
      learn: (problems, rng, from, signal) => guidance(learner, problems, rng, options, from, signal),
      beside: { value: { engine: head.engine, optimizer: head.optimizer } },
    };
  },
};
