/** A clock for tests: time passes when nothing else is left to do, at once and in order. */

type Sleeper = { readonly at: number; readonly wake: () => void };

export class VirtualClock {
  /** ms since the clock was made. */
  now = 0;
  readonly #sleepers: Sleeper[] = [];

  /** Resolves after `ms` of this clock's time, or as soon as the signal aborts. */
  readonly wait = (ms: number, signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#sleepers.push({ at: this.now + ms, wake: resolve });
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  };

  /** Lets time pass, from one sleeper to the next, until `work` has settled. */
  async run<T>(work: Promise<T>): Promise<T> {
    const state = { settled: false };
    const watched = work.finally(() => {
      state.settled = true;
    });
    watched.catch(() => {});
    while (!state.settled) {
      await new Promise(setImmediate); // whatever can go on without the clock does
      this.#sleepers.sort((a, b) => a.at - b.at);
      const next = this.#sleepers.shift();
      if (next === undefined) continue;
      this.now = next.at;
      next.wake();
    }
    return watched;
  }
}
