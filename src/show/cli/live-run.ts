/**
 * What surrounds a long run: progress in the terminal, the live page with models that answer, and Ctrl-C. The run itself
 * is handed in; it gets where to publish its events, and the signal to stop.
 */

import { existsSync } from "node:fs";
import { runPaths } from "../../store/run-folder.ts";
import type { RunHooks } from "../job/hooks.ts";
import type { RunEvent } from "../server/events.ts";
import { RunFeed } from "../server/feed.ts";
import { startServer } from "../server/server.ts";
import { interruptible } from "./interrupt.ts";
import { PageSolver } from "./page-solver.ts";
import { RunProgress } from "./progress.ts";
import { tellWarnings } from "./run-warnings.ts";
import { StatusLine } from "./status-line.ts";
import type { Terminal } from "./terminal.ts";

export type LiveRunOptions = {
  /** The run's folder. */
  readonly out: string;
  /** Whether what is there is deleted. */
  readonly fresh: boolean;
  readonly seed: number;
  /** Undefined takes the default port, or another where that is taken. */
  readonly port?: number;
  /** False: without the live page. */
  readonly web: boolean;
};

type Hooks = RunHooks & {
  /** Told how many chains of a measurement are done. */
  readonly onProgress: (done: number, total: number) => void;
};

/** How often the status is redrawn, ms. */
const REDRAW_MS = 120;

/** @throws MullError `port` where the port that was asked for is taken; what the run throws */
export async function liveRun<T>(
  options: LiveRunOptions,
  terminal: Terminal,
  run: (hooks: Hooks) => Promise<T>,
): Promise<T> {
  const status = new StatusLine(terminal);
  const say = (line: string): void => (status.visible ? status.keep(line) : terminal.note(line));
  const stop = interruptible(() => say("stopping: what is under way is saved first (Ctrl-C again exits at once)"));
  const feed = new RunFeed();
  const solver = new PageSolver(options.out, options.seed);
  const endWarnings = tellWarnings(terminal, status);
  let timer: NodeJS.Timeout | undefined;
  try {
    const server = options.web ? await openPage(options, feed, solver) : null;
    const goesOn = !options.fresh && existsSync(runPaths(options.out).record);
    say(`${goesOn ? "going on with the run" : "a new run"} in ${terminal.paint("bold", options.out, "err")}`);
    if (server !== null) say(`live page: ${terminal.paint("cyan", server.url, "err")}`);
    const progress = new RunProgress(() => performance.now() / 1000);
    if (status.visible) timer = setInterval(() => status.show(progress.status(terminal.live?.columns)), REDRAW_MS);
    const publish = (event: RunEvent): void => {
      feed.publish(event);
      for (const line of progress.take(event)) say(line);
      const milestone = status.visible ? null : progress.milestone();
      if (milestone !== null) say(milestone);
    };
    try {
      return await run({ publish, signal: stop.signal, onProgress: (done, total) => progress.measured(done, total) });
    } finally {
      feed.end();
      await server?.close();
    }
  } finally {
    endWarnings();
    clearInterval(timer);
    status.clear();
    stop.release();
    await solver.close();
  }
}

/** The port that was asked for, or the default one and where that is taken another. */
export function openPage(options: Pick<LiveRunOptions, "out" | "port">, feed: RunFeed, solver: PageSolver) {
  const port = options.port === undefined ? { fallback: true } : { port: options.port };
  return startServer({ feed, solver, ...port, reportFile: runPaths(options.out).reportHtml });
}
