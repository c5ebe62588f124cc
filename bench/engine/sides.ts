/**
 * The sides, each a process that lives as long as the benchmark: it says what it is, then prepares a task or takes a
 * turn at it whenever it is told to, and answers with a line. While one side works the others wait.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import {
  type About,
  aboutSchema,
  failureSchema,
  type Measurement,
  measurementSchema,
  missingSchema,
  readySchema,
} from "./side-result.ts";

/** The peers are named as `peer.py` knows them. */
export const SIDES = ["mull", "eager", "compiled", "generate"] as const;
export type Side = (typeof SIDES)[number];

/** Compilation included; a side that leaves a line unanswered for longer is ended and reported. */
const LIMIT_MS = 10 * 60_000;

/** A value, or in words why there is none. */
export type Reply<T> = { readonly value: T } | { readonly absent: string };

export class SideProcess implements Disposable {
  readonly side: Side;
  readonly #command: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #stderr = "";
  #ended: string | undefined;

  constructor(side: Side, folder: string, threads: number) {
    const python = process.env["MULL_PYTHON"] ?? "python3";
    const [command, ...args] =
      side === "mull"
        ? [process.execPath, join(import.meta.dirname, "mull.ts"), folder]
        : [python, join(import.meta.dirname, "peer.py"), side, folder];
    const limit = String(threads);
    const child = spawn(command, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: {
        ...process.env,
        OMP_NUM_THREADS: limit,
        MKL_NUM_THREADS: limit,
        OPENBLAS_NUM_THREADS: limit,
        PYTHONDONTWRITEBYTECODE: "1",
        HF_HUB_OFFLINE: "1",
      },
    });
    this.side = side;
    this.#command = command;
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4000);
    });
    child.stdin.on("error", () => undefined); // a side that has ended is told by what it does not answer
    child.on("error", (error) => {
      this.#ended = `${command} cannot be started: ${error.message}`;
    });
  }

  /** What the side is; says so by itself. */
  async about(): Promise<Reply<About>> {
    return readAbout(await this.#answer(), this.#command);
  }

  /** Warms up and compiles for a task. */
  async prepare(task: string): Promise<Reply<string>> {
    const answer = await this.#ask({ prepare: task });
    return read(answer, (said) => readySchema.safeParse(said).data?.ready);
  }

  /** One timed turn at the task that was prepared last. */
  async turn(): Promise<Reply<Measurement>> {
    const answer = await this.#ask({ turn: true });
    return readMeasurement(answer);
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }

  #ask(question: unknown): Promise<string> {
    this.#child.stdin?.write(`${JSON.stringify(question)}\n`);
    return this.#answer();
  }

  /** The next line, or why none comes. */
  async #answer(): Promise<string> {
    const timer = setTimeout(() => {
      this.#ended = `no answer within ${LIMIT_MS / 60_000} minutes`;
      this.#child.kill();
    }, LIMIT_MS);
    const line = await this.#lines.next();
    clearTimeout(timer);
    if (line.done !== true) return line.value;
    return this.#ended ?? `ended early: ${this.#stderr.trim().split("\n").at(-1) ?? ""}`;
  }
}

/** The first line of a side. */
export function readAbout(line: string, command: string): Reply<About> {
  const missing = missingSchema.safeParse(parseJson(line));
  if (missing.success) {
    return { absent: `${command} has no ${missing.data.missing}: set MULL_PYTHON to a Python that has it` };
  }
  return read(line, (said) => aboutSchema.safeParse(said).data);
}

/** What a side says after a turn. */
export function readMeasurement(line: string): Reply<Measurement> {
  return read(line, (said) => measurementSchema.safeParse(said).data);
}

function read<T>(line: string, value: (said: unknown) => T | undefined): Reply<T> {
  const said = parseJson(line);
  const found = value(said);
  if (found !== undefined) return { value: found };
  return { absent: failureSchema.safeParse(said).data?.reason ?? line.slice(0, 300) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
