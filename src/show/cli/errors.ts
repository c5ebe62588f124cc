/**
 * How a command that fails says so: what went wrong and what to do next, on standard error, or as JSON on standard
 * output for programs. Exit codes: 1 it failed, 2 the command line is wrong, 130 stopped by Ctrl-C, 143 by a signal.
 */

import { CommanderError } from "commander";
import { MullError } from "../../core/errors.ts";
import { redact } from "./redact.ts";
import type { Terminal } from "./terminal.ts";

export type Failure = {
  /** An `ErrorCode`, or `internal` for a defect of Mull itself. */
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly exitCode: number;
};

/** Anything that was thrown, as what a person is told. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return usageFailure(error);
  if (error instanceof MullError) {
    const { code, message, hint } = error;
    return { code, message, hint, exitCode: code === "usage" ? 2 : code === "aborted" ? 130 : 1 };
  }
  if (error instanceof Error && error.name === "AbortError") {
    return { code: "aborted", message: "stopped", hint: undefined, exitCode: 130 };
  }
  return {
    code: "internal",
    message: error instanceof Error ? error.message : String(error),
    hint: "this is a defect of Mull; MULL_DEBUG=1 shows where it is",
    exitCode: 1,
  };
}

/** "error: unknown option '--sed'\n(Did you mean --seed?)", in Mull's own form. */
function usageFailure({ message }: CommanderError): Failure {
  const [first = "", ...rest] = message.replace(/^error: /, "").split("\n");
  const guess = /\(Did you mean (.+)\?\)/.exec(rest.join(" "))?.[1];
  return {
    code: "usage",
    message: first,
    hint: guess === undefined ? undefined : `did you mean ${guess}?`,
    exitCode: 2,
  };
}

export type ReportOptions = {
  /** As JSON on standard output. */
  readonly json: boolean;
  /** The command that shows the help that fits. */
  readonly help: string;
};

/** Prints the failure and returns the exit code. */
export function reportFailure(error: unknown, terminal: Terminal, { json, help }: ReportOptions): number {
  const {
    code,
    message,
    hint = code === "usage" ? `${help} shows what there is` : undefined,
    exitCode,
  } = failureOf(error);
  const shown = redact(message);
  const advice = hint === undefined ? undefined : redact(hint);
  if (json) {
    const detail = { code, message: shown, ...(advice === undefined ? {} : { hint: advice }) };
    terminal.print(JSON.stringify({ error: detail }));
  } else {
    const head = code === "aborted" ? "" : `${terminal.paint("red", "error:", "err")} `;
    terminal.note(`${head}${shown}`);
    if (advice !== undefined) terminal.note(`${terminal.paint("cyan", " hint:", "err")} ${advice}`);
  }
  if (isDebugging() && error instanceof Error) terminal.note(redact(inFull(error)));
  return exitCode;
}

function isDebugging(): boolean {
  const asked = process.env["MULL_DEBUG"];
  return asked !== undefined && asked !== "" && asked !== "0";
}

/** The stack, and those of its causes. */
function inFull(error: Error): string {
  const stack = error.stack ?? String(error);
  return error.cause instanceof Error ? `${stack}\ncaused by ${inFull(error.cause)}` : stack;
}
