/** A call for several completions, made request by request: what models and the wrappers around them have in common. */

import type { Completion, SampleRequest } from "../core/completion.ts";
import type { SampleOptions } from "../core/interfaces.ts";
import { checkRequest } from "./check-request.ts";

/** Asks for one completion. `options` are its own: its stream, in which it is request 0, and a signal that it heeds. */
export type AskOne = (
  request: SampleRequest,
  options: SampleOptions & { readonly signal: AbortSignal },
  index: number,
) => Promise<Completion>;

/**
 * One completion for each request, begun in the order of the requests and side by side. Where one fails the others are
 * aborted, and when all have ended the call fails with what failed first. A request that every model refuses fails the call
 * before any is begun, however few are asked for at once.
 *
 * @throws MullError `input` for a bad request
 */
export async function eachRequest(
  requests: readonly SampleRequest[],
  { signal: asked, onToken }: SampleOptions,
  ask: AskOne,
): Promise<Completion[]> {
  for (const request of requests) checkRequest(request);
  const [only] = requests;
  if (only !== undefined && requests.length === 1) {
    const signal = asked ?? new AbortController().signal; // there are no others to abort
    return [await ask(only, { signal, ...(onToken === undefined ? {} : { onToken }) }, 0)];
  }
  const failed = new AbortController();
  const signal = asked === undefined ? failed.signal : AbortSignal.any([asked, failed.signal]);
  const work = requests.map((request, i) =>
    ask(
      request,
      { signal, ...(onToken === undefined ? {} : { onToken: (_: number, text: string) => onToken(i, text) }) },
      i,
    ),
  );
  try {
    return await Promise.all(work);
  } catch (error) {
    failed.abort();
    await Promise.allSettled(work);
    throw error;
  }
}
