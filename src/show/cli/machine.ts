/** What this machine has, as far as a run of Mull depends on it: read, never guessed; null where it cannot be told. */

import { existsSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { env, listSupportedBackends } from "onnxruntime-node";

export type Machine = {
  readonly node: string;
  readonly platform: string;
  readonly cpu: string;
  /** Cores that this process may use. */
  readonly cores: number;
  /** Those of the vector instructions named below that the processor has; null where the system does not say. */
  readonly vectors: readonly string[] | null;
  /** Bytes. */
  readonly memory: { readonly total: number; readonly free: number };
  readonly onnxruntime: { readonly version: string; readonly providers: readonly string[] };
  /** Bytes free for this user on the disk of the runs. */
  readonly disk: { readonly folder: string; readonly free: number | null };
  /** The browser that the browser tests would use. */
  readonly chromium: string | null;
  readonly port: { readonly number: number; readonly free: boolean };
};

/** @param folder where runs will lie; it need not exist */
export async function describeMachine(folder: string, port: number): Promise<Machine> {
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    vectors: vectorInstructions(),
    memory: { total: totalmem(), free: freemem() },
    onnxruntime: {
      version: env.versions.node ?? env.versions.common,
      providers: listSupportedBackends().map(({ name }) => name),
    },
    disk: { folder: resolve(folder), free: await diskFree(folder) },
    chromium: findChromium(),
    port: { number: port, free: await isPortFree(port) },
  };
}

const VECTORS = ["avx2", "fma", "avx512f", "avx512_vnni", "amx_tile", "asimd", "sve"];

/** Linux says in /proc/cpuinfo; every 64-bit ARM processor has asimd. */
function vectorInstructions(): string[] | null {
  try {
    const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.split(/\s+/);
    if (flags !== undefined) return VECTORS.filter((name) => flags.includes(name));
  } catch {
    // not Linux
  }
  return process.arch === "arm64" ? ["asimd"] : null;
}

async function diskFree(folder: string): Promise<number | null> {
  let place = resolve(folder);
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  try {
    const { bavail, bsize } = await statfs(place);
    return bavail * bsize;
  } catch {
    return null;
  }
}

const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

function findChromium(): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const places = [...folders.flatMap((folder) => BROWSERS.map((name) => join(folder, name))), MAC_CHROME];
  return process.env["CHROMIUM"] || (places.find((place) => existsSync(place)) ?? null);
}

function isPortFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}
