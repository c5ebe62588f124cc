/**
 * Budget forcing (Muennighoff et al. 2025, "s1") of models that continue what they have begun: where the chain ends early, a
 * continuation word is appended and the model goes on; where it would run out without an answer, it is asked for one while there
 * are still tokens to give it in. `forced` does the first inside the decoder, for models whose end is a word.
 */

import type { Completion } from "../core/completion.ts";
import type { Strategy } from "../core/interfaces.ts";
import { select } from "./candidates.ts";
import { checkCount } from "./search-options.ts";
import { Spending, wasSent } from "./spending.ts";

export type BudgetForcingOptions = {
  /** Appended where the model ended. Default "\n\nWait". */
  readonly continuation?: string;
  /** How often it is made to go on. Default 2. */
  readonly extensions?: number;
  /** Appended where there is no answer when the thinking is over. */
  readonly nudge?: string;
  /** Tokens that are kept for what follows the nudge. Default 128, and never more than a quarter of the budget. */
  readonly answerTokens?: number;
  /** Default 1. */
  readonly temperature?: number;
};

/**
 * @throws MullError `input` for a number of extensions that is no whole number
 * @example
 * budgetForcing({ extensions: 4 }).name; // "budget-forcing"
 */
export function budgetForcing(options: BudgetForcingOptions = {}): Strategy {
  const { continuation = "\n\nWait", extensions = 2, temperature = 1 } = options;
  const { nudge = "\n\nSo the final answer is \\boxed{", answerTokens = 128 } = options;
  checkCount("extensions + 1", extensions + 1);
  return {
    name: "budget-forcing",
    async solve(problem, context) {
      const model = new Spending(context);
      const kept = Math.min(answerTokens, Math.floor(model.left / 4));
      let text = "";
      let finish: Completion["finish"] = "length";
      /** Goes on from the text; why it stopped, or null where nothing was left to pay for it. */
      const goOn = async (maxTokens: number, part: number): Promise<Completion["finish"] | null> => {
        const seed = context.rng.split("part", part).seed;
        const prefix = text === "" ? {} : { prefix: text };
        const [written] = await model.sample([{ prompt: problem.prompt, ...prefix, maxTokens, temperature, seed }]);
        if (written === undefined || !wasSent(written)) return null;
        text += written.text;
        finish = written.finish;
        return finish;
      };
      for (let part = 0; part <= extensions; part++) {
        const before = text;
        if (part > 0) text += continuation;
        if (model.left > kept && (await goOn(model.left - kept, part)) === "end") continue;
        if (text === before + continuation) text = before; // nothing was written after it
        break;
      }
      if (context.extract(problem, text) === null && model.left > 0) {
        text += nudge;
        await goOn(model.left, extensions + 1);
      }
      const usage = { promptTokens: 0, completionTokens: model.usage.tokens };
      return select(problem, context, [{ chain: { text, finish, usage }, score: null }], "majority", model.usage);
    },
  };
}
