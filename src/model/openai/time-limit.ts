/**
 * A signal that comes with another, or when a call has taken too long. It ends with the call: `AbortSignal.timeout` would keep
 * its timer, and what hangs on it, for as long as the call might have taken.
 */
export class TimeLimit implements Disposable {
  readonly #own = new AbortController();
  readonly #asked: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  readonly #abort = (): void => this.#own.abort(this.#asked.reason);
  #passed = false;

  /** @param asked what stops the call early */
  constructor(asked: AbortSignal, limitMs: number) {
    this.#asked = asked;
    this.#timer = setTimeout(() => {
      this.#passed = true;
      this.#own.abort();
    }, limitMs);
    if (asked.aborted) this.#abort();
    else asked.addEventListener("abort", this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#own.signal;
  }

  /** Whether the time is up, and was before anything else stopped the call. */
  get passed(): boolean {
    return this.#passed;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#asked.removeEventListener("abort", this.#abort);
  }
}
