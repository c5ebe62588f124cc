/** Typed errors. Each says what was expected, what came and what to do next; `code` is for machines. */

export type ErrorCode =
  | "usage" // the command line or an option is wrong
  | "input" // a puzzle, file or record from outside is malformed
  | "shape" // tensors that do not fit, found while a graph is built
  | "checkpoint" // a checkpoint is missing, corrupt or of another kind
  | "engine" // the engine failed while computing
  | "model" // a model or server failed
  | "budget" // a budget is spent
  | "store" // a run folder cannot be read or written
  | "locked" // another process writes this run
  | "port" // a port cannot be bound
  | "aborted"; // stopped on request

export class MullError extends Error {
  readonly code: ErrorCode;
  /** What the reader can do about it. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "MullError";
    this.code = code;
    this.hint = options.hint;
  }
}
