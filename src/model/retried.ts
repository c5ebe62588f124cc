/**
 * A model that is asked again where its server was busy, went away or answered nonsense: after as long as the server says
 * (Retry-After), else after exponential back-off with full jitter (Brooker 2015, "Exponential Backoff and Jitter"). The
 * jitter comes from the request's seed, so one seed waits one way.
 *
 * A call that may have run before it failed may be paid for twice when it is repeated. `onRetry` is told of each, so
 * that the caller can count them; with `repeatPaid: false` they are not repeated.
 */

import type { Completion } from "../core/completion.ts";
import { MullError } from "../core/errors.ts";
import type { Model } from "../core/interfaces.ts";
import { deriveSeed, Rng } from "../core/rng.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type AskOne, eachRequest } from "./each-request.ts";
import { ServerError } from "./server-error.ts";

export type RetryOptions = {
  /** Calls of one request at most, the first included. Default 6. */
  readonly attempts?: number;
  /** The first wait is up to this, each further one up to twice the one before. Default 500 ms. */
  readonly firstMs?: number;
  /** No wait is longer, whatever the server says. Default 60,000 ms. */
  readonly longestMs?: number;
  /** Whether a call that may have run, and may be paid for, is repeated. Default true. */
  readonly repeatPaid?: boolean;
  readonly onRetry?: (retry: {
    readonly attempt: number;
    readonly waitMs: number;
    readonly error: ServerError;
  }) => void;
};

/**
 * @example
 * import { ScriptedModel } from "./scripted.ts";
 * const model = retried(new ScriptedModel(() => "solved"), { attempts: 3 });
 * (await model.sample([{ prompt: "3 7 = 10", seed: 1, maxTokens: 3 }]))[0]?.text; // "solved"
 */
export function retried(model: Model, options: RetryOptions = {}, clock: Clock = systemClock): Model {
  const { attempts = 6, firstMs = 500, longestMs = 60_000, repeatPaid = true, onRetry } = options;
  if (!(attempts >= 1)) throw new MullError("input", `attempts is ${attempts}, expected at least one`);

  const persist: AskOne = async (request, { signal, onToken }) => {
    const rng = new Rng(deriveSeed(request.seed, "retry"));
    for (let attempt = 1; ; attempt++) {
      // What was streamed cannot be taken back: a call that has begun to tell its tokens fails for good.
      let told = false;
      const tell = (i: number, text: string): void => {
        told = true;
        onToken?.(i, text);
      };
      try {
        const [completion] = await model.sample([request], {
          signal,
          ...(onToken === undefined ? {} : { onToken: tell }),
        });
        return completion as Completion;
      } catch (error) {
        const again = error instanceof ServerError && error.retryable && (repeatPaid || !error.mayHaveRun);
        if (!again || told || attempt >= attempts || signal.aborted) throw error;
        const jittered = rng.next() * Math.min(longestMs, firstMs * 2 ** (attempt - 1));
        const waitMs = Math.min(longestMs, error.retryAfterMs ?? jittered);
        onRetry?.({ attempt, waitMs, error });
        await clock.wait(waitMs, signal);
      }
    }
  };

  return { name: model.name, sample: (requests, asked = {}) => eachRequest(requests, asked, persist) };
}
