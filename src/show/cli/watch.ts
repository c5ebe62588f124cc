/** `mull watch`: the live page over a run that another process writes, or that has ended. */

import { existsSync } from "node:fs";
import { MullError } from "../../core/errors.ts";
import { runPaths } from "../../store/run-folder.ts";
import { tail } from "../../store/tail.ts";
import { follow, RunFeed } from "../server/feed.ts";
import { interruptible } from "./interrupt.ts";
import { openPage } from "./live-run.ts";
import { PageSolver } from "./page-solver.ts";
import type { Terminal } from "./terminal.ts";

export type WatchOptions = { readonly port?: number; readonly seed: number; readonly json?: boolean };

/** Serves the page until Ctrl-C. */
export async function watchCommand(dir: string, options: WatchOptions, terminal: Terminal): Promise<void> {
  const { journal, record } = runPaths(dir);
  if (!existsSync(record)) {
    throw new MullError("input", `${dir} ${existsSync(dir) ? "holds no run: it has no run.json" : "does not exist"}`, {
      hint: "give the folder of a run, such as runs/reproduce-default-seed1",
    });
  }
  const stop = interruptible();
  const feed = new RunFeed();
  const solver = new PageSolver(dir, options.seed);
  try {
    const server = await openPage({ ...options, out: dir }, feed, solver);
    if (options.json === true) terminal.print(JSON.stringify({ url: server.url, port: server.port }));
    else terminal.print(`${terminal.paint("cyan", server.url)}   Ctrl-C closes it`);
    try {
      const events = tail(journal, stop.signal, { onCut: () => feed.reset() });
      await follow(feed, events, { signal: stop.signal, onSkip: (reason) => terminal.note(reason) });
    } finally {
      await server.close();
    }
  } finally {
    stop.release();
    await solver.close();
  }
}
