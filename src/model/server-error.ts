/** What goes wrong between Mull and a model's server, and whether asking again may help. */

import { MullError } from "../core/errors.ts";

export type ServerErrorOptions = {
  /** Asking again may help: the server was busy, went away, or answered nonsense. */
  readonly retryable: boolean;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** The server's own word on when to ask again, ms. */
  readonly retryAfterMs?: number;
  /** The server may have done the work, so that asking again may be paid for twice. */
  readonly mayHaveRun?: boolean;
  readonly hint?: string;
  readonly cause?: unknown;
};

export class ServerError extends MullError {
  readonly retryable: boolean;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly mayHaveRun: boolean;

  constructor(message: string, options: ServerErrorOptions) {
    const { retryable, status, retryAfterMs, mayHaveRun = false, ...rest } = options;
    super("model", message, rest);
    this.name = "ServerError";
    this.retryable = retryable;
    this.status = status;
    this.retryAfterMs = retryAfterMs;
    this.mayHaveRun = mayHaveRun;
  }
}
