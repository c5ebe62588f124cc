/** The sides of the benchmark and what each of them does. */

import { join } from "node:path";
import { python, SideProcess } from "../side-process.ts";
import {
  type About,
  aboutSchema,
  type Measurement,
  measurementSchema,
  type Served,
  servedSchema,
  serverSchema,
} from "./side-result.ts";
import type { Task } from "./workload.ts";

/** Those written in Python are named as `peer.py` knows them, `decoder` and `replay` as `mull.ts` does. */
export const SIDES = ["mull", "optillm", "optillm-n", "its_hub", "treequest", "decoder", "replay"] as const;
export type Side = (typeof SIDES)[number];

export const DOES: Readonly<Record<Side, readonly Task[]>> = {
  mull: ["best-of-16", "ab-mcts", "mcts"],
  optillm: ["best-of-16"],
  "optillm-n": ["best-of-16"],
  its_hub: ["best-of-16"],
  treequest: ["ab-mcts"],
  decoder: ["mcts"],
  replay: ["mcts"],
};

export type SearchSide = SideProcess<Side, About, Measurement>;
export type ServerSide = SideProcess<"server", { readonly url: string }, Served>;

export function startSide(side: Side, folder: string): SearchSide {
  const own = side === "mull" || side === "decoder" || side === "replay";
  const file = join(import.meta.dirname, own ? "mull.ts" : "peer.py");
  return new SideProcess({
    ...{ side, command: own ? process.execPath : python(), args: [file, side, folder] },
    ...{ about: aboutSchema, measurement: measurementSchema },
  });
}

/** A turn of the server is what it has answered since the last. */
export function startServer(): ServerSide {
  return new SideProcess({
    ...{ side: "server", command: process.execPath, args: [join(import.meta.dirname, "server.ts")] },
    ...{ about: serverSchema, measurement: servedSchema },
  });
}
