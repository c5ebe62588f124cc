/** How a host speaks: a line in, a line out, in step, over the pipes of its process. Used inside sandbox processes only. */

import { readSync, writeSync } from "node:fs";

const chunk = Buffer.alloc(65_536);
const clock = new Int32Array(new SharedArrayBuffer(4));
let held: Buffer = Buffer.alloc(0);

/** A judge's question to the candidate's process, and what it said. */
export function ask(question: string): string {
  say(question);
  return hear() ?? '{"status":"crashed"}';
}

export function say(line: string): void {
  const bytes = Buffer.from(`${line}\n`);
  for (let sent = 0; sent < bytes.length; ) {
    try {
      sent += writeSync(1, bytes, sent);
    } catch (error) {
      waitOut(error);
    }
  }
}

/** Null where the other side has closed. */
export function hear(): string | null {
  for (;;) {
    const end = held.indexOf(10);
    if (end >= 0) {
      const line = held.subarray(0, end).toString();
      held = held.subarray(end + 1);
      return line;
    }
    try {
      const count = readSync(0, chunk);
      if (count === 0) return null;
      held = Buffer.concat([held, chunk.subarray(0, count)]);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EOF") return null;
      waitOut(error);
    }
  }
}

/** A pipe may be in a mode in which it does not wait by itself. */
function waitOut(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
  Atomics.wait(clock, 0, 0, 1);
}

/** A second fence, behind WebAssembly: the ways from JavaScript to the system are taken away. */
export function forsake(): void {
  for (const name of ["getBuiltinModule", "binding", "_linkedBinding", "dlopen", "kill", "_kill", "chdir", "setuid"]) {
    Reflect.deleteProperty(process, name);
  }
  for (const name of ["fetch", "WebSocket", "EventSource", "XMLHttpRequest", "navigator", "Worker"]) {
    Reflect.deleteProperty(globalThis, name);
  }
}
