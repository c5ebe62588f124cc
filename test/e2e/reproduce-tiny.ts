/**
 * The main job made tiny, for tests: seconds instead of minutes, everything else as it is. Its base model has learnt by
 * heart, badly, the very puzzles that it will meet, so that some chains are right, some are wrong, and the learning has
 * something to work with.
 */

import { Rng } from "../../src/core/rng.ts";
import { writeCheckpoint } from "../../src/engine/checkpoint/checkpoint.ts";
import { Engine, newOptimizerState } from "../../src/engine/engine.ts";
import { initialParameters, type TransformerConfig } from "../../src/engine/transformer.ts";
import { pretrain, type SupervisedText } from "../../src/learn/pretrain.ts";
import { heldOut } from "../../src/show/job/measuring.ts";
import { pretrainOptions } from "../../src/show/pretrain/base-model.ts";
import { countdownBase } from "../../src/show/pretrain/countdown.ts";
import type { BasePlan } from "../../src/show/pretrain/plans.ts";
import type { Report } from "../../src/show/report/schema.ts";
import { PRESETS, type Preset } from "../../src/show/reproduce/presets.ts";
import { reproduce } from "../../src/show/reproduce/reproduce.ts";
import type { RunEvent } from "../../src/show/server/events.ts";
import { promptTokens } from "../../src/tasks/countdown/corpus.ts";
import { type Puzzle, puzzleOf } from "../../src/tasks/countdown/puzzle.ts";
import type { Operation } from "../../src/tasks/countdown/rules.ts";
import { Solver } from "../../src/tasks/countdown/solver.ts";
import { CountdownTask } from "../../src/tasks/countdown/task.ts";
import { writeOperation } from "../../src/tasks/countdown/thinker.ts";
import { countdownTokenizer, ID } from "../../src/tasks/countdown/vocabulary.ts";

export const TINY_SHAPE: TransformerConfig = {
  vocabSize: countdownTokenizer.vocabSize,
  layers: 1,
  width: 32,
  heads: 2,
  kvHeads: 1,
  headDim: 16,
  ffnWidth: 64,
  maxPositions: 1056,
  ropeTheta: 10_000,
  normEpsilon: 1e-5,
};

const { learning } = PRESETS.quick;

export const TINY_PRESET: Preset = {
  name: "quick",
  minutes: 1,
  learning: { ...learning, steps: 5, problemsPerStep: 4, samples: 8, maxTokens: 32 },
  evaluateEvery: 2,
  problems: 8,
  chains: { samples: 2, maxTokens: 32 },
  unseenSamples: 2,
  parallel: { samples: 4, maxTokens: 24 },
  forced: { samples: 1, maxTokens: 64 },
  corpusTexts: 60,
};

/** Without a warm-up, so that the loss falls within nine updates. */
const AT_ONCE = { ...pretrainOptions(9).optimizer, warmupSteps: 1, totalSteps: 1000 };

export const TINY_BASE: BasePlan = {
  task: countdownBase(),
  shape: { ...TINY_SHAPE, width: 16, headDim: 8, ffnWidth: 16 },
  pretrain: { ...pretrainOptions(9), microbatches: 1, poolTexts: 24, optimizer: AT_ONCE },
  saveEvery: 2,
  gateProblems: 4,
  longest: 48,
};

/** The puzzles of a tiny run of seed 1: those that are measured and those of each step. */
function puzzles(): Puzzle[] {
  const { steps, problemsPerStep, rounds } = TINY_PRESET.learning;
  const task = new CountdownTask();
  const rng = new Rng(1).split("learning");
  const rounded = Array.from({ length: steps }, (_, i) => (i + 1) * rounds);
  const trained = rounded.flatMap((round) => [
    ...task.problems("train", rng.split("problems", round)).take(problemsPerStep),
  ]);
  return [...heldOut("heldout", TINY_PRESET.problems), ...trained].map((problem) => puzzleOf(problem) as Puzzle);
}

/** Each puzzle solved, given up after a first operation, and claimed to be solved after it. */
function lessons(): SupervisedText[] {
  const solver = new Solver();
  return puzzles().flatMap((puzzle) => {
    const prompt = promptTokens(puzzle);
    const operations = solver.solve(puzzle.numbers, puzzle.target) as Operation[];
    const write = (some: readonly Operation[], end: number): SupervisedText => {
      const tokens = prompt.slice();
      for (const operation of some) writeOperation(tokens, operation, operation.result, false);
      tokens.push(end);
      return { tokens, promptTokens: prompt.length };
    };
    const first = operations.slice(0, 1);
    return [write(operations, ID.solved), write(first, ID.giveUp), write(first, ID.solved)];
  });
}

/** Makes the base model in `folder`. */
export async function writeTinyBase(folder: string): Promise<void> {
  const rng = new Rng(1);
  await using engine = new Engine(TINY_SHAPE, initialParameters(TINY_SHAPE, rng), { threads: 1 });
  const { optimizer } = pretrainOptions(60);
  const options = { steps: 60, microbatches: 100, poolTexts: 0, optimizer: { ...optimizer, learningRate: 0.02 } };
  const texts = lessons();
  const steps = pretrain(engine, newOptimizerState(engine.parameters.length), () => texts, rng, options);
  for await (const _ of steps);
  const { parameters } = engine;
  await writeCheckpoint(folder, { config: TINY_SHAPE, parameters, tokenizer: countdownTokenizer, metadata: {} });
}

/** Everything that a run tells, in the order in which it tells it: events by their type, progress as "progress". */
export function tiny(
  seed: number,
  options: { readonly out: string; readonly base: string },
  told: Told,
): Promise<Report> {
  const publish = (event: RunEvent): void => told.at(event.type);
  const onProgress = (): void => told.at("progress");
  const hooks = { publish, onProgress, signal: told.signal };
  const job = { preset: "quick", seed, fromScratch: false, fresh: false, threads: 2, ...options } as const;
  return reproduce(job, hooks, TINY_PRESET);
}

/** Where a tiny run tells what happens, and whence it is stopped. */
export type Told = { readonly at: (what: string) => void; readonly signal: AbortSignal };
