/**
 * Stopping compute threads between products. A thread that is ended while ONNX Runtime computes takes the process with
 * it: its native code meets a JavaScript engine that is gone, and aborts. So a thread passes a gate before it computes,
 * and who wants to end it closes the gate and waits until the thread is outside, by promise (`close`) or, when the
 * process exits, by blocking. A thread begins inside: loading ONNX Runtime is native code too.
 *
 * Both sides first write and then read (Dekker 1965), in shared memory whose operations are ordered, so a thread that
 * was not seen inside sees the gate closed.
 */

/** [closed, how often thread 0 is inside, thread 1, ...] */
export type GateState = Int32Array;

/** Milliseconds to wait for a product when the process exits; the longest take a few hundred. */
const EXIT_PATIENCE = 5000;

/** The main thread's side. */
export class Gate {
  readonly state: GateState;
  readonly #onExit = (): void => this.#block();

  constructor(threads: number) {
    this.state = new Int32Array(new SharedArrayBuffer(4 * (1 + threads))).fill(1, 1);
    process.on("exit", this.#onExit);
  }

  /** Lets nobody in any more; resolves when all are outside. */
  async close(): Promise<void> {
    Atomics.store(this.state, 0, 1);
    for (let thread = 1; thread < this.state.length; thread++) {
      for (let inside = this.#inside(thread); inside > 0; inside = this.#inside(thread)) {
        await Atomics.waitAsync(this.state, thread, inside).value;
      }
    }
    process.off("exit", this.#onExit);
  }

  /** A thread that died is outside. */
  died(thread: number): void {
    Atomics.store(this.state, 1 + thread, 0);
    Atomics.notify(this.state, 1 + thread);
  }

  #inside(index: number): number {
    return Atomics.load(this.state, index);
  }

  #block(): void {
    Atomics.store(this.state, 0, 1);
    for (let thread = 1; thread < this.state.length; thread++) {
      for (let inside = this.#inside(thread); inside > 0; inside = this.#inside(thread)) {
        if (Atomics.wait(this.state, thread, inside, EXIT_PATIENCE) === "timed-out") return;
      }
    }
  }
}

/** The compute thread's side: it goes outside, after a product, and for the first time when everything is loaded. */
export function leaveGate(state: GateState, thread: number): void {
  Atomics.sub(state, 1 + thread, 1);
  Atomics.notify(state, 1 + thread);
}

/** Runs `work` inside the gate; where the gate is closed, never begins and never returns. */
export async function passGate<T>(state: GateState, thread: number, work: () => Promise<T>): Promise<T> {
  Atomics.add(state, 1 + thread, 1);
  if (Atomics.load(state, 0) === 1) {
    leaveGate(state, thread);
    return new Promise(() => {});
  }
  try {
    return await work();
  } finally {
    leaveGate(state, thread);
  }
}
