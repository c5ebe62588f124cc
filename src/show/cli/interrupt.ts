/**
 * Ctrl-C: the first asks the work to stop, which saves what there is; the second ends the process at once. A request to
 * terminate (SIGTERM, a closed terminal) asks once.
 */

export type Interruptible = {
  readonly signal: AbortSignal;
  /** Leaves the signals to others again. */
  release(): void;
};

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Catches the signals until it is released. */
export function interruptible(onFirst: () => void = () => {}): Interruptible {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      if (signal !== "SIGINT") process.exitCode = 143;
      onFirst();
      controller.abort();
    } else if (signal === "SIGINT") process.exit(130);
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  return {
    signal: controller.signal,
    release() {
      for (const signal of SIGNALS) process.off(signal, stop);
    },
  };
}
