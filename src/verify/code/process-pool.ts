/** Processes that stand ready: each is used once. One is started ahead for every one that is taken. */

import type { SandboxProcess } from "./child-process.ts";

/** Starting includes loading a runtime of many megabytes. */
const READY_MS = 60_000;

export class ProcessPool {
  readonly #start: () => Promise<SandboxProcess>;
  readonly #warm: number;
  readonly #ready: Promise<SandboxProcess>[] = [];
  #closed = false;

  /** @param warm processes kept ready, 0 for none */
  constructor(start: () => Promise<SandboxProcess>, warm: number) {
    this.#start = start;
    this.#warm = warm;
  }

  /** A process that nobody has used. @throws ProcessEnded where it cannot be started */
  async take(): Promise<SandboxProcess> {
    const process = this.#ready.shift() ?? this.#begin();
    if (!this.#closed) while (this.#ready.length < this.#warm) this.#ready.push(this.#begin());
    return process;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const waiting = await Promise.allSettled(this.#ready.splice(0));
    await Promise.all(waiting.map((each) => (each.status === "fulfilled" ? each.value.close() : undefined)));
  }

  #begin(): Promise<SandboxProcess> {
    const starting = this.#start().then(async (child) => {
      try {
        await child.hear(READY_MS); // its first line says that it is ready
        return child;
      } catch (error) {
        await child.close();
        throw error;
      }
    });
    starting.catch(() => {}); // told to who takes it
    return starting;
  }
}
