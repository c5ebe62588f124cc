/** JavaScript and TypeScript in QuickJS, compiled to WebAssembly: a process for every candidate, and one for every judge. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SandboxProcess } from "../child-process.ts";
import { type Limits, SANDBOX_LIMITS } from "../limits.ts";
import { packageFolder } from "../package-folder.ts";
import { ProcessPool } from "../process-pool.ts";
import { ProcessSandbox } from "../process-sandbox.ts";
import type { Sandbox } from "../sandbox.ts";

const HOST = fileURLToPath(new URL(`./host${extname(import.meta.url)}`, import.meta.url));

export type QuickJsOptions = Partial<Limits> & {
  /** Processes kept ready. Default 2. */
  readonly warm?: number;
};

/** Starts nothing until it is used. Close it, or its warm processes stay as long as this one. */
export function quickJsSandbox(options: QuickJsOptions = {}): Sandbox {
  const limits = {
    wallMs: options.wallMs ?? SANDBOX_LIMITS.wallMs,
    memoryBytes: options.memoryBytes ?? SANDBOX_LIMITS.memoryBytes,
  };
  const packages = [
    "@jitl/quickjs-wasmfile-release-sync",
    "@jitl/quickjs-ffi-types",
    "quickjs-emscripten-core",
    "amaro",
  ];
  const readable = [...packages.map(packageFolder), dirname(dirname(HOST))];
  let folder: string | null = null;
  const remove = (): void => {
    process.off("exit", remove);
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
  };
  const start = async (): Promise<SandboxProcess> => {
    if (folder === null) {
      folder = mkdtempSync(join(tmpdir(), "mull-javascript-"));
      process.once("exit", remove);
    }
    const args = [
      "--permission",
      ...readable.map((path) => `--allow-fs-read=${path}`),
      "--disallow-code-generation-from-strings",
      "--max-old-space-size=512",
      `--wasm-max-mem-pages=${Math.floor((2 * SANDBOX_LIMITS.memoryBytes) / 65_536)}`,
      "--no-warnings",
      HOST,
    ];
    return new SandboxProcess({ program: process.execPath, args, cwd: folder }, limits);
  };
  return new ProcessSandbox("quickjs", new ProcessPool(start, options.warm ?? 2), async () => remove());
}
