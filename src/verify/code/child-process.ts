/**
 * One process with an interpreter in it, spoken to in lines of JSON, a question and its answer at a time. It has no
 * environment, an empty folder, and only pipes. Nothing it says is trusted: lines are bounded and checked by who asks.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { type Limits, SANDBOX_LIMITS } from "./limits.ts";

export type Command = {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** What it reads on its descriptor 3, to the end. */
  readonly third?: Buffer;
};

export type Ended = "timeout" | "memory" | "crashed" | "closed";

/** Thrown by what was asked of a process that ended. */
export class ProcessEnded extends Error {
  readonly how: Ended;

  constructor(message: string, options: ErrorOptions & { readonly how: Ended }) {
    super(message, options);
    this.how = options.how;
  }
}

const MEMORY_CHECK_MS = 25;
/** The runtime's own memory, before a candidate has any. */
const RUNTIME_BYTES = 256 * 1024 * 1024;
const STDERR_CHARS = 2000;

export class SandboxProcess {
  readonly #child: ChildProcess;
  readonly #limits: Limits;
  #buffer = "";
  #stderr = "";
  #ended: Ended | null = null;
  #pending: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void } | null = null;
  readonly #lines: string[] = [];
  readonly #exit: Promise<void>;

  constructor({ program, args, cwd, third }: Command, limits: Limits) {
    this.#limits = limits;
    this.#child = spawn(program, args, {
      cwd,
      env: {},
      stdio: third === undefined ? ["pipe", "pipe", "pipe"] : ["pipe", "pipe", "pipe", "pipe"],
      detached: process.platform !== "win32",
    });
    const more = this.#child.stdio[3] as Socket | null | undefined;
    more?.on("error", () => {});
    if (third !== undefined) more?.end(third);
    this.#child.stdout?.setEncoding("utf8");
    this.#child.stdout?.on("data", (text: string) => this.#receive(text));
    this.#child.stderr?.setEncoding("utf8");
    this.#child.stderr?.on("data", (text: string) => {
      if (this.#stderr.length < STDERR_CHARS) this.#stderr = `${this.#stderr}${text}`.slice(0, STDERR_CHARS);
    });
    this.#child.stdin?.on("error", () => {}); // a process that has ended reads nothing
    const memory = setInterval(() => this.#checkMemory(), MEMORY_CHECK_MS);
    memory.unref();
    this.#exit = new Promise((resolve) => {
      const over = (): void => {
        clearInterval(memory);
        this.#end("crashed");
        resolve();
      };
      this.#child.once("exit", over);
      this.#child.once("error", over);
    });
    // One that waits to be used does not keep this process alive; when this one ends, its pipe closes and it ends too.
    this.#child.unref();
    for (const pipe of this.#child.stdio) (pipe as Socket | null)?.unref();
  }

  get ended(): boolean {
    return this.#ended !== null;
  }

  /** How long it may take to say something, ms. */
  get wallMs(): number {
    return this.#limits.wallMs;
  }

  /** What it printed beside the protocol, for the message of an error. */
  get complaint(): string {
    return this.#stderr;
  }

  /** Sends a line. */
  tell(message: object): void {
    if (this.#ended === null) this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
  }

  /** The next line, parsed. @throws ProcessEnded where it ends, or says nothing in time, or what is no JSON */
  async hear(wallMs = this.#limits.wallMs): Promise<unknown> {
    const line = await this.#line(wallMs);
    try {
      return JSON.parse(line);
    } catch (error) {
      this.#kill("crashed");
      throw new ProcessEnded("it said what is no message", { how: "crashed", cause: error });
    }
  }

  async close(): Promise<void> {
    this.#kill("closed");
    this.#child.ref();
    await this.#exit;
  }

  #line(wallMs: number): Promise<string> {
    const ready = this.#lines.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    if (this.#ended !== null) return Promise.reject(this.#error(this.#ended));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#kill("timeout"), wallMs);
      const settled = (): void => {
        clearTimeout(timer);
        this.#pending = null;
      };
      this.#pending = {
        resolve: (line) => {
          settled();
          resolve(line);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
    });
  }

  #receive(text: string): void {
    if (this.#buffer.length + text.length > SANDBOX_LIMITS.messageBytes) {
      this.#kill("memory");
      return;
    }
    const parts = `${this.#buffer}${text}`.split("\n");
    this.#buffer = parts.pop() ?? "";
    for (const line of parts) {
      if (this.#pending !== null) this.#pending.resolve(line);
      else if (this.#lines.length < 4) this.#lines.push(line);
      else this.#kill("crashed");
    }
  }

  #kill(how: Ended): void {
    this.#end(how);
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null) return;
    try {
      // The whole group: what it may have started goes with it.
      process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
    } catch {
      this.#child.kill("SIGKILL");
    }
  }

  #end(how: Ended): void {
    this.#ended ??= how;
    this.#pending?.reject(this.#error(this.#ended));
  }

  #error(how: Ended): ProcessEnded {
    const said = this.#stderr.trim().split("\n").at(-1)?.slice(0, 200) ?? "";
    return new ProcessEnded(`the process ended: ${how}${said === "" ? "" : ` (${said})`}`, { how });
  }

  /** Where the system tells: elsewhere the runtime's own limits hold. */
  #checkMemory(): void {
    if (process.platform !== "linux" || this.#child.pid === undefined || this.#ended !== null) return;
    try {
      const pages = Number(readFileSync(`/proc/${this.#child.pid}/statm`, "utf8").split(" ")[1]);
      if (pages * 4096 > this.#limits.memoryBytes + RUNTIME_BYTES) this.#kill("memory");
    } catch {
      // It has ended.
    }
  }
}
