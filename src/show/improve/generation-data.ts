/**
 * What a generation made, as it lies in the run's folder: `generations/generation-001.jsonl`, a chain a line with where it came from. Written
 * whole before the generation is committed to the journal, so a file that the journal names is there and complete.
 */

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { SearchedProblem } from "../../learn/self-improvement.ts";
import { replaceFile } from "../../store/atomic.ts";
import { readJsonLines } from "../../store/json-lines.ts";
import { makeFolder } from "../../store/make-folder.ts";

export const chainDataSchema = z.object({
  task: z.string(),
  generation: z.number(),
  /** SHA-256 of the weights that wrote it. */
  model: z.string(),
  strategy: z.string(),
  /** Tokens a problem. */
  budget: z.number(),
  /** Of the problem's search: with the model and the strategy it gives the same chains again. */
  seed: z.number(),
  difficulty: z.number(),
  problem: z.string(),
  prompt: z.string(),
  /** The chain's place among those of its search. */
  index: z.number(),
  chain: z.string(),
  tokens: z.number(),
  verdict: z.enum(["correct", "wrong", "unscored"]),
  /** Null where it is unscored. */
  score: z.number().nullable(),
  reason: z.string(),
  kept: z.boolean(),
});

export type ChainData = z.infer<typeof chainDataSchema>;

export type Origin = Pick<ChainData, "task" | "generation" | "model" | "strategy" | "budget">;

/** A line of the journal for a generation that is committed. */
export const generationEventSchema = z.object({
  type: z.literal("improve-generation"),
  generation: z.number().int().positive(),
  chains: z.number().int().nonnegative(),
  kept: z.number().int().nonnegative(),
});

export function generationFile(dir: string, generation: number): string {
  return join(dir, "generations", `generation-${String(generation).padStart(3, "0")}.jsonl`);
}

/** @throws MullError `store` where it cannot be written */
export async function writeGeneration(
  dir: string,
  origin: Origin,
  searched: readonly SearchedProblem[],
): Promise<void> {
  await makeFolder(join(dir, "generations"));
  await replaceFile(generationFile(dir, origin.generation), async (temporary) => {
    const file = createWriteStream(temporary);
    for (const each of searched) {
      const lines = each.chains.map((_, index) => `${JSON.stringify(dataOf(origin, each, index))}\n`).join("");
      if (!file.write(lines)) await once(file, "drain");
    }
    file.end();
    await once(file, "close");
  });
}

function dataOf(origin: Origin, { problem, difficulty, seed, chains }: SearchedProblem, index: number): ChainData {
  const { completion, verdict, kept } = chains[index] as SearchedProblem["chains"][number];
  return {
    ...origin,
    seed,
    difficulty,
    problem: problem.id,
    prompt: problem.prompt,
    index,
    chain: completion.text,
    tokens: completion.usage.completionTokens,
    verdict: verdict.status,
    score: verdict.status === "unscored" ? null : verdict.score,
    reason: verdict.reason,
    kept,
  };
}

/** The chains of a generation. @throws MullError `store`, `input` where the file is missing or damaged */
export async function* readGeneration(dir: string, generation: number): AsyncGenerator<ChainData> {
  for await (const { value } of readJsonLines(generationFile(dir, generation))) yield chainDataSchema.parse(value);
}
