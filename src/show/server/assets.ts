/**
 * What the browser loads: the page, its style, its scripts, and two libraries out of node_modules. Nothing else is
 * served, and nothing comes from the network.
 *
 * The scripts are TypeScript like the rest and share their types with the server. The published package holds them
 * compiled. In a checkout, which has no build step, their types are blanked out as they are loaded (amaro, Node's own
 * type stripper as a package; `module.stripTypeScriptTypes` does the same but prints a warning at every start). Blanking
 * keeps line and column, so that errors in the browser point into the source.
 */

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { cssVariables, DARK, LIGHT } from "../report/palette.ts";

export type Asset = { readonly body: string; readonly type: string };

export type Assets = {
  readonly page: string;
  /** By path below `/assets/`. */
  readonly files: ReadonlyMap<string, Asset>;
  /** CSP source of the import map, the only script that stands in the page itself. */
  readonly importMapHash: string;
};

const SRC = new URL("../../", import.meta.url);
/** `.ts` in a checkout, `.js` in the published package. */
const EXTENSION = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
const ENTRY = `show/web/main${EXTENSION}`;
const WEB = new URL("show/web/", SRC);
const STYLE = "text/css; charset=utf-8";
const SCRIPT = "text/javascript; charset=utf-8";

/** Reads everything once. Rejects where a file of the installation is missing. */
export async function loadAssets(): Promise<Assets> {
  const [page, pictures, scripts, libraries] = await Promise.all([
    readFile(new URL("page.html", WEB), "utf8"),
    loadPictures(),
    loadScripts(),
    loadLibraries(),
  ]);
  const files = new Map([...pictures, ...scripts, ...libraries]);
  files.set("palette.css", { body: palette(), type: STYLE });
  // The page names its entry main.js in both worlds; in a checkout that is main.ts under another name.
  const entry = files.get(ENTRY);
  if (entry !== undefined) files.set("show/web/main.js", entry);
  return { page, files, importMapHash: importMapHash(page) };
}

/** Styles and the icon. */
async function loadPictures(): Promise<[string, Asset][]> {
  const names = (await readdir(WEB)).filter((name) => /\.(css|svg)$/.test(name));
  return Promise.all(
    names.map(async (name): Promise<[string, Asset]> => {
      const type = name.endsWith(".css") ? STYLE : "image/svg+xml";
      return [name, { body: await readFile(new URL(name, WEB), "utf8"), type }];
    }),
  );
}

/** The colours of the report, light or dark as the reader's system is. */
function palette(): string {
  const dark = `@media (prefers-color-scheme: dark) { :root { ${cssVariables(DARK)} } }`;
  return `:root { ${cssVariables(LIGHT)} }\n${dark}\n`;
}

/** The page's first script and every module that it imports, directly or not: these are served and no others. */
async function loadScripts(): Promise<Map<string, Asset>> {
  const strip = EXTENSION === ".ts" ? await loadStripper() : (code: string) => code;
  const found = new Map<string, Asset>();
  const open = [ENTRY];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    const url = new URL(path, SRC);
    const body = strip(await readFile(url, "utf8"));
    found.set(path, { body, type: SCRIPT });
    for (const specifier of relativeImports(body)) open.push(new URL(specifier, url).href.slice(SRC.href.length));
  }
  return found;
}

/** The relative modules that a script imports; type imports are gone by now. */
function relativeImports(code: string): string[] {
  const statement = /^(?:import|export|\})[^"';]*?from\s*"(\.[^"]+)"/gm;
  return [...code.matchAll(statement)].map((match) => match[1] as string);
}

async function loadStripper(): Promise<(code: string) => string> {
  const { transformSync } = await import("amaro");
  return (code) => transformSync(code, { mode: "strip-only" }).code;
}

async function loadLibraries(): Promise<[string, Asset][]> {
  const require = createRequire(import.meta.url);
  const chart = require.resolve("uplot/dist/uPlot.esm.js");
  const chartStyle = require.resolve("uplot/dist/uPlot.min.css");
  const parser = new URL("./", import.meta.resolve("eventsource-parser"));
  const read = async (path: string, from: string | URL, type = SCRIPT): Promise<[string, Asset]> => [
    path,
    { body: await readFile(from, "utf8"), type },
  ];
  return Promise.all([
    read("vendor/uplot.js", chart),
    read("vendor/uplot.css", chartStyle, STYLE),
    ...["index.js", "parse.js", "errors.js"].map((name) =>
      read(`vendor/eventsource-parser/${name}`, new URL(name, parser)),
    ),
  ]);
}

function importMapHash(page: string): string {
  const map = /<script type="importmap">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? "";
  return `'sha256-${createHash("sha256").update(map).digest("base64")}'`;
}
