/** What a loop tells of a generation and of a measurement: to its own state, to the journal and to the live page. */

import { MullError } from "../../core/errors.ts";
import type { Rng } from "../../core/rng.ts";
import { warningsOf } from "../../learn/generations/collapse.ts";
import type { Generation } from "../../learn/self-improvement.ts";
import { meanInterval } from "../../measure/bootstrap.ts";
import { chainEvent } from "../job/chain-event.ts";
import { parseRunEvent, type RunEvent } from "../server/events.ts";
import type { GenerationRecord, ImprovePoint } from "./improve-state.ts";

export function recordOf(
  generation: Generation,
  model: string,
  seconds: number,
  first: GenerationRecord | undefined,
): GenerationRecord {
  const { step, frontier, next, flops, byDifficulty, diversity, kept, searched, policyTokens, searchTokens, kl } =
    generation;
  const learnt = kept.reduce((sum, { tokens, promptTokens }) => sum + tokens.length - promptTokens, 0);
  return {
    generation: step,
    frontier,
    next,
    flops,
    seconds,
    asked: [...byDifficulty],
    diversity: { ...diversity },
    kept: kept.length,
    keptTokens: learnt / Math.max(1, kept.length),
    chains: searched.reduce((sum, each) => sum + each.chains.length, 0),
    policyTokens,
    searchTokens,
    kl,
    model,
    warnings: [
      ...(kept.length === 0 ? ["nothing was kept: the search solved no problem, and only base texts were learnt"] : []),
      ...(first === undefined ? [] : warningsOf(first.diversity, diversity)),
    ],
  };
}

export function stepEvent(generation: Generation, steps: number, seconds: number): RunEvent {
  const { step, flops, reward, useful, entropy, meanTokens, truncated, kl, clipped, lossTokens, gradientNorm } =
    generation;
  const told = { step, flops, reward, useful, entropy, meanTokens, truncated, kl, clipped, lossTokens };
  return parseRunEvent({ type: "step", steps, ...told, loss: null, gradNorm: gradientNorm, seconds });
}

/** A chain that the search found, at the frontier where there is one. */
export function foundEvent({ step, searched, groups }: Generation): RunEvent {
  for (const { problem, chains } of searched.toReversed()) {
    const found = chains.find(({ kept }) => kept);
    if (found !== undefined) return chainEvent(step, { problem, ...found });
  }
  const alone = groups[0]?.[0];
  if (alone === undefined) throw new MullError("engine", "a generation without chains");
  return chainEvent(step, alone);
}

/** All difficulties together, each alike, and each alone. */
export function evalEvent({ generation, flops, difficulties }: ImprovePoint, rng: Rng): RunEvent {
  const values = difficulties.flatMap(({ policy }) => policy.byProblem);
  const strata = difficulties.flatMap(({ difficulty, policy }) => policy.byProblem.map(() => difficulty));
  const { mean, ci } = meanInterval(values, { rng, strata });
  const byN = Object.fromEntries(
    difficulties.map(({ difficulty, policy }) => [
      String(difficulty),
      { passAt1: policy.accuracy, ci: policy.ci, n: policy.n },
    ]),
  );
  return parseRunEvent({ type: "eval", step: generation, flops, passAt1: mean, ci, n: values.length, byN });
}
