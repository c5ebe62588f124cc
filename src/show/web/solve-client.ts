/** Asks `/api/solve` and reads its stream. Where both places are taken it waits its turn for a while. */

import { createParser } from "eventsource-parser";
import type { TreeRecord } from "../../search/tree-record.ts";
import type { Judged } from "../server/events.ts";

export type SolveQuestion = { readonly puzzle: string; readonly model: "base" | "trained"; readonly strategy?: string };

/** A refusal or a failure, in the server's own words. */
export class SolveError extends Error {
  readonly hint: string;

  constructor(message: string, hint = "") {
    super(message);
    this.name = "SolveError";
    this.hint = hint;
  }
}

const TURNS = 6;
const TURN_MS = 700;

/** What a strategy tells on the way. */
export type SolveNews = { readonly text: (text: string) => void; readonly tree: (tree: TreeRecord) => void };

/** Resolves with the judged answer; rejects with a SolveError, or with the signal's reason when it is aborted. */
export async function solve(question: SolveQuestion, news: SolveNews, signal: AbortSignal): Promise<Judged> {
  const response = await ask(question, signal);
  let answer: Judged | null = null;
  let failure: SolveError | null = null;
  const parser = createParser({
    onEvent: ({ event, data }) => {
      const value = JSON.parse(data);
      if (event === "text") news.text(value);
      else if (event === "tree") news.tree(value);
      else if (event === "verdict") answer = value;
      else if (event === "error") failure = new SolveError(value.message, value.hint);
    },
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const chunk = await reader?.read();
    if (chunk === undefined || chunk.done) break;
    parser.feed(chunk.value);
  }
  if (failure !== null) throw failure;
  if (answer === null) throw new SolveError("The answer broke off.", "Is the run still going? Try again.");
  return answer;
}

async function ask(question: SolveQuestion, signal: AbortSignal): Promise<Response> {
  for (let turn = 1; ; turn++) {
    const response = await fetch("/api/solve", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(question),
      signal,
    }).catch((error: unknown) => {
      if (signal.aborted) throw error;
      throw new SolveError("The server does not answer.", "Is the run still going?");
    });
    if (response.ok) return response;
    const refusal = await response.json().catch(() => null);
    if (response.status !== 429 || turn === TURNS) {
      throw new SolveError(refusal?.error?.message ?? `The server answered ${response.status}.`, refusal?.error?.hint);
    }
    await pause(TURN_MS, signal);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
