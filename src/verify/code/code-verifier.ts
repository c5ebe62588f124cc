/**
 * Whether a program passes its tests. The candidate runs in a process of its own; what it returns or prints crosses as plain
 * data, and is compared here, or by asserts that run in another process which the candidate never touches.
 *
 * The score is the share of tests that pass. A candidate that crashes, loops or eats memory is wrong; where the sandbox itself
 * fails, or the tests do without the candidate, the verdict is `unscored`.
 */

import type { Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import { correct, unscored, type Verdict, wrong } from "../../core/verdict.ts";
import { shortened } from "../reason.ts";
import { tooLong } from "../reference.ts";
import { type CodeTests, codeTestsSchema, type Language } from "./code-tests.ts";
import { SANDBOX_LIMITS } from "./limits.ts";
import { equalData, fromJson, printData } from "./plain-data.ts";
import { programOf } from "./program.ts";
import type { CallOutcome, Interpreter, Outcome, Sandbox } from "./sandbox.ts";

export type CodeVerifierOptions = {
  /** The sandbox of a language; null where there is none here. Default: what ships with Mull (`sandboxes.ts`). */
  readonly sandboxFor?: (language: Language) => Promise<Sandbox | null>;
};

/** Cases of one problem that fail before the others are not run. */
const MOST_FAILURES = 20;

export class CodeVerifier implements Verifier {
  readonly name = "code";
  readonly #sandboxFor: (language: Language) => Promise<Sandbox | null>;
  readonly #open = new Map<string, Promise<Sandbox | null>>();

  constructor(options: CodeVerifierOptions = {}) {
    this.#sandboxFor =
      options.sandboxFor ?? (async (language) => (await import("./sandboxes.ts")).sandboxFor(language));
  }

  /** `unscored` where the problem carries no tests, or they cannot be run. */
  async verify(
    problem: Problem,
    completion: string,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<Verdict> {
    const stopped = (): boolean => options.signal?.aborted ?? false;
    if (stopped()) return unscored("stopped before it was verified");
    const parsed = codeTestsSchema.safeParse(problem.data);
    if (!parsed.success) return unscored(`problem ${problem.id} carries no tests that can be read`);
    const long = tooLong(completion);
    if (long !== null) return long;
    const tests = parsed.data;
    const program = programOf(completion, tests);
    if (program.trim() === "") return wrong("there is no program");
    try {
      const sandbox = await this.#sandbox(tests.language);
      if (sandbox === null) return unscored(`there is no sandbox for ${tests.language} here`);
      return await judged(sandbox, tests, program, options.signal);
    } catch (error) {
      if (stopped()) return unscored("stopped while it was verified");
      return unscored(shortened(`the sandbox failed: ${error instanceof Error ? error.message : String(error)}`));
    }
  }

  /** Ends the processes that stand ready. */
  async close(): Promise<void> {
    const open = await Promise.allSettled(this.#open.values());
    this.#open.clear();
    await Promise.all(open.map((each) => (each.status === "fulfilled" ? each.value?.close() : undefined)));
  }

  #sandbox(language: Language): Promise<Sandbox | null> {
    const family = language === "python" ? "python" : "javascript";
    const known = this.#open.get(family) ?? this.#sandboxFor(language);
    this.#open.set(family, known);
    known.catch(() => this.#open.delete(family));
    return known;
  }
}

type Tally = { passed: number; total: number; failure: string | null };

async function judged(sandbox: Sandbox, tests: CodeTests, program: string, signal?: AbortSignal): Promise<Verdict> {
  const spec = tests.tests;
  if (spec.kind === "io") return verdictOf(await runCases(sandbox, spec.cases, program, tests.language, signal));
  return withCandidate(sandbox, signal, async (candidate) => {
    const loaded = await candidate.run(program, { typescript: tests.language === "typescript" });
    if (loaded.status !== "ok") return wrong(shortened(`the program does not load: ${ending(loaded)}`));
    if (tests.entry === undefined) return unscored("the tests name no function to call");
    if (spec.kind === "calls") return verdictOf(await callCases(candidate, tests.entry, spec.cases));
    const { source } = spec;
    const { passed, failures, error, ...output } = await sandbox.judge(
      { source, prelude: tests.prelude, entry: tests.entry },
      candidate,
    );
    const [first] = failures;
    const total = passed + failures.length + (error === null ? 0 : 1);
    if (total === 0) return unscored("the tests assert nothing");
    const failure = first === undefined ? error : `line ${first.line}: ${first.text}: ${first.message}`;
    return verdictOf({ passed, total, failure: failure === null ? null : `${failure}${printedBy(output)}` });
  });
}

/** What is under way ends with its process. */
async function withCandidate<T>(
  sandbox: Sandbox,
  signal: AbortSignal | undefined,
  work: (candidate: Interpreter) => Promise<T>,
): Promise<T> {
  const candidate = await sandbox.open();
  const stop = (): void => void candidate.close();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    signal?.throwIfAborted(); // while it was opened
    const made = await work(candidate);
    signal?.throwIfAborted(); // what was cut short is no verdict
    return made;
  } finally {
    signal?.removeEventListener("abort", stop);
    await candidate.close();
  }
}

async function callCases(
  candidate: Interpreter,
  entry: string,
  cases: Extract<CodeTests["tests"], { kind: "calls" }>["cases"],
): Promise<Tally> {
  const tally: Tally = { passed: 0, total: cases.length, failure: null };
  let failures = 0;
  for (const { args, expected, tolerance } of cases) {
    if (failures >= MOST_FAILURES) break;
    const outcome = await candidate.call(entry, args.map(fromJson));
    const wanted = fromJson(expected);
    const same = { tuplesAreLists: true, ...(tolerance === undefined ? {} : { tolerance }) };
    if (outcome.status === "ok" && outcome.value !== undefined && equalData(wanted, outcome.value, same)) {
      tally.passed++;
      continue;
    }
    failures++;
    const shown = `${entry}(${args.map((arg) => printData(fromJson(arg), 80)).join(", ")})`;
    tally.failure ??= `${shown} ${gave(outcome)}, expected ${printData(wanted)}${printedBy(outcome)}`;
    if (outcome.status !== "ok" && outcome.status !== "raised") break;
  }
  return tally;
}

/** Each case in a process of its own. Lines are compared without the space at their ends, and without empty lines at the end. */
async function runCases(
  sandbox: Sandbox,
  cases: readonly { readonly stdin: string; readonly stdout: string }[],
  program: string,
  language: Language,
  signal: AbortSignal | undefined,
): Promise<Tally> {
  const tally: Tally = { passed: 0, total: cases.length, failure: null };
  let failures = 0;
  const began = performance.now();
  for (const [i, { stdin, stdout }] of cases.entries()) {
    if (failures >= MOST_FAILURES) break;
    if (performance.now() - began > SANDBOX_LIMITS.totalMs) {
      tally.failure ??= `the first ${i} cases take longer than all may`;
      break;
    }
    const outcome = await withCandidate(sandbox, signal, (candidate) =>
      candidate.run(program, { stdin, typescript: language === "typescript" }),
    );
    const ended = outcome.status === "ok" || outcome.status === "exited";
    if (ended && lines(outcome.stdout) === lines(stdout)) {
      tally.passed++;
      continue;
    }
    failures++;
    const told = ended ? `printed ${JSON.stringify(outcome.stdout.slice(0, 200))}` : ending(outcome);
    tally.failure ??= `case ${i + 1} ${told}, expected ${JSON.stringify(stdout.slice(0, 200))}`;
  }
  return tally;
}

/** What it printed, for the reason: the beginning of each, where there is any. */
function printedBy({ stdout, stderr }: Pick<Outcome, "stdout" | "stderr">): string {
  const shown = (name: string, text: string): string =>
    text === "" ? "" : `; ${name} ${JSON.stringify(text.slice(0, 150))}`;
  return `${shown("stdout", stdout)}${shown("stderr", stderr)}`;
}

function lines(text: string): string {
  return text.replaceAll(/[ \t\r]+$/gm, "").replace(/\n+$/, "");
}

function verdictOf({ passed, total, failure }: Tally): Verdict {
  if (passed === total) return correct(`passes ${total} of ${total} tests`);
  return wrong(
    shortened(`passes ${passed} of ${total} tests; ${failure ?? "the others were not run"}`),
    passed / total,
  );
}

function gave(outcome: CallOutcome): string {
  if (outcome.status !== "ok") return ending(outcome);
  return outcome.value === undefined ? "gives nothing that can be compared" : `gives ${printData(outcome.value)}`;
}

function ending({ status, error, stderr }: Outcome): string {
  if (error !== undefined) return `raises ${error.type}: ${error.message.slice(0, 300)}`;
  const said = stderr === "" ? "" : ` (${stderr.slice(0, 200)})`;
  if (status === "timeout") return `does not end in time${said}`;
  if (status === "memory") return `uses too much memory${said}`;
  return `ends its interpreter${said}`;
}
