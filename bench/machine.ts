/** The machine that figures belong to. */

import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";

export type Machine = {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  /** Runnable processes over the last minute, before the benchmark began. */
  readonly load: number;
};

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    load: loadavg()[0] ?? 0,
  };
}

/** Figures of a machine that does something else are worth nothing: threads that wait for each other wait for it too. */
export function isBusy({ load }: Machine): boolean {
  return load > 0.5;
}
