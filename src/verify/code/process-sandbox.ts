/** A sandbox of one-use processes that speak the protocol of the hosts: interpreters for candidates, judges for tests. */

import { z } from "zod";
import { ProcessEnded, type SandboxProcess } from "./child-process.ts";
import { SANDBOX_LIMITS } from "./limits.ts";
import { type PlainData, plainDataSchema } from "./plain-data.ts";
import type { ProcessPool } from "./process-pool.ts";
import type { AssertTests, CallOutcome, Interpreter, Judgement, Outcome, RunOptions, Sandbox } from "./sandbox.ts";

const text = z.string().max(SANDBOX_LIMITS.outputBytes * 2);
const outcomeSchema = z.object({
  status: z.enum(["ok", "raised", "exited", "memory"]),
  error: z.object({ type: text, message: text, trace: text }).optional(),
  stdout: text,
  stderr: text,
  value: plainDataSchema.optional(),
  args: z.array(plainDataSchema).max(SANDBOX_LIMITS.dataItems).optional(),
});
/** A judge's question: what the tests call. */
const questionSchema = z.object({
  args: z.array(plainDataSchema),
  kwargs: z.record(z.string(), plainDataSchema).default({}),
});
const judgementSchema = z.object({
  passed: z.number().int().nonnegative(),
  failures: z.array(z.object({ line: z.number().int(), text: z.string(), message: z.string() })).max(100),
  error: z.string().nullable(),
});

/** Characters of what a candidate printed that a verdict may show. */
const SHOWN = 1000;

type Kwargs = Readonly<Record<string, PlainData>>;

export class ProcessSandbox implements Sandbox {
  readonly name: string;
  readonly #pool: ProcessPool;
  readonly #clean: () => Promise<void>;

  constructor(name: string, pool: ProcessPool, clean: () => Promise<void> = async () => {}) {
    this.name = name;
    this.#pool = pool;
    this.#clean = clean;
  }

  async open(): Promise<Interpreter> {
    return new ProcessInterpreter(await this.#pool.take());
  }

  async judge(tests: AssertTests, candidate: Interpreter): Promise<Judgement> {
    const printed = { stdout: "", stderr: "" };
    const judge = await this.#pool.take();
    let answered = false;
    try {
      judge.tell({ op: "judge", ...tests });
      for (;;) {
        const said = await judge.hear();
        const judgement = judgementSchema.safeParse(said);
        if (judgement.success) return { ...judgement.data, ...printed };
        const { args, kwargs } = questionSchema.parse(said);
        const outcome = await (candidate as ProcessInterpreter).call(tests.entry, args, kwargs);
        printed.stdout = `${printed.stdout}${outcome.stdout}`.slice(0, SHOWN);
        printed.stderr = `${printed.stderr}${outcome.stderr}`.slice(0, SHOWN);
        judge.tell(outcome);
        answered = true;
      }
    } catch (error) {
      // Tests that loop or swell on what the candidate returned are its doing: it does not escape a verdict by that.
      if (!answered || !(error instanceof ProcessEnded) || (error.how !== "timeout" && error.how !== "memory"))
        throw error;
      return { passed: 0, failures: [], error: `the tests do not end on what it returned: ${error.how}`, ...printed };
    } finally {
      await judge.close();
    }
  }

  async close(): Promise<void> {
    await this.#pool.close();
    await this.#clean();
  }
}

class ProcessInterpreter implements Interpreter {
  readonly #process: SandboxProcess;
  #left: number = SANDBOX_LIMITS.totalMs;

  constructor(process: SandboxProcess) {
    this.#process = process;
  }

  run(source: string, { stdin, typescript = false }: RunOptions = {}): Promise<Outcome> {
    if (source.length > SANDBOX_LIMITS.sourceBytes) {
      return Promise.resolve({ ...nothing("crashed"), stderr: `a program of ${source.length} characters is too long` });
    }
    return this.#ask({ op: "run", source, stdin: stdin ?? "", main: stdin !== undefined, typescript });
  }

  async call(name: string, args: readonly PlainData[], kwargs: Kwargs = {}): Promise<CallOutcome> {
    return this.#ask({ op: "call", name, args, kwargs });
  }

  close(): Promise<void> {
    return this.#process.close();
  }

  async #ask(question: object): Promise<CallOutcome> {
    const began = performance.now();
    try {
      this.#process.tell(question);
      const said = outcomeSchema.safeParse(await this.#process.hear(Math.min(this.#process.wallMs, this.#left)));
      this.#left = Math.max(1, this.#left - (performance.now() - began));
      if (said.success) return said.data;
      await this.#process.close();
      return { ...nothing("crashed"), stderr: "it answered what is no answer" };
    } catch (error) {
      if (!(error instanceof ProcessEnded)) throw error;
      return nothing(error.how === "closed" ? "crashed" : error.how);
    }
  }
}

function nothing(status: Outcome["status"]): Outcome {
  return { status, stdout: "", stderr: "" };
}
