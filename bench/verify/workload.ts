/** What is verified: pairs of answers of every family, and HumanEval's canonical solutions. The same for all sides. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { FAMILIES } from "../../scripts/check/near-misses/families.ts";
import { Rng } from "../../src/core/rng.ts";

export const TASKS = ["math", "code"] as const;
export type Task = (typeof TASKS)[number];

export const workloadSchema = z.object({
  processes: z.number().int().min(1),
  pairs: z.array(z.object({ gold: z.string(), answer: z.string(), equal: z.boolean() })),
  programs: z.array(
    z.object({
      task_id: z.string(),
      prompt: z.string(),
      canonical_solution: z.string(),
      test: z.string(),
      entry_point: z.string(),
    }),
  ),
});
export type Workload = z.infer<typeof workloadSchema>;

/** @param humanEval path of HumanEval.jsonl.gz; without it there are no programs */
export function makeWorkload(processes: number, samples: number, programs: number, humanEval: string): Workload {
  const names = Object.keys(FAMILIES);
  const pairs = Array.from({ length: samples }, (_, i) => {
    const { gold, same, near } = (FAMILIES[names[i % names.length] as string] as (typeof FAMILIES)[string])(
      new Rng(7).split(i),
    );
    return i % 2 === 0 ? { gold, answer: same, equal: true } : { gold, answer: near, equal: false };
  });
  const lines = existsSync(humanEval) ? gunzipSync(readFileSync(humanEval)).toString().trim().split("\n") : [];
  return workloadSchema.parse({ processes, pairs, programs: lines.slice(0, programs).map((line) => JSON.parse(line)) });
}

export function writeWorkload(folder: string, workload: Workload): string {
  const path = join(folder, "workload.json");
  writeFileSync(path, JSON.stringify(workload));
  return path;
}
