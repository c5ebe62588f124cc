/**
 * `POST /api/solve`: a visitor's puzzle, answered by the base or the trained model while the page watches.
 *
 * The reply is a stream of server-sent events: `text` as it is written, then a `tree` (search/tree-record.ts) where the
 * strategy searched one, then one `verdict`, or one `error` with what to do about it. Work is bounded everywhere: a small body, two puzzles at once (429 beyond that: exactly a base and a
 * trained model side by side), a limit on time and on text. A visitor who leaves stops the work; its place becomes free
 * when the solver has really ended.
 */

import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { MullError } from "../../core/errors.ts";
import type { TreeRecord } from "../../search/tree-record.ts";
import type { Judged } from "./events.ts";

/**
 * What answers a visitor's puzzle. The run passes one that has a decoder of its own, so that a visitor never changes
 * what a run samples.
 */
export interface Solver {
  /** Strategies that `solve` knows, the default one first; none where there is only one way. */
  readonly strategies?: readonly string[];
  /**
   * @param onText receives each new piece of text as it is written, separators included.
   * @throws MullError `input` for a puzzle that is malformed or has no solution.
   */
  solve(
    puzzle: string,
    model: "base" | "trained",
    onText: (text: string) => void,
    signal: AbortSignal,
    options?: SolveRequest,
  ): Promise<Judged>;
}

export type SolveRequest = {
  readonly strategy?: string;
  /** Told of the tree that the strategy searched, if it did. */
  readonly onTree?: (tree: TreeRecord) => void;
};

export type SolveLimits = {
  /** Puzzles at once. */
  readonly concurrent: number;
  /** Time for one puzzle, ms. */
  readonly timeMs: number;
  /** Characters of one answer. */
  readonly textChars: number;
};

export const SOLVE_LIMITS: SolveLimits = { concurrent: 2, timeMs: 120_000, textChars: 200_000 };

const body = z.object({
  puzzle: z.string().trim().min(1, "the puzzle is empty").max(200, "the puzzle is longer than 200 characters"),
  model: z.enum(["base", "trained"]),
  strategy: z.string().max(60).optional(),
});

type Problem = { readonly message: string; readonly hint?: string | undefined };

/** The route's handler. It keeps count of what is under way, so make one for each server. */
export function solveRoute(
  solver: Solver | undefined,
  serverSignal: AbortSignal,
  limits: SolveLimits = SOLVE_LIMITS,
): (c: Context) => Promise<Response> {
  let underway = 0;
  return async (c) => {
    const refuse = (status: 400 | 404 | 415 | 429, problem: Problem): Response => c.json({ error: problem }, status);
    if (solver === undefined)
      return refuse(404, { message: "This page only shows a run; no model is loaded to answer." });
    if (!/^application\/json\b/i.test(c.req.header("content-type") ?? "")) {
      return refuse(415, { message: "Send the puzzle as application/json." });
    }
    const parsed = body.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success) {
      return refuse(400, {
        message: z.prettifyError(parsed.error),
        hint: 'Send {"puzzle": "3 7 8 2 = 24", "model": "base"}.',
      });
    }
    const { puzzle, model, strategy } = parsed.data;
    if (strategy !== undefined && !solver.strategies?.includes(strategy)) {
      const known = solver.strategies?.join(", ") ?? "none";
      return refuse(400, { message: `There is no strategy "${strategy}".`, hint: `Known strategies: ${known}.` });
    }
    if (underway >= limits.concurrent) {
      c.header("Retry-After", "1");
      return refuse(429, { message: `The models are busy with ${underway} puzzles.`, hint: "Try again in a moment." });
    }
    underway++;
    const left = new AbortController();
    const signal = AbortSignal.any([left.signal, c.req.raw.signal, serverSignal, AbortSignal.timeout(limits.timeMs)]);
    return streamSSE(c, async (stream) => {
      stream.onAbort(() => left.abort());
      const tooLong = new AbortController();
      const text = textWriter((piece) => stream.writeSSE({ event: "text", data: JSON.stringify(piece) }));
      let chars = 0;
      const onText = (piece: string): void => {
        chars += piece.length;
        if (chars > limits.textChars) tooLong.abort();
        else text.push(piece);
      };
      let tree: TreeRecord | null = null;
      const request: SolveRequest = {
        ...(strategy === undefined ? {} : { strategy }),
        onTree: (searched) => {
          tree = searched;
        },
      };
      try {
        const work = AbortSignal.any([signal, tooLong.signal]);
        const answer = await solver.solve(puzzle, model, onText, work, request);
        await text.drained();
        if (tooLong.signal.aborted)
          throw new MullError("budget", `The answer is longer than ${limits.textChars} characters.`);
        if (tree !== null) await stream.writeSSE({ event: "tree", data: JSON.stringify(tree) });
        await stream.writeSSE({ event: "verdict", data: JSON.stringify(answer) });
      } catch (error) {
        await text.drained();
        const timedOut = signal.aborted && !left.signal.aborted && !serverSignal.aborted && !c.req.raw.signal.aborted;
        await stream.writeSSE({
          event: "error",
          data: JSON.stringify(explain(error, timedOut ? limits.timeMs : null)),
        });
      } finally {
        underway--;
      }
    });
  };
}

/** Sends pieces one after another; those that come while one is being sent go together as the next. */
function textWriter(send: (text: string) => Promise<void>): { push(text: string): void; drained(): Promise<void> } {
  let waiting = "";
  let sending: Promise<void> | null = null;
  const run = async (): Promise<void> => {
    while (waiting !== "") {
      const text = waiting;
      waiting = "";
      await send(text);
    }
    sending = null;
  };
  return {
    push(text) {
      waiting += text;
      sending ??= run();
    },
    async drained() {
      await sending;
    },
  };
}

function explain(error: unknown, timedOutAfterMs: number | null): Problem {
  if (timedOutAfterMs !== null) {
    return { message: `No answer within ${timedOutAfterMs / 1000} s.`, hint: "The machine is busy; try again later." };
  }
  if (error instanceof MullError) return { message: error.message, hint: error.hint };
  return { message: `The model failed: ${error instanceof Error ? error.message : String(error)}` };
}
