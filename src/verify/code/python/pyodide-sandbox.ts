/** Python in WebAssembly: works wherever Node does. A process for every candidate, and one for every judge, from one snapshot. */

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { SandboxProcess } from "../child-process.ts";
import { type Limits, SANDBOX_LIMITS } from "../limits.ts";
import { packageFolder } from "../package-folder.ts";
import { ProcessPool } from "../process-pool.ts";
import { ProcessSandbox } from "../process-sandbox.ts";
import type { Sandbox } from "../sandbox.ts";
import { PYTHON_BOOTSTRAP, PYTHON_IMPORTS } from "./bootstrap.ts";
import { memoryImage } from "./memory-image.ts";

const HOST = fileURLToPath(new URL(`./host${extname(import.meta.url)}`, import.meta.url));
const MAKING_MS = 120_000;

export type PyodideOptions = Partial<Limits> & {
  /** Processes kept ready. Default 2. */
  readonly warm?: number;
};

/** Starts nothing until it is used. Close it, or its warm processes stay as long as this one. */
export function pyodideSandbox(options: PyodideOptions = {}): Sandbox {
  const limits = {
    wallMs: options.wallMs ?? SANDBOX_LIMITS.wallMs,
    memoryBytes: options.memoryBytes ?? SANDBOX_LIMITS.memoryBytes,
  };
  const pyodide = packageFolder("pyodide");
  let image: Promise<string> | null = null;
  const start = async (): Promise<SandboxProcess> => {
    image ??= imageOf(pyodide);
    const path = await image;
    const args = [...flags(pyodide, path), HOST, "serve", pyodide, path];
    return new SandboxProcess({ program: process.execPath, args, cwd: dirname(path) }, limits);
  };
  return new ProcessSandbox("pyodide", new ProcessPool(start, options.warm ?? 2));
}

/** Python as it is before a candidate runs, kept for all who start one. */
async function imageOf(pyodide: string): Promise<string> {
  const host = await readFile(HOST, "utf8");
  const runtime = await readFile(join(pyodide, "package.json"), "utf8");
  const parts = [host, PYTHON_IMPORTS, PYTHON_BOOTSTRAP, runtime, process.version, process.arch];
  return memoryImage(parts, async (path) => {
    const args = [...flags(pyodide, path), `--allow-fs-write=${path}`, HOST, "make", pyodide, path];
    await promisify(execFile)(process.execPath, args, { env: {}, cwd: dirname(path), timeout: MAKING_MS });
  });
}

/** Nothing but its own files may be read; no processes, threads or add-ons; no code from text; memory of Python bounded. */
function flags(pyodide: string, snapshot: string): string[] {
  return [
    "--permission",
    `--allow-fs-read=${pyodide}`,
    `--allow-fs-read=${dirname(dirname(HOST))}`,
    `--allow-fs-read=${snapshot}`,
    "--disallow-code-generation-from-strings",
    "--max-old-space-size=256",
    "--liftoff-only", // compiling a second time, to faster code, costs a fresh interpreter more than it gains
    `--wasm-max-mem-pages=${Math.floor(SANDBOX_LIMITS.memoryBytes / 65_536)}`,
    "--no-warnings",
  ];
}
