/** Starts one side in a process of its own and reads what it says. */

import { spawn } from "node:child_process";
import { join } from "node:path";
import { missingSchema, type SideResult, sideResultSchema } from "./side-result.ts";

/** The peers are named as `peer.py` knows them. */
export const SIDES = ["mull", "eager", "compiled", "generate"] as const;
export type Side = (typeof SIDES)[number];

/** A side's result, or why there is none. */
export type SideReply = { readonly result: SideResult } | { readonly absent: string };

/** Compilation included; a side that takes longer is ended and reported. */
const LIMIT_MS = 20 * 60_000;

export async function runSide(side: Side, folder: string, threads: number): Promise<SideReply> {
  const python = process.env["MULL_PYTHON"] ?? "python3";
  const [command, ...args] =
    side === "mull"
      ? [process.execPath, join(import.meta.dirname, "mull.ts"), folder]
      : [python, join(import.meta.dirname, "peer.py"), side, folder];
  const limit = String(threads);
  const env = {
    ...process.env,
    OMP_NUM_THREADS: limit,
    MKL_NUM_THREADS: limit,
    OPENBLAS_NUM_THREADS: limit,
    PYTHONDONTWRITEBYTECODE: "1",
    HF_HUB_OFFLINE: "1",
  };
  const ended = await runToEnd(command, args, env);
  return "error" in ended ? { absent: ended.error } : readReply(ended, command);
}

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

function runToEnd(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Ended | { readonly error: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"], timeout: LIMIT_MS });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-4000);
    });
    child.on("error", (error) => resolve({ error: `${command} cannot be started: ${error.message}` }));
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** The last line that a side printed is its result. */
export function readReply({ code, stdout, stderr }: Ended, command: string): SideReply {
  const last = stdout.trim().split("\n").at(-1) ?? "";
  const said: unknown = parseJson(last);
  const missing = missingSchema.safeParse(said);
  if (missing.success) {
    return { absent: `${command} has no ${missing.data.missing}: set MULL_PYTHON to a Python that has it` };
  }
  const result = sideResultSchema.safeParse(said);
  if (result.success) return { result: result.data };
  const why = code === null ? `ended after ${LIMIT_MS / 60_000} minutes or by a signal` : `exit code ${code}`;
  return { absent: `no result (${why}): ${stderr.trim().split("\n").at(-1) ?? ""}` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
