/** A model on the held-out problems of one difficulty: alone, and with the search. */

import type { Model, Strategy } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import { meanInterval } from "../../measure/bootstrap.ts";
import { sampleChains } from "../job/measuring.ts";
import type { DifficultyPoint, Measured } from "./improve-state.ts";
import type { ImproveTask } from "./improve-task.ts";
import type { ImprovePreset } from "./presets.ts";

export type MeasureOptions = {
  readonly task: ImproveTask;
  readonly preset: Pick<ImprovePreset, "measured" | "searched" | "budget" | "maxTokens">;
  readonly strategy: Strategy;
  readonly rng: Rng;
  readonly signal: AbortSignal;
};

/** @throws the reason of `signal` */
export async function measureDifficulty(
  model: Model,
  difficulty: number,
  options: MeasureOptions,
): Promise<DifficultyPoint> {
  const { task, preset, rng } = options;
  const problems = task.heldOut(difficulty, Math.max(preset.measured.problems, preset.searched));
  const policy = await alone(model, problems.slice(0, preset.measured.problems), options);
  if (preset.searched === 0) return { difficulty, policy, search: null };
  const search = await searched(model, problems.slice(0, preset.searched), { ...options, rng: rng.split("search") });
  return { difficulty, policy, search };
}

async function alone(
  model: Model,
  problems: readonly Problem[],
  { task, preset, rng, signal }: MeasureOptions,
): Promise<Measured> {
  const { samples } = preset.measured;
  const plan = { samples, maxTokens: preset.maxTokens, seed: rng.split("alone").seed, signal };
  const chains = await sampleChains(model, problems, plan);
  const right = await Promise.all(
    chains.map(async ({ problem, completion }) => isRight(task, problem, completion.text)),
  );
  const shares = problems.map((_, p) => mean(right.slice(p * samples, (p + 1) * samples).map(Number)));
  const tokens = mean(chains.map(({ completion }) => completion.usage.completionTokens));
  return measuredOf(shares, tokens, rng);
}

async function searched(
  model: Model,
  problems: readonly Problem[],
  { task, preset, strategy, rng, signal }: MeasureOptions,
): Promise<Measured> {
  const { verifier, extract } = task;
  const budget = { maxTokens: preset.budget };
  const answers = await Promise.all(
    problems.map(async (problem, p) => {
      const context = { model, verifier, extract, budget, rng: rng.split(p), signal };
      const { text, usage } = await strategy.solve(problem, context);
      return { right: text !== "" && (await isRight(task, problem, text)), tokens: usage.tokens };
    }),
  ).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  const shares = answers.map(({ right }) => Number(right));
  return measuredOf(shares, mean(answers.map(({ tokens }) => tokens)), rng);
}

async function isRight({ verifier }: ImproveTask, problem: Problem, text: string): Promise<boolean> {
  return (await verifier.verify(problem, text)).status === "correct";
}

function measuredOf(shares: readonly number[], tokens: number, rng: Rng): Measured {
  const { mean: accuracy, ci } = meanInterval(shares, { rng: rng.split("intervals") });
  return { accuracy, ci: [ci[0], ci[1]], n: shares.length, byProblem: [...shares], tokens };
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
}
