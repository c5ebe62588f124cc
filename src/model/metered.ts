/**
 * A model whose calls are paid for from a meter. A call that what is left does not pay for in full is made shorter; one
 * that it does not pay for at all is not made, and comes back empty and `aborted`, as does what is under way when the time
 * is up. So a strategy goes on with what it has, and nothing is ever spent beyond the budget.
 *
 * The tokens of a prompt are known only afterwards. Before, they are bounded by its bytes and what a chat template adds: no
 * tokenizer writes more tokens than bytes.
 */

import type { Cost } from "../core/budget.ts";
import { type Completion, NOT_SENT, type SampleRequest } from "../core/completion.ts";
import type { Model, SampleOptions } from "../core/interfaces.ts";
import { checkRequest } from "./check-request.ts";
import { eachRequest } from "./each-request.ts";
import type { Meter } from "./meter.ts";
import { ServerError } from "./server-error.ts";

export type Price = {
  /** Dollars a token. */
  readonly prompt?: number;
  readonly completion?: number;
  /** FLOPs of a token read or written, at most; for models that do not count theirs. */
  readonly flops?: number;
};

/** Tokens that a chat template adds to a prompt, at most. */
const TEMPLATE = 256;

/**
 * @example
 * import { Meter } from "./meter.ts";
 * import { ScriptedModel } from "./scripted.ts";
 * const meter = new Meter({ tokens: 5 });
 * const model = metered(new ScriptedModel(() => "3 + 7 =10 solved"), meter);
 * await model.sample([1, 2].map((seed) => ({ prompt: "3 7 = 10", seed, maxTokens: 4 })));
 * meter.spent.tokens; // 5
 */
export function metered(model: Model, meter: Meter, price: Price = {}): Model {
  const costOf = (promptTokens: number, tokens: number, flops?: number): Cost => ({
    calls: 1,
    tokens,
    promptTokens,
    dollars: (price.prompt ?? 0) * promptTokens + (price.completion ?? 0) * tokens,
    flops: flops ?? (price.flops ?? 0) * (promptTokens + tokens),
  });

  /** The most tokens that what is left pays for. */
  const affordable = (request: SampleRequest, promptTokens: number): number => {
    const prompt = costOf(promptTokens, 0);
    const by = (name: "dollars" | "flops", perToken = 0): number =>
      perToken === 0 ? Number.POSITIVE_INFINITY : (meter.left(name) - prompt[name]) / perToken;
    const most = Math.min(meter.left("tokens"), by("dollars", price.completion), by("flops", price.flops));
    return Math.min(Math.floor(request.maxTokens), Math.floor(most + 1e-9));
  };

  const one = async (
    request: SampleRequest,
    { maxTokens, reserved }: { readonly maxTokens: number; readonly reserved: Cost },
    options: SampleOptions,
  ): Promise<Completion> => {
    try {
      const [completion] = await model.sample([{ ...request, maxTokens }], options);
      const { usage } = completion as Completion;
      const actual = costOf(usage.promptTokens, usage.completionTokens, usage.flops);
      meter.settle(reserved, actual, { estimated: usage.estimated === true });
      return completion as Completion;
    } catch (error) {
      // A call that may have run is taken to have cost all that it could; one that cannot have run was a call.
      const free = error instanceof ServerError && !error.mayHaveRun;
      meter.settle(reserved, free ? costOf(0, 0, 0) : reserved, { estimated: true });
      throw error;
    }
  };

  return {
    name: model.name,
    async sample(requests, options = {}) {
      for (const request of requests) checkRequest(request);
      const signal = options.signal === undefined ? meter.signal : AbortSignal.any([options.signal, meter.signal]);
      // All is reserved before anything starts, in the order of the requests: who gets the last tokens is no race.
      const plans = requests.map((request) => {
        const promptTokens = Buffer.byteLength(`${request.prompt}${request.prefix ?? ""}`) + TEMPLATE;
        const maxTokens = affordable(request, promptTokens);
        const reserved = costOf(promptTokens, maxTokens);
        const granted = maxTokens >= 1 && !signal.aborted && meter.reserve(reserved);
        if (!granted || maxTokens < Math.floor(request.maxTokens)) meter.refuse();
        return granted ? { maxTokens, reserved } : null;
      });
      return eachRequest(requests, { ...options, signal }, async (request, own, i) => {
        const plan = plans[i] ?? null;
        return plan === null ? NOT_SENT : one(request, plan, own);
      });
    },
  };
}
