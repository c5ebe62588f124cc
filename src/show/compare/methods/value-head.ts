/** The value head of guidance: it begins at the base's weights and learns what became of prefixes. */

import type { ValueFunction } from "../../../learn/guidance.ts";
import { RewardModel, valueFunction } from "../../../learn/reward-model.ts";
import { EmbeddedModel } from "../../../model/embedded.ts";
import { stepsOf } from "../../../tasks/countdown/solvability.ts";
import { countdownTokenizer } from "../../../tasks/countdown/vocabulary.ts";
import type { MethodContext, Trained } from "../method.ts";
import { adamw } from "./settings.ts";

/** What a search asks, and what is saved beside the policy. */
export function valueHead({ learner, base, threads }: MethodContext): {
  readonly value: ValueFunction;
  readonly trained: Trained;
} {
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
  const value = valueFunction(head, (chain) => (chain === "" ? [""] : stepsOf(chain)));
  return { value, trained: { engine: head.engine, optimizer: head.optimizer } };
}
