/** A line or two on standard error that is drawn over and over; nothing where the terminal cannot redraw. */

import { createLogUpdate } from "log-update";
import type { Terminal } from "./terminal.ts";

/** Redraws at most this often, ms. */
const INTERVAL_MS = 80;

export class StatusLine {
  readonly #update: ReturnType<typeof createLogUpdate> | null;
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(terminal: Pick<Terminal, "live">) {
    this.#update = terminal.live === null ? null : createLogUpdate(terminal.live);
  }

  /** Whether anything is shown at all. */
  get visible(): boolean {
    return this.#update !== null;
  }

  show(text: string): void {
    if (this.#update === null || performance.now() - this.#drawnAt < INTERVAL_MS) return;
    this.#drawnAt = performance.now();
    this.#update(text);
  }

  /** Writes a line that stays, above the status. */
  keep(line: string): void {
    this.#update?.persist(line);
  }

  clear(): void {
    this.#update?.clear();
    this.#update?.done();
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }
}
