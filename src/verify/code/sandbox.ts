/**
 * Where code that nobody trusts runs: one interpreter in one process for one candidate, thrown away afterwards, and another,
 * which the candidate never touches, for the tests that judge it.
 */

import type { PlainData } from "./plain-data.ts";

/** How a run ended. */
export type Outcome = {
  /** `raised`: by an exception; `exited`: by its own will; the others: it was ended. */
  readonly status: "ok" | "raised" | "exited" | "timeout" | "memory" | "crashed";
  readonly error?: { readonly type: string; readonly message: string; readonly trace: string } | undefined;
  readonly stdout: string;
  readonly stderr: string;
};

export type CallOutcome = Outcome & { readonly value?: PlainData | undefined };

export type RunOptions = {
  /** What it may read; with it the text is a program by itself, not a module whose functions are called. */
  readonly stdin?: string;
  /** Types are taken off first. */
  readonly typescript?: boolean;
};

/** An interpreter for one candidate. After a timeout, a crash or `close` it answers nothing more. */
export interface Interpreter {
  /** Runs a program's text. */
  run(source: string, options?: RunOptions): Promise<Outcome>;
  /** Calls a function that the program has defined. */
  call(name: string, args: readonly PlainData[]): Promise<CallOutcome>;
  close(): Promise<void>;
}

export type AssertTests = {
  /** Trusted: asserts, or a function `check(candidate)` of them. */
  readonly source: string;
  /** Trusted: what the tests need beside the candidate, such as the problem's own text. */
  readonly prelude: string;
  /** Name of the function that is judged. */
  readonly entry: string;
};

export type Judgement = {
  readonly passed: number;
  readonly failures: readonly { readonly line: number; readonly text: string; readonly message: string }[];
  /** What ended the tests before their end. */
  readonly error: string | null;
  /** What the candidate printed while it was called: the beginning. */
  readonly stdout: string;
  readonly stderr: string;
};

export interface Sandbox {
  readonly name: string;
  open(): Promise<Interpreter>;
  /** Runs tests in an interpreter of their own; what they call crosses to the candidate's as plain data. */
  judge(tests: AssertTests, candidate: Interpreter): Promise<Judgement>;
  close(): Promise<void>;
}
