/**
 * A run as a stream of events that many pages can follow: what was, and what comes.
 *
 * The run publishes; each page reads at its own pace, from the number of the last event it has. Nothing is queued for a
 * slow reader: it finds what is still there when it comes back. The history is bounded: many `step` events are thinned
 * out (old ones first), chains and other events beyond their limit leave from the front.
 */

import { randomUUID } from "node:crypto";
import { MullError } from "../../core/errors.ts";
import { decimate } from "../web/decimate.ts";
import { applyEvent, emptyState, type RunState } from "../web/run-state.ts";
import { isKnownEvent, parseRunEvent, type RunEvent } from "./events.ts";

export type FeedEntry = {
  /** Counted from 1 in the order of publication. */
  readonly id: number;
  readonly event: RunEvent;
};

export type FeedLimits = {
  /** `step` events kept. */
  readonly steps: number;
  /** `chain` events kept. */
  readonly chains: number;
  /** All other events kept. */
  readonly others: number;
};

export const FEED_LIMITS: FeedLimits = { steps: 20_000, chains: 200, others: 20_000 };

export class RunFeed {
  readonly #limits: FeedLimits;
  readonly #listeners = new Set<() => void>();
  readonly #counts = { step: 0, chain: 0, other: 0 };
  #entries: FeedEntry[] = [];
  #epoch = newEpoch();
  #lastId = 0;
  #ended = false;

  constructor(limits: Partial<FeedLimits> = {}) {
    this.#limits = { ...FEED_LIMITS, ...limits };
  }

  /**
   * Adds an event and wakes the readers.
   *
   * @throws MullError `input` where the event is malformed or the feed has ended.
   * @example
   * const feed = new RunFeed();
   * feed.publish({ type: "phase", name: "training", detail: "" }).id; // 1
   */
  publish(event: unknown): FeedEntry {
    if (this.#ended) throw new MullError("input", "An event was published to a feed that has ended.");
    const parsed = parseRunEvent(event);
    const entry = { id: ++this.#lastId, event: parsed };
    this.#entries.push(entry);
    this.#trim(kindOf(entry));
    this.#wake();
    return entry;
  }

  /** The entries after the one numbered `id`, oldest first; all of them for 0. */
  after(id = 0): readonly FeedEntry[] {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle] as FeedEntry).id <= id) low = middle + 1;
      else high = middle;
    }
    return this.#entries.slice(low);
  }

  /** Calls `listener` after each event and at the end, until the returned function is called. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Forgets everything: the run is told again from its beginning. Pages start afresh. */
  reset(): void {
    this.#epoch = newEpoch();
    this.#entries = [];
    Object.assign(this.#counts, { step: 0, chain: 0, other: 0 });
    this.#wake();
  }

  /** Names this telling of the run: another one after `reset`, or in a server that was started again. */
  get epoch(): string {
    return this.#epoch;
  }

  /** The number of the newest event; 0 before the first. */
  get lastId(): number {
    return this.#lastId;
  }

  /** Nothing will be published any more. */
  get ended(): boolean {
    return this.#ended;
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** What the events add up to. */
  state(): RunState {
    const state = emptyState();
    for (const { event } of this.#entries) applyEvent(state, event);
    return state;
  }

  #wake(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #trim(kind: Kind): void {
    this.#counts[kind]++;
    if (kind === "step") {
      if (this.#counts.step <= this.#limits.steps) return;
      this.#counts.step -= decimate(this.#entries, this.#limits.steps, (entry) => kindOf(entry) === "step");
      return;
    }
    const limit = kind === "chain" ? this.#limits.chains : this.#limits.others;
    if (this.#counts[kind] <= limit) return;
    const oldest = this.#entries.findIndex((entry) => kindOf(entry) === kind);
    this.#entries.splice(oldest, 1);
    this.#counts[kind]--;
  }
}

function newEpoch(): string {
  return randomUUID().slice(0, 8);
}

type Kind = "step" | "chain" | "other";

function kindOf(entry: FeedEntry): Kind {
  return entry.event.type === "step" || entry.event.type === "chain" ? entry.event.type : "other";
}

export type FollowOptions = {
  readonly signal?: AbortSignal;
  /** Told of each event that was malformed and therefore left out. */
  readonly onSkip?: (reason: string) => void;
};

/**
 * Feeds a journal into `feed`, read to its end or followed as it grows. Events of kinds that the page does not show are
 * passed over; a malformed one is left out and told to `onSkip`. The feed ends with the journal.
 *
 * A journal that is cut back while it is followed is told again from the first event: call `feed.reset()` then
 * (`tail`'s `onCut`).
 *
 * @returns how many events went in and how many were left out; rejects where the journal cannot be read.
 * @example
 * const feed = new RunFeed();
 * await follow(feed, [{ type: "phase", name: "done" }]); // { published: 1, skipped: 0 }
 * const seen = feed.state().phase?.name; // "done"
 */
export async function follow(
  feed: RunFeed,
  events: AsyncIterable<unknown> | Iterable<unknown>,
  options: FollowOptions = {},
): Promise<{ published: number; skipped: number }> {
  const counts = { published: 0, skipped: 0 };
  try {
    for await (const event of events) {
      if (options.signal?.aborted) break;
      if (!isKnownEvent(event)) continue;
      try {
        feed.publish(event);
        counts.published++;
      } catch (error) {
        if (!(error instanceof MullError)) throw error;
        counts.skipped++;
        options.onSkip?.(error.message);
      }
    }
  } finally {
    feed.end();
  }
  return counts;
}
