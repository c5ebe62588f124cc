/** A question to a server that is no sampling of tokens: rewards, classes, scores. */

import type { Post } from "../../core/post.ts";
import { ServerError } from "../server-error.ts";
import { readBody } from "./body.ts";
import { callServer, checkServer, type Server, whereOf } from "./call.ts";
import { unreachable } from "./failure.ts";
import { TimeLimit } from "./time-limit.ts";

export type PostOptions = Server & {
  /** Of one call, ms. Default 60,000. */
  readonly timeoutMs?: number;
  /** Calls at most where the server is busy or cannot be reached. Default 3. */
  readonly tries?: number;
  /** Lets time pass between them. Default: real time. */
  readonly wait?: (ms: number) => Promise<void>;
};

const FIRST_WAIT_MS = 250;

/**
 * @throws MullError `usage` for an address that is none
 * @example
 * const post = postTo({ baseUrl: "http://127.0.0.1:8000" });
 */
export function postTo({ timeoutMs = 60_000, tries = 3, wait = realWait, ...server }: PostOptions): Post {
  checkServer(server);
  return async (path, body, signal = new AbortController().signal) => {
    for (let attempt = 1; ; attempt++) {
      using limit = new TimeLimit(signal, timeoutMs);
      try {
        return await readBody(await callServer(server, path, body, limit.signal));
      } catch (error) {
        const failure = unreachable(error, whereOf(server), limit.passed ? timeoutMs : null);
        const again = failure instanceof ServerError && failure.retryable && attempt < tries && !signal.aborted;
        if (!again) throw failure;
        await wait(FIRST_WAIT_MS * 2 ** (attempt - 1));
      }
    }
  };
}

function realWait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
