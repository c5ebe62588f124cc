/** The sides of the benchmark, each a process of its own. */

import { join } from "node:path";
import { python, SideProcess } from "../side-process.ts";
import { type About, aboutSchema, type Measurement, measurementSchema } from "./side-result.ts";

/** The peers are named as `peer.py` knows them: TRL with as many chains to a micro-batch. */
export const SIDES = ["mull", "trl-32", "trl-128"] as const;
export type Side = (typeof SIDES)[number];

export type RlSide = SideProcess<Side, About, Measurement>;

export function startSide(side: Side, folder: string, threads: number): RlSide {
  const [command, ...args] =
    side === "mull"
      ? ([process.execPath, join(import.meta.dirname, "mull.ts"), folder] as const)
      : ([python(), join(import.meta.dirname, "peer.py"), side, folder] as const);
  const limit = String(threads);
  return new SideProcess({
    ...{ side, command, args, about: aboutSchema, measurement: measurementSchema },
    env: { OMP_NUM_THREADS: limit, MKL_NUM_THREADS: limit, OPENBLAS_NUM_THREADS: limit },
  });
}
