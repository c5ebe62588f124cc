/**
 * One account for all that a piece of work spends, whoever spends it: generator and verifier share a meter. The most that
 * a call can cost is reserved before it starts and settled when it has ended, so that calls side by side cannot overshoot
 * together. Time is not reserved: when it is up, `signal` aborts what is under way.
 */

import { addCosts, type Budget, type Cost, NO_COST } from "../core/budget.ts";
import { MullError } from "../core/errors.ts";
import { type Clock, systemClock } from "./clock.ts";

const BOUNDED = ["calls", "tokens", "dollars", "flops"] as const;

/** Sums of dollars are rounded: what differs by less than this share is equal. */
const ROUNDING = 1e-9;

export class Meter implements Disposable {
  readonly budget: Budget;
  /** Aborts when the time is up. */
  readonly signal: AbortSignal;
  readonly #clock: Clock;
  readonly #began: number;
  readonly #over = new AbortController();
  readonly #disposed = new AbortController();
  #spent: Cost = NO_COST;
  #reserved: Cost = NO_COST;
  #estimated: Cost = NO_COST;
  #refused = 0;

  /** @throws MullError `usage` for a bound that is no positive number */
  constructor(budget: Budget, clock: Clock = systemClock) {
    for (const [name, bound] of Object.entries(budget)) {
      if (!(bound > 0)) throw new MullError("usage", `a budget of ${bound} ${name}: expected more than none`);
    }
    this.budget = budget;
    this.signal = this.#over.signal;
    this.#clock = clock;
    this.#began = clock.now();
    if (budget.ms !== undefined) {
      const stop = this.#disposed.signal;
      void clock.wait(budget.ms, stop).then(() => {
        if (!stop.aborted) this.#over.abort(new MullError("budget", `the budget of ${budget.ms} ms is spent`));
      });
    }
  }

  /** Settled so far. */
  get spent(): Cost {
    return this.#spent;
  }

  /** The part of it that was estimated, as calls failed or nobody counted. */
  get estimated(): Cost {
    return this.#estimated;
  }

  get ms(): number {
    return this.#clock.now() - this.#began;
  }

  /** Calls that were cut short or not made, as there was too little left. */
  get refused(): number {
    return this.#refused;
  }

  refuse(): void {
    this.#refused++;
  }

  /** What is left of a bound when everything reserved is spent; Infinity where there is none. */
  left(name: (typeof BOUNDED)[number]): number {
    const bound = this.budget[name];
    if (bound === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(0, bound - this.#spent[name] - this.#reserved[name]);
  }

  /** Sets `most` aside for a call, or says no: then nothing is changed. */
  reserve(most: Cost): boolean {
    if (this.signal.aborted) return false;
    const fits = BOUNDED.every((name) => most[name] <= this.left(name) + ROUNDING * (this.budget[name] ?? 0));
    if (fits) this.#reserved = addCosts(this.#reserved, most);
    return fits;
  }

  /** Ends a call for which `most` was set aside: it cost `actual`, which may be an estimate. */
  settle(most: Cost, actual: Cost, { estimated }: { readonly estimated: boolean }): void {
    this.#reserved = addCosts(this.#reserved, most, -1);
    this.#spent = addCosts(this.#spent, actual);
    if (estimated) this.#estimated = addCosts(this.#estimated, actual);
  }

  /** Lets go of the clock. */
  [Symbol.dispose](): void {
    this.#disposed.abort();
  }
}
