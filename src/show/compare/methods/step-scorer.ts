/** A process reward model that begins at the base's weights, and what is saved of it beside the policy. */

import { RewardModel, type RewardModelOptions } from "../../../learn/reward/reward-model.ts";
import { EmbeddedModel } from "../../../model/embedded.ts";
import { countdownTokenizer } from "../../../tasks/countdown/vocabulary.ts";
import type { MethodContext, Trained } from "../method.ts";
import { adamw } from "./settings.ts";

export function stepScorer(
  { learner, base, threads }: MethodContext,
  amount: Pick<RewardModelOptions, "passes" | "batch" | "name">,
): { readonly model: RewardModel; readonly trained: Trained } {
  const words = new EmbeddedModel(learner.engine, countdownTokenizer);
  const encode = (prompt: string, chain: string): number[] => words.encode(prompt, chain);
  const optimizer = { ...adamw(3e-4, {}, 10), finalRatio: 1, clipNorm: 1 };
  const model = new RewardModel(base, { kind: "process", encode, optimizer, ...amount }, { threads });
  return { model, trained: { engine: model.engine, optimizer: model.optimizer } };
}
