/** Rollouts: chains of the current policy on problems, grouped by problem, each with its verdict. */

import type { Completion } from "../core/completion.ts";
import type { Model, Verifier } from "../core/interfaces.ts";
import type { Problem } from "../core/problem.ts";
import type { Rng } from "../core/rng.ts";
import type { Verdict } from "../core/verdict.ts";

export type Rollout = {
  readonly problem: Problem;
  readonly completion: Completion;
  readonly verdict: Verdict;
};

/** The chains of one problem. */
export type Group = readonly Rollout[];

export type RolloutOptions = {
  /** Chains a problem. */
  readonly samples: number;
  readonly maxTokens: number;
  readonly temperature: number;
};

/**
 * Samples and verifies `samples` chains for each problem. A chain's seed comes from `rng`, its problem's place and its
 * own, so it depends on nothing else.
 */
export async function rollOut(
  model: Model,
  verifier: Verifier,
  problems: readonly Problem[],
  rng: Rng,
  options: RolloutOptions & { readonly signal?: AbortSignal },
): Promise<Group[]> {
  const { samples, maxTokens, temperature, signal } = options;
  const requests = problems.flatMap((problem, p) =>
    Array.from({ length: samples }, (_, s) => ({
      prompt: problem.prompt,
      maxTokens,
      temperature,
      seed: rng.split(p, s).seed,
    })),
  );
  const completions = await model.sample(requests, signal === undefined ? {} : { signal });
  signal?.throwIfAborted();
  return Promise.all(
    problems.map((problem, p) =>
      Promise.all(
        completions.slice(p * samples, (p + 1) * samples).map(async (completion) => ({
          problem,
          completion,
          verdict: await verifier.verify(problem, completion.text),
        })),
      ),
    ),
  );
}

/** 1 for correct, 0 for wrong; null for unscored, which is never trained on. */
export function outcomeReward({ verdict }: Rollout): number | null {
  return verdict.status === "unscored" ? null : verdict.score;
}

/** FLOPs of generating these chains. */
export function generationFlops(groups: readonly Group[]): number {
  return groups.flat().reduce((n, r) => n + (r.completion.usage.flops ?? 0), 0);
}
