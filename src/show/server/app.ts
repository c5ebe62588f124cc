/** The routes of the local page and the rules that hold for all of them: who may ask, and what a browser may load. */

import { access, readFile } from "node:fs/promises";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import type { Assets } from "./assets.ts";
import { eventStream } from "./event-stream.ts";
import type { RunFeed } from "./feed.ts";
import { isAllowedHost, isSameOrigin } from "./hosts.ts";
import { SOLVE_LIMITS, type SolveLimits, type Solver, solveRoute } from "./solve-route.ts";

export type AppOptions = {
  readonly feed: RunFeed;
  readonly assets: Assets;
  readonly solver?: Solver | undefined;
  /** Where the finished report is, or will be. */
  readonly reportFile?: string | undefined;
  /** The address that the server is bound to. */
  readonly host: string;
  readonly signal: AbortSignal;
  readonly heartbeatMs: number;
  readonly limits?: Partial<SolveLimits> | undefined;
};

/** Connections to `/api/events` at once. */
const MAX_FOLLOWERS = 64;
const MAX_BODY_BYTES = 8192;
const REPORT_POLICY =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; sandbox allow-scripts " +
  "allow-popups allow-downloads allow-modals; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export function createApp(options: AppOptions): Hono {
  const { feed, assets, solver, reportFile } = options;
  const app = new Hono();
  let followers = 0;

  app.use(async (c, next) => {
    if (!isAllowedHost(c.req.header("host"), options.host)) {
      return c.text("This page answers to localhost only. Open it under the address that Mull printed.\n", 403);
    }
    if (c.req.method !== "GET" && c.req.method !== "HEAD") {
      const foreign = !isSameOrigin(c.req.header("origin"), c.req.header("host"));
      if (foreign) return c.text("Requests from other sites are not answered.\n", 403);
    }
    return next();
  });
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'", assets.importMapHash],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
        requireTrustedTypesFor: ["'script'"],
        trustedTypes: ["'none'"],
      },
      strictTransportSecurity: false,
      xFrameOptions: "DENY",
      overwrite: false,
    }),
  );
  app.use(async (c, next) => {
    await next();
    if (!c.res.headers.has("cache-control")) c.header("Cache-Control", "no-cache");
  });

  app.get("/", (c) => c.html(assets.page));
  app.get("/assets/:path{.+}", (c) => {
    const asset = assets.files.get(c.req.param("path"));
    return asset ? c.body(asset.body, 200, { "Content-Type": asset.type }) : c.text("No such file.\n", 404);
  });

  app.get("/report", async (c) => {
    const html = reportFile === undefined ? null : await readFile(reportFile, "utf8").catch(() => null);
    if (html === null) return c.text("There is no report yet: it is written when the run ends.\n", 404);
    return c.html(html, 200, { "Content-Security-Policy": REPORT_POLICY });
  });

  const abilities = async () => ({
    solver: solver !== undefined,
    strategies: [...(solver?.strategies ?? [])],
    report:
      reportFile !== undefined &&
      (await access(reportFile).then(
        () => true,
        () => false,
      )),
  });
  app.get("/api/report", async (c) => c.json({ report: (await abilities()).report }));
  app.get("/api/state", async (c) => c.json({ ...(await abilities()), ended: feed.ended, ...feed.state() }));
  app.get("/api/events", async (c) => {
    if (followers >= MAX_FOLLOWERS) {
      c.header("Retry-After", "5");
      return c.text("Too many pages follow this run already.\n", 503);
    }
    followers++;
    return eventStream(c, {
      feed,
      hello: abilities,
      heartbeatMs: options.heartbeatMs,
      signal: options.signal,
      onEnd: () => followers--,
    });
  });
  app.post(
    "/api/solve",
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (c) => c.json({ error: { message: `The request is larger than ${MAX_BODY_BYTES} bytes.` } }, 413),
    }),
    solveRoute(solver, options.signal, { ...SOLVE_LIMITS, ...options.limits }),
  );
  app.notFound((c) => c.text("There is nothing here. The page is at /.\n", 404));
  app.onError((error, c) => c.json({ error: { message: `The page's server failed: ${error.message}` } }, 500));
  return app;
}
