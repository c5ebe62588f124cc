/**
 * A model that is asked for at most so many completions at once, and at most so many a second. Requests start in the
 * order in which they were made; each is a call of its own, so that a slow one holds up nobody.
 */

import type { Completion, SampleRequest } from "../core/completion.ts";
import { MullError } from "../core/errors.ts";
import type { Model, SampleOptions } from "../core/interfaces.ts";

export type Limits = {
  /** Requests under way at once. Default: no bound. */
  readonly concurrency?: number;
  /** Requests begun in a second, evenly spaced. Default: no bound. */
  readonly perSecond?: number;
};

/** What a rate needs to know of time; a test brings its own. */
export type Clock = {
  /** ms */
  readonly now: () => number;
  /** Resolves after `ms`, or as soon as the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
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
    sample(requests, options = {}) {
      const failed = new AbortController();
      const signal = options.signal === undefined ? failed.signal : AbortSignal.any([options.signal, failed.signal]);
      const one = async (request: SampleRequest, i: number): Promise<Completion> => {
        const leave = await turnstile.enter(signal);
        try {
          const [completion] = await model.sample([request], optionsOf(i, signal, options));
          return completion as Completion;
        } finally {
          leave();
        }
      };
      const all = requests.map(one);
      return Promise.all(all).catch((error: unknown) => {
        failed.abort(); // the other requests of the call stop, or never start
        throw error;
      });
    },
  };
}

/** The options of a call for one of several requests. */
function optionsOf(i: number, signal: AbortSignal, { onToken }: SampleOptions): SampleOptions {
  return { signal, ...(onToken === undefined ? {} : { onToken: (_: number, text: string) => onToken(i, text) }) };
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

export const systemClock: Clock = {
  now: () => performance.now(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done, { once: true });
    }),
};
