/** Hypothesis 2, evaluation: a process reward model taught by roll-outs, and PPO on the verdict and on what the model says of steps. */

import { evaluation } from "../../../learn/evaluation.ts";
import { RewardModel } from "../../../learn/reward-model.ts";
import { EmbeddedModel } from "../../../model/embedded.ts";
import { hasEnded } from "../../../tasks/countdown/steps.ts";
import { countdownTokenizer } from "../../../tasks/countdown/vocabulary.ts";
import type { Method } from "../method.ts";
import { PPO_KNOBS, ppoOptions } from "./ppo.ts";
import { adamw } from "./settings.ts";

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
  start: ({ learner, base, threads, knobs }) => {
    const words = new EmbeddedModel(learner.engine, countdownTokenizer);
    const rewardModel = new RewardModel(
      base,
      {
        kind: "process",
        encode: (prompt, chain) => words.encode(prompt, chain),
        passes: 6,
        batch: 8,
        optimizer: { ...adamw(3e-4, {}, 10), finalRatio: 1, clipNorm: 1 },
      },
      { threads },
    );
    const ppo = ppoOptions(knobs);
    const options = {
      ...ppo,
      rewardModel,
      split: operationsOf,
      form: "difference" as const,
      processWeight: 1,
      labels: {
        rollouts: 4,
        maxTokens: 128,
        temperature: 1,
        separator: " ",
        ended: hasEnded,
        every: 2,
        chains: Math.ceil((ppo.problemsPerStep * ppo.samples) / LABELLED),
        prefixes: 2,
        kind: "soft" as const,
      },
    };
    return {
      problemsPerStep: options.problemsPerStep,
      learn: (problems, rng, from, signal) => evaluation(learner, problems, rng, options, from, signal),
      beside: { rewardModel: { engine: rewardModel.engine, optimizer: rewardModel.optimizer } },
    };
  },
};

/** A chain as its operations, each with what was written before it. */
function operationsOf(chain: string): string[] {
  return chain.match(/.+?=\d+(?=\s|$)|.+$/g) ?? [];
}
