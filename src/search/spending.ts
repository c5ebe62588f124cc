/**
 * The model as a search sees it: one budget of tokens over everything that the search asks for, steps and roll-outs alike.
 * A call is made shorter where the budget does not pay for all of it, and not made at all where it pays for nothing. What is
 * asked together is paid for in the order of the requests before any of it starts, so who gets the last tokens is no race.
 */

import { type Completion, NOT_SENT, type SampleRequest } from "../core/completion.ts";
import { MullError } from "../core/errors.ts";
import type { Answer, Model, SampleOptions, StrategyContext } from "../core/interfaces.ts";

export class Spending implements Model {
  readonly name: string;
  readonly #context: StrategyContext;
  #left: number;
  #calls = 0;
  #tokens = 0;
  #flops = 0;

  /** @throws MullError `budget` where there is nothing to spend */
  constructor(context: StrategyContext) {
    this.name = context.model.name;
    this.#context = context;
    this.#left = Math.floor(context.budget.maxTokens);
    if (!(this.#left >= 1)) {
      throw new MullError("budget", `a budget of ${context.budget.maxTokens} tokens is spent before the first step`, {
        hint: "give it at least a few tokens a step",
      });
    }
  }

  /** Tokens that nothing has been promised yet. */
  get left(): number {
    return this.#left;
  }

  get usage(): Answer["usage"] {
    return { calls: this.#calls, tokens: this.#tokens, flops: this.#flops };
  }

  /**
   * In the order of the requests. One that was not paid for comes back empty, `aborted`, with no tokens, and is no call.
   *
   * @throws MullError `aborted` where the signal stopped it
   */
  async sample(requests: readonly SampleRequest[], options: SampleOptions = {}): Promise<Completion[]> {
    const { model, signal, onToken } = this.#context;
    stopIfAborted(signal);
    const paid = requests.flatMap((request, index) => {
      const maxTokens = Math.min(Math.floor(request.maxTokens), this.#left);
      if (maxTokens < 1) return [];
      this.#left -= maxTokens;
      return [{ index, request: { ...request, maxTokens } }];
    });
    const results = new Array<Completion>(requests.length).fill(NOT_SENT);
    if (paid.length === 0) return results;
    const first = this.#calls;
    this.#calls += paid.length;
    const signals = [signal, options.signal].filter((each) => each !== undefined);
    const completions = await model.sample(
      paid.map(({ request }) => request),
      {
        ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
        ...(onToken === undefined ? {} : { onToken: (i: number, text: string) => onToken(first + i, text) }),
      },
    );
    for (const [i, completion] of completions.entries()) {
      const { index, request } = paid[i] as (typeof paid)[number];
      results[index] = completion;
      this.#left += request.maxTokens - completion.usage.completionTokens;
      this.#tokens += completion.usage.completionTokens;
      this.#flops += completion.usage.flops ?? 0;
    }
    stopIfAborted(signal);
    return results;
  }
}

/** Whether a completion was written at all. */
export function wasSent({ finish, usage }: Completion): boolean {
  return !(finish === "aborted" && usage.completionTokens === 0);
}

/** @throws MullError `aborted` */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new MullError("aborted", "stopped before there was an answer");
}
