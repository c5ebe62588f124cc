/**
 * A side of a benchmark: a process that lives as long as the benchmark. It says what it is, then prepares a task or takes a
 * turn at it whenever it is told to, and answers each line of JSON with one. While one side works the others wait.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { z } from "zod";

/** Instead of what a side is: a Python package that it needs is not there, and how it is installed. */
const missingSchema = z.object({ missing: z.string(), install: z.string().optional() });

/** Said after a task was prepared: warm-up and compilation are over. */
const readySchema = z.object({ ready: z.string() });

/** Instead of that or of a measurement: a task could not be done, and why. */
const failureSchema = z.object({ failed: z.string(), reason: z.string() });

/** What a side is told, for sides that are written in TypeScript. */
export const questionSchema = z.union([z.object({ prepare: z.string() }), z.object({ turn: z.literal(true) })]);

/** Compilation included; a side that leaves a line unanswered for longer is ended and reported. */
const LIMIT_MS = 10 * 60_000;

/** A value, or in words why there is none. */
export type Reply<T> = { readonly value: T } | { readonly absent: string };

/** Looks at what was said; undefined where it is something else. */
export type Reader<T> = { readonly safeParse: (said: unknown) => { readonly data?: T | undefined } };

export type SideOptions<Side extends string, About, Measurement> = {
  readonly side: Side;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What it says once, at the beginning. */
  readonly about: Reader<About>;
  /** What it says after a turn. */
  readonly measurement: Reader<Measurement>;
};

/** The Python that peers run on. */
export function python(): string {
  return process.env["MULL_PYTHON"] ?? "python3";
}

export class SideProcess<Side extends string, About, Measurement> implements Disposable {
  readonly side: Side;
  readonly #options: SideOptions<Side, About, Measurement>;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #stderr = "";
  #ended: string | undefined;

  constructor(options: SideOptions<Side, About, Measurement>) {
    const { side, command, args, env = {} } = options;
    const child = spawn(command, args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", HF_HUB_OFFLINE: "1", ...env },
    });
    this.side = side;
    this.#options = options;
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
    return readAbout(await this.#answer(), this.#options.command, this.#options.about);
  }

  /** Warms up and compiles for a task. */
  async prepare(task: string): Promise<Reply<string>> {
    const answer = await this.#ask({ prepare: task });
    return read(answer, { safeParse: (said) => ({ data: readySchema.safeParse(said).data?.ready }) });
  }

  /** One timed turn at the task that was prepared last. */
  async turn(): Promise<Reply<Measurement>> {
    const answer = await this.#ask({ turn: true });
    return read(answer, this.#options.measurement);
  }

  [Symbol.dispose](): void {
    this.#child.kill();
  }

  #ask(question: z.infer<typeof questionSchema>): Promise<string> {
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
export function readAbout<About>(line: string, command: string, about: Reader<About>): Reply<About> {
  const { missing, install } = missingSchema.safeParse(parseJson(line)).data ?? {};
  if (missing === undefined) return read(line, about);
  const remedy = "set MULL_PYTHON to a Python that has it";
  return { absent: `${command} has no ${missing}: ${install === undefined ? remedy : `${install}, or ${remedy}`}` };
}

/** What a side answered. */
export function read<T>(line: string, reader: Reader<T>): Reply<T> {
  const said = parseJson(line);
  const found = reader.safeParse(said).data;
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

/** What a side has said in one round. */
type Taken<Measurement> = { readonly measurements: Measurement[] };

/**
 * One task on all sides that can do it: prepared all at once, which is not timed, then in turns whose order is turned round
 * from round to round.
 *
 * @param rounds take up the measurements
 * @param absent takes up in words what has no figure
 * @param turn takes one turn; default: asks the side for it
 */
export async function takeTurns<Side extends string, About, Measurement>(
  able: readonly SideProcess<Side, About, Measurement>[],
  task: string,
  rounds: readonly Readonly<Partial<Record<Side, Taken<Measurement>>>>[],
  absent: string[],
  turn = (side: SideProcess<Side, About, Measurement>): Promise<Reply<Measurement>> => side.turn(),
): Promise<void> {
  const prepared = await Promise.all(able.map((side) => side.prepare(task)));
  prepared.forEach((reply, i) => {
    if ("absent" in reply) absent.push(`${able[i]?.side} failed at ${task}: ${reply.absent}`);
  });
  const ready = able.filter((_, i) => "value" in (prepared[i] ?? {}));
  for (const [i, round] of rounds.entries()) {
    for (const side of i % 2 === 0 ? ready : ready.toReversed()) {
      const reply = await turn(side);
      if ("absent" in reply) absent.push(`${side.side} failed at ${task}: ${reply.absent}`);
      else round[side.side]?.measurements.push(reply.value);
    }
  }
}
