/**
 * The local page of a run: `startServer` binds it to this machine's loopback address, where no other machine reaches
 * it, and closes it, streams included, when the run ends.
 */

import { createAdaptorServer } from "@hono/node-server";
import { MullError } from "../../core/errors.ts";
import { createApp } from "./app.ts";
import { loadAssets } from "./assets.ts";
import type { RunFeed } from "./feed.ts";
import { isLoopback } from "./hosts.ts";
import type { SolveLimits, Solver } from "./solve-route.ts";

export type ServerOptions = {
  readonly feed: RunFeed;
  /** Answers visitors' puzzles; without it the page only shows. */
  readonly solver?: Solver;
  /** Default 127.0.0.1. Any other address makes the page reachable from outside, to whoever can reach it. */
  readonly host?: string;
  /** Default 4600; 0 takes any free port. */
  readonly port?: number;
  /** Where the port is taken, use one of the next nine, or any free one. Default false. */
  readonly fallback?: boolean;
  /** `report.html`, served at /report as soon as it exists. */
  readonly reportFile?: string;
  /** Closes the server. */
  readonly signal?: AbortSignal;
  /** Silence after which a page is sent a sign of life, ms. Default 15,000. */
  readonly heartbeatMs?: number;
  readonly limits?: Partial<SolveLimits>;
};

export type RunningServer = {
  /** Such as `http://127.0.0.1:4600/`. */
  readonly url: string;
  readonly port: number;
  /** Ends every stream and frees the port. May be called twice. */
  close(): Promise<void>;
};

const DEFAULT_PORT = 4600;
const FALLBACKS = 9;

/**
 * Serves the live page.
 *
 * @throws MullError `port` where the address cannot be bound.
 * @example
 * const feed = new RunFeed();
 * const server = await startServer({ feed, port: 0 });
 * feed.publish({ type: "phase", name: "training", detail: "" });
 * await server.close();
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const host = options.host ?? "127.0.0.1";
  const port = checkPort(options.port ?? DEFAULT_PORT);
  const stop = new AbortController();
  const app = createApp({
    feed: options.feed,
    assets: await loadAssets(),
    solver: options.solver,
    reportFile: options.reportFile,
    host,
    signal: stop.signal,
    heartbeatMs: options.heartbeatMs ?? 15_000,
    limits: options.limits,
  });
  // The adapter would otherwise replace the global Request and Response of the whole process.
  const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false });

  const candidates = options.fallback && port !== 0 ? fallbackPorts(port) : [port];
  let bound: number | null = null;
  for (const [i, candidate] of candidates.entries()) {
    try {
      bound = await listen(server, host, candidate);
      break;
    } catch (error) {
      const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
      if (!taken || i === candidates.length - 1) throw portError(error, host, port);
    }
  }
  const chosen = bound as number;

  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= new Promise((resolve) => {
      options.signal?.removeEventListener("abort", close);
      stop.abort();
      server.close(() => resolve());
      if ("closeAllConnections" in server) server.closeAllConnections();
    });
    return closing;
  };
  if (options.signal?.aborted) await close();
  else options.signal?.addEventListener("abort", close, { once: true });
  const shown = host.includes(":") ? `[${host}]` : host;
  return { url: `http://${isLoopback(host) ? shown : shownOutside(shown)}:${chosen}/`, port: chosen, close };
}

/** A wildcard address is no address to open; this machine itself is. */
function shownOutside(host: string): string {
  return host === "0.0.0.0" || host === "[::]" ? "localhost" : host;
}

function fallbackPorts(port: number): number[] {
  const next = Array.from({ length: FALLBACKS }, (_, i) => port + 1 + i).filter((candidate) => candidate <= 65_535);
  return [port, ...next, 0];
}

function checkPort(port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new MullError("usage", `${port} is no port: expected a whole number from 0 to 65535.`, {
    hint: "Use --port 4600, or --port 0 for any free one.",
  });
}

type NodeServer = ReturnType<typeof createAdaptorServer>;

function listen(server: NodeServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function portError(error: unknown, host: string, port: number): MullError {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
  const [why, hint] =
    code === "EADDRINUSE"
      ? [
          "another program uses it",
          `Another run may be open at http://${host}:${port}/. Use --port ${port + 1 > 65_535 ? 0 : port + 1}, or --port 0 for any free one.`,
        ]
      : code === "EACCES"
        ? ["this user may not use it", "Use a port above 1023, or --port 0 for any free one."]
        : code === "EADDRNOTAVAIL" || code === "ENOTFOUND"
          ? [
              "this machine has no such address",
              "Use --host 127.0.0.1, or --host 0.0.0.0 for every address of this machine.",
            ]
          : [`the system says ${code}`, "Use --port 0 for any free one."];
  return new MullError("port", `The live page cannot be opened at ${host}:${port}: ${why}.`, { hint, cause: error });
}
