/**
 * Follows `/api/events`. The browser's EventSource connects again by itself and says which event it had last; where it
 * gives up (the server answered with an error), a new one is made.
 */

import type { Hello } from "../server/event-stream.ts";
import type { RunEvent } from "../server/events.ts";

export type Following = {
  readonly onHello: (hello: Hello) => void;
  readonly onEvent: (event: RunEvent) => void;
  readonly onLink: (state: "live" | "lost") => void;
};

const RECONNECT_MS = 2000;

export function follow(url: string, following: Following): void {
  const source = new EventSource(url);
  source.addEventListener("hello", (message) => {
    following.onLink("live");
    following.onHello(JSON.parse(message.data));
  });
  source.addEventListener("message", (message) => following.onEvent(JSON.parse(message.data)));
  source.addEventListener("error", () => {
    following.onLink("lost");
    if (source.readyState === EventSource.CLOSED) setTimeout(() => follow(url, following), RECONNECT_MS);
  });
}
