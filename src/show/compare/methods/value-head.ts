/** The value head of guidance: it begins at the base's weights and learns what became of prefixes. */

import type { ValueFunction } from "../../../learn/guidance.ts";
import { valueFunction } from "../../../learn/reward/reward-model.ts";
import { stepsOf } from "../../../tasks/countdown/solvability.ts";
import type { MethodContext, Trained } from "../method.ts";
import { stepScorer } from "./step-scorer.ts";

/** What a search asks, and what is saved beside the policy. */
export function valueHead(context: MethodContext): { readonly value: ValueFunction; readonly trained: Trained } {
  const { model, trained } = stepScorer(context, { passes: 1, batch: 32, name: "value head" });
  return { value: valueFunction(model, (chain) => (chain === "" ? [""] : stepsOf(chain))), trained };
}
