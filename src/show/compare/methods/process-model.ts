/** The process reward model of hypothesis 2: it begins at the base's weights and is taught by roll-outs of the policy. */

import type { Teaching } from "../../../learn/process-lessons.ts";
import { RewardModel } from "../../../learn/reward-model.ts";
import { EmbeddedModel } from "../../../model/embedded.ts";
import { hasEnded } from "../../../tasks/countdown/steps.ts";
import { countdownTokenizer } from "../../../tasks/countdown/vocabulary.ts";
import type { Judge, MethodContext, Trained } from "../method.ts";
import { adamw } from "./settings.ts";

/** How it is taught in these rounds, and what is saved beside the policy. */
export function processModel(
  { learner, base, threads }: MethodContext,
  rounds: Pick<Teaching["labels"], "every" | "until" | "chains">,
): { readonly teaching: Teaching; readonly trained: Trained; readonly judge: Judge } {
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
  const labels = {
    rollouts: 4,
    maxTokens: 128,
    temperature: 1,
    separator: " ",
    ended: hasEnded,
    prefixes: 2,
    kind: "soft" as const,
    ...rounds,
  };
  return {
    teaching: { rewardModel, split: operationsOf, labels },
    judge: { split: operationsOf, scoreAll: (chains, options) => rewardModel.scoreAll(chains, options) },
    trained: { engine: rewardModel.engine, optimizer: rewardModel.optimizer },
  };
}

/** A chain as its operations, each with what was written before it. */
function operationsOf(chain: string): string[] {
  return chain.match(/.+?=\d+(?=\s|$)|.+$/g) ?? [];
}
