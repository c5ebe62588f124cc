/**
 * The loop made tiny, for tests: its base has learnt by heart, badly, the few puzzles that it will be asked, so that some chains are right, some
 * are wrong, and search has something to find.
 */

import { Rng } from "../../src/core/rng.ts";
import { Engine, newOptimizerState } from "../../src/engine/engine.ts";
import { initialParameters } from "../../src/engine/transformer.ts";
import { pretrain, type SupervisedText } from "../../src/learn/pretrain.ts";
import { improve } from "../../src/show/improve/improve.ts";
import type { ImproveResult } from "../../src/show/improve/improve-result.ts";
import { countdownLoop, type ImproveTask } from "../../src/show/improve/improve-task.ts";
import type { DistilName } from "../../src/show/improve/names.ts";
import { IMPROVE_PRESETS, type ImprovePreset } from "../../src/show/improve/presets.ts";
import { pretrainOptions } from "../../src/show/pretrain/base-model.ts";
import type { RunEvent } from "../../src/show/server/events.ts";
import { promptTokens } from "../../src/tasks/countdown/corpus.ts";
import { type Puzzle, problemOf } from "../../src/tasks/countdown/puzzle.ts";
import type { Operation } from "../../src/tasks/countdown/rules.ts";
import { Solver } from "../../src/tasks/countdown/solver.ts";
import { writeOperation } from "../../src/tasks/countdown/thinker.ts";
import { ID } from "../../src/tasks/countdown/vocabulary.ts";
import { TINY_SHAPE, type Told } from "./reproduce-tiny.ts";

/** Puzzles of three and of four numbers: all that the tiny loop asks and is measured on. */
const PUZZLES: readonly Puzzle[] = [
  { numbers: [3, 7, 2], target: 20 },
  { numbers: [4, 5, 6], target: 26 },
  { numbers: [9, 8, 2], target: 34 },
  { numbers: [3, 7, 8, 2], target: 24 },
  { numbers: [6, 4, 9, 2], target: 57 },
  { numbers: [5, 5, 1, 3], target: 22 },
];

function ofSize(n: number): Puzzle[] {
  return PUZZLES.filter(({ numbers }) => numbers.length === n);
}

export const TINY_LOOP: ImproveTask = {
  ...countdownLoop(),
  difficulties: [3, 4],
  inBase: [3],
  moves: { by: "search", threshold: 0.3 },
  training: (n, _rng, count) => Array.from({ length: count }, (_, i) => problemOf(ofSize(n)[i % 3] as Puzzle)),
  heldOut: (n, count) => ofSize(n).slice(0, count).map(problemOf),
};

export const TINY_IMPROVE: ImprovePreset = {
  ...IMPROVE_PRESETS.quick,
  generations: 3,
  problemsPerGeneration: 6,
  budget: 512,
  maxTokens: 64,
  tuning: { ...IMPROVE_PRESETS.quick.tuning, batch: 8, epochs: 3 },
  fresh: { ...pretrainOptions(4), microbatches: 4, poolTexts: 24 },
  measured: { problems: 3, samples: 2 },
  searched: 2,
};

/** Each puzzle solved, and given up after its first operation. */
function lessons(): SupervisedText[] {
  const solver = new Solver();
  return PUZZLES.flatMap((puzzle) => {
    const prompt = promptTokens(puzzle);
    const operations = solver.solve(puzzle.numbers, puzzle.target) as Operation[];
    const write = (some: readonly Operation[], end: number): SupervisedText => {
      const tokens = prompt.slice();
      for (const operation of some) writeOperation(tokens, operation, operation.result, false);
      tokens.push(end);
      return { tokens, promptTokens: prompt.length };
    };
    return [write(operations, ID.solved), write(operations.slice(0, 1), ID.giveUp)];
  });
}

/** The weights of the tiny base. */
export async function tinyBase(): Promise<Float32Array> {
  const rng = new Rng(1);
  await using engine = new Engine(TINY_SHAPE, initialParameters(TINY_SHAPE, rng), { threads: 1 });
  const { optimizer } = pretrainOptions(60);
  const options = { steps: 60, microbatches: 100, poolTexts: 0, optimizer: { ...optimizer, learningRate: 0.02 } };
  const texts = lessons();
  for await (const _ of pretrain(engine, newOptimizerState(engine.parameters.length), () => texts, rng, options));
  return engine.parameters.slice();
}

/** Tells every event by its type. */
export function tinyLoop(
  out: string,
  parameters: Float32Array,
  told: Told,
  { distil = "same", seed = 1 }: { readonly distil?: DistilName; readonly seed?: number } = {},
): Promise<ImproveResult> {
  const publish = (event: RunEvent): void => told.at(event.type);
  const shape = { ...TINY_SHAPE, layers: 2 };
  const base = { config: TINY_SHAPE, parameters };
  const asked = { preset: TINY_IMPROVE, search: "best-of-n", distil, shape, upTo: 4, seed, base, out } as const;
  return improve({ task: TINY_LOOP, ...asked, fresh: false, threads: 1 }, { publish, signal: told.signal });
}
