/**
 * `GET /api/events`: a feed as server-sent events (WHATWG HTML, section 9.2).
 *
 * First a `hello` event says what this server can do and whether what the page knows still holds; then every event the
 * page has not had, then each as it comes. Where the run is told afresh, another `hello` says so. An event's id is `<epoch>-<number>`: after a lost connection the browser
 * sends the last one back (`Last-Event-ID`) and gets only what followed; a server that was started again has another
 * epoch and sends everything. Comments keep an idle connection alive. A slow page is never buffered for: the next batch
 * is read from the feed when the last one has left.
 */

import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import type { FeedEntry, RunFeed } from "./feed.ts";

/** What a page learns when it connects. */
export type Hello = {
  /** Whether the events to come follow those the page already has; otherwise it starts afresh. */
  readonly resumed: boolean;
  /** Whether `POST /api/solve` answers. */
  readonly solver: boolean;
  /** Strategies that may be asked for; the first is the default. */
  readonly strategies: readonly string[];
  /** Whether `GET /report` has a report already. */
  readonly report: boolean;
};

export type EventStreamOptions = {
  readonly feed: RunFeed;
  readonly hello: () => Promise<Omit<Hello, "resumed">>;
  /** Silence after which a comment is sent, ms. */
  readonly heartbeatMs: number;
  /** Ends the stream. */
  readonly signal: AbortSignal;
  /** Called once, when the page has left. */
  readonly onEnd: () => void;
};

const BATCH = 256;
/** How long the browser waits before it connects again, ms. */
const RETRY_MS = 1000;

export function eventStream(c: Context, options: EventStreamOptions): Response {
  const { feed, heartbeatMs } = options;
  return streamSSE(c, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => gone.abort());
    const over = AbortSignal.any([gone.signal, options.signal]);
    try {
      let epoch = "";
      let cursor = resumePoint(c.req.header("last-event-id"), feed);
      while (!over.aborted) {
        if (feed.epoch !== epoch) {
          if (epoch !== "") cursor = 0;
          epoch = feed.epoch;
          const hello: Hello = { ...(await options.hello()), resumed: cursor > 0 };
          await stream.writeSSE({ event: "hello", retry: RETRY_MS, data: JSON.stringify(hello) });
          continue;
        }
        const batch = feed.after(cursor).slice(0, BATCH);
        const last = batch.at(-1);
        if (last !== undefined) {
          await stream.write(batch.map((entry) => format(entry, epoch)).join(""));
          cursor = last.id;
        } else if (!(await changed(feed, heartbeatMs, over))) {
          await stream.write(": still here\n\n");
        }
      }
    } finally {
      options.onEnd();
    }
  });
}

/** The number of the last event that the page has of this feed; 0 where it has none, or those of another. */
export function resumePoint(lastEventId: string | undefined, feed: Pick<RunFeed, "epoch" | "lastId">): number {
  const match = /^([0-9a-f]{8})-(\d{1,15})$/.exec(lastEventId ?? "");
  if (!match || match[1] !== feed.epoch) return 0;
  const id = Number(match[2]);
  return id <= feed.lastId ? id : 0;
}

function format(entry: FeedEntry, epoch: string): string {
  return `id: ${epoch}-${entry.id}\ndata: ${JSON.stringify(entry.event)}\n\n`;
}

/** Resolves true at the feed's next event, false after `ms` of silence or on abort. */
function changed(feed: RunFeed, ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const finish = (news: boolean): void => {
      clearTimeout(timer);
      unsubscribe();
      signal.removeEventListener("abort", stop);
      resolve(news);
    };
    const stop = (): void => finish(false);
    const timer = setTimeout(stop, ms);
    const unsubscribe = feed.subscribe(() => finish(true));
    signal.addEventListener("abort", stop);
  });
}
