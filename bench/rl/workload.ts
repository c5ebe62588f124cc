/** The steps that every side takes: puzzles of each turn, the settings of `mull reproduce`, and whose chains they are of. */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "../../src/core/problem.ts";
import { Rng } from "../../src/core/rng.ts";
import { readCheckpoint } from "../../src/engine/checkpoint/checkpoint.ts";
import { Engine } from "../../src/engine/engine.ts";
import { rollOut } from "../../src/learn/chains/rollouts.ts";
import type { PolicyGradientOptions } from "../../src/learn/policy-gradient.ts";
import { EmbeddedModel } from "../../src/model/embedded.ts";
import { PRESETS } from "../../src/show/reproduce/presets.ts";
import { type Puzzle, problemOf, puzzleOf } from "../../src/tasks/countdown/puzzle.ts";
import { CountdownTask } from "../../src/tasks/countdown/task.ts";
import { countdownTokenizer } from "../../src/tasks/countdown/vocabulary.ts";

/** A step of the model that ships as the beginning, and one of that which reinforcement has made of it: its chains are longer. */
export const TASKS = ["base", "trained"] as const;
export type Task = (typeof TASKS)[number];

/** A chain with Mull's verdict on it. */
type KnownChain = Puzzle & { readonly text: string; readonly right: boolean };

export type Workload = {
  readonly threads: number;
  readonly learning: PolicyGradientOptions;
  /** Folders of the checkpoints. */
  readonly models: Readonly<Record<Task, string>>;
  /** Of each turn; `prompt` is what the model reads. */
  readonly puzzles: readonly (readonly (Puzzle & { readonly prompt: string })[])[];
  /** Chains on which a verifier must come to the same verdicts before its side takes part. */
  readonly known: Readonly<Record<Task, readonly KnownChain[]>>;
};

/** @param problems puzzles of a step */
export async function makeWorkload(threads: number, rounds: number, problems: number, seed = 1): Promise<Workload> {
  const { learning } = PRESETS.default;
  const rng = new Rng(seed);
  const task = new CountdownTask();
  const puzzles = Array.from({ length: rounds }, (_, round) =>
    [...task.problems("train", rng.split(round)).take(problems)].map((problem) => ({
      ...puzzleIn(problem),
      prompt: problem.prompt,
    })),
  );
  const folder = (name: Task): string => join(import.meta.dirname, "../../models", name);
  const models = { base: folder("base"), trained: folder("trained") };
  const asked = (puzzles[0] ?? []).map(problemOf);
  const known = {
    base: await chainsOf(models.base, asked, threads, learning.maxTokens),
    trained: await chainsOf(models.trained, asked, threads, learning.maxTokens),
  };
  return { threads, learning: { ...learning, problemsPerStep: problems }, models, puzzles, known };
}

async function chainsOf(
  path: string,
  problems: readonly Problem[],
  threads: number,
  maxTokens: number,
): Promise<KnownChain[]> {
  const { config, parameters } = await readCheckpoint(path);
  await using engine = new Engine(config, parameters, { threads });
  const model = new EmbeddedModel(engine, countdownTokenizer);
  const options = { samples: 8, maxTokens, temperature: 1 };
  const groups = await rollOut(model, new CountdownTask().verifier, problems, new Rng(0), options);
  return groups.flat().map(({ problem, completion: { text }, verdict: { status } }) => {
    return { ...puzzleIn(problem), text, right: status === "correct" };
  });
}

function puzzleIn(problem: Problem): Puzzle {
  const puzzle = puzzleOf(problem);
  if (puzzle === null) throw new Error(`${problem.id} is no puzzle`);
  return puzzle;
}

export function writeWorkload(folder: string, workload: Workload): void {
  writeFileSync(join(folder, "workload.json"), JSON.stringify(workload));
}

/** Reads what `writeWorkload` wrote; the folder is the benchmark's own. */
export function readWorkload(folder: string): Workload {
  return JSON.parse(readFileSync(join(folder, "workload.json"), "utf8")) as Workload;
}
