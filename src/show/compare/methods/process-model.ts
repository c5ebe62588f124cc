/** The process reward model of hypothesis 2: it begins at the base's weights and is taught by roll-outs of the policy. */

import type { Teaching } from "../../../learn/reward/process-lessons.ts";
import { hasEnded } from "../../../tasks/countdown/steps.ts";
import type { Judge, MethodContext, Trained } from "../method.ts";
import { stepScorer } from "./step-scorer.ts";

/** How it is taught in these rounds, and what is saved beside the policy. */
export function processModel(
  context: MethodContext,
  rounds: Pick<Teaching["labels"], "every" | "until" | "chains">,
): { readonly teaching: Teaching; readonly trained: Trained; readonly judge: Judge } {
  const { model: rewardModel, trained } = stepScorer(context, { passes: 6, batch: 8 });
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
    trained,
  };
}

/** A chain as its operations, each with what was written before it. */
function operationsOf(chain: string): string[] {
  return chain.match(/.+?=\d+(?=\s|$)|.+$/g) ?? [];
}
