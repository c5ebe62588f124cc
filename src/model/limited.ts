/**
 * A model that is asked for at most so many completions at once, and at most so many a second. Requests start in the
 * order in which they were made; each is a call of its own, so that a slow one holds up nobody.
 */

import type { Completion } from "../core/completion.ts";
import { MullError } from "../core/errors.ts";
import type { Model } from "../core/interfaces.ts";
import { type Clock, systemClock } from "./clock.ts";
import { eachRequest } from "./each-request.ts";

export type Limits = {
  /** Requests under way at once. Default: no bound. */
  readonly concurrency?: number;
  /** Requests begun in a second, evenly spaced. Default: no bound. */
  readonly perSecond?: number;
};

/**
 * @throws MullError `input` for a limit that admits nothing
 * @example
 * import { ScriptedModel } from "./scripted.ts";
 * const model = limited(new ScriptedModel(() => "solved"), { concurrency: 4 });
 * const completions = await model.sample([1, 2, 3].map((seed) => ({ prompt: "3 7 = 10", seed, maxTokens: 3 })));
 * completions.length; // 3
 */
export function limited(model: Model, limits: Limits, clock: Clock = systemClock): Model {
  const { concurrency = Number.POSITIVE_INFINITY, perSecond = Number.POSITIVE_INFINITY } = limits;
  if (!(concurrency >= 1) || !(perSecond > 0)) {
    throw new MullError("input", `concurrency is ${concurrency} and the rate ${perSecond} a second`, {
      hint: "at least one request must be admitted at once, and more than none a second",
    });
  }
  const turnstile = new Turnstile(Math.floor(concurrency), 1000 / perSecond, clock);
  return {
    name: model.name,
    sample: (requests, options = {}) =>
      eachRequest(requests, options, async (request, own) => {
        const leave = await turnstile.enter(own.signal);
        try {
          const [completion] = await model.sample([request], own);
          return completion as Completion;
        } finally {
          leave();
        }
      }),
  };
}

/** Admits in order of arrival: at most `places` inside, entries at least `gapMs` apart. */
class Turnstile {
  readonly #places: number;
  readonly #gapMs: number;
  readonly #clock: Clock;
  readonly #queue: (() => void)[] = [];
  #inside = 0;
  #nextEntry = Number.NEGATIVE_INFINITY;

  constructor(places: number, gapMs: number, clock: Clock) {
    this.#places = places;
    this.#gapMs = gapMs;
    this.#clock = clock;
  }

  /** Resolves when there is room, with what gives the place back. One who is aborted while waiting goes on without. */
  async enter(signal: AbortSignal): Promise<() => void> {
    const placed = this.#take() || (await this.#turn(signal));
    if (placed && this.#gapMs > 0) {
      const now = this.#clock.now();
      const at = Math.max(now, this.#nextEntry);
      this.#nextEntry = at + this.#gapMs;
      if (at > now) await this.#clock.wait(at - now, signal);
    }
    return () => {
      if (!placed) return;
      const next = this.#queue.shift();
      if (next === undefined) this.#inside--;
      else next(); // the place is handed on, so that nobody comes between
    };
  }

  #take(): boolean {
    if (this.#inside >= this.#places) return false;
    this.#inside++;
    return true;
  }

  /** Whether a place was handed over. */
  #turn(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const enter = (): void => {
        signal.removeEventListener("abort", giveUp);
        resolve(true);
      };
      const giveUp = (): void => {
        this.#queue.splice(this.#queue.indexOf(enter), 1);
        resolve(false);
      };
      this.#queue.push(enter);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }
}
