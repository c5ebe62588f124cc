/** Z3 in a process of its own: started when it is first asked, kept for the next question, replaced when it had to be ended. */

import { tmpdir } from "node:os";
import { dirname, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { ProcessEnded, SandboxProcess } from "../code/child-process.ts";
import { packageFolder } from "../code/package-folder.ts";

const HOST = fileURLToPath(new URL(`./z3-host${extname(import.meta.url)}`, import.meta.url));
const START_MS = 60_000;
const MEGABYTES = 512;
const replySchema = z.object({ printed: z.string() });

export type SolverOptions = {
  /** Z3's own count of work, which does not depend on the machine. */
  readonly rlimit: number;
  /** Only where that count does not end it, ms. */
  readonly wallMs: number;
};

export class Z3Solver {
  readonly #options: SolverOptions;
  #process: Promise<SandboxProcess> | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: SolverOptions) {
    this.#options = options;
  }

  /** What a script prints; null where Z3 had to be ended. One script at a time. */
  run(script: string): Promise<string | null> {
    const asked = this.#queue.then(() => this.#run(script));
    this.#queue = asked.catch(() => {});
    return asked;
  }

  async close(): Promise<void> {
    const running = this.#process;
    this.#process = null;
    await (await running?.catch(() => null))?.close();
  }

  async #run(script: string): Promise<string | null> {
    this.#process ??= start();
    const process = await this.#process;
    try {
      process.tell({ script: `(set-option :rlimit ${this.#options.rlimit})\n${script}` });
      return replySchema.parse(await process.hear(this.#options.wallMs)).printed;
    } catch (error) {
      this.#process = null;
      await process.close();
      if (error instanceof ProcessEnded) return null;
      throw error;
    }
  }
}

async function start(): Promise<SandboxProcess> {
  const modules = dirname(packageFolder("z3-solver"));
  const args = [
    "--permission",
    "--allow-worker",
    `--allow-fs-read=${modules}`,
    `--allow-fs-read=${dirname(dirname(HOST))}`,
    "--no-warnings",
    HOST,
    fileURLToPath(import.meta.url),
    String(MEGABYTES),
  ];
  const limits = { wallMs: START_MS, memoryBytes: 2 * MEGABYTES * 1024 * 1024 };
  const child = new SandboxProcess({ program: process.execPath, args, cwd: tmpdir() }, limits);
  await child.hear(START_MS);
  return child;
}
