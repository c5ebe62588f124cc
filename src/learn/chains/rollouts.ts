/** Rollouts: chains of the current policy on problems, grouped by problem, each with its verdict. */

import type { Completion } from "../../core/completion.ts";
import { forwardFlops, type TransformerShape } from "../../core/flops.ts";
import type { Model, Verifier } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import type { Verdict } from "../../core/verdict.ts";

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
  /** The longest chain, tokens; one that reaches it is cut off there. */
  readonly maxTokens: number;
  /** Above 0. */
  readonly temperature: number;
};

/**
 * Samples and verifies `samples` chains for each problem. A chain's seed comes from `rng`, its problem's place and its
 * own, so it depends on nothing else.
 *
 * @returns a group of chains a problem, in the order of the problems
 * @throws the reason of `signal` where it aborts: chains cut short by it are not handed out
 * @example
 * import { correct, wrong } from "../../core/verdict.ts";
 * // A model that writes its seed's parity, and a verifier that wants it even.
 * const model: Model = {
 *   name: "parity",
 *   sample: async (requests) =>
 *     requests.map(({ seed }) => {
 *       return { text: String(seed % 2), finish: "end", usage: { promptTokens: 1, completionTokens: 1 } };
 *     }),
 * };
 * const verify = async (_: Problem, text: string) => (text === "0" ? correct("even") : wrong("odd"));
 * const verifier: Verifier = { name: "even", verify };
 * const options = { samples: 4, maxTokens: 1, temperature: 1 };
 * const groups = await rollOut(model, verifier, [{ id: "a", prompt: "?" }], new Rng(1), options);
 * groups.map((group) => group.length); // [4]
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
  const stop = signal === undefined ? {} : { signal };
  const completions = await model.sample(requests, stop);
  signal?.throwIfAborted();
  return Promise.all(
    problems.map((problem, p) =>
      Promise.all(
        completions.slice(p * samples, (p + 1) * samples).map(async (completion) => ({
          problem,
          completion,
          verdict: await verifier.verify(problem, completion.text, stop),
        })),
      ),
    ),
  );
}

/**
 * The verdict's score, 1 for correct and 0 for wrong; null for unscored, which is never trained on.
 *
 * @example
 * import { unscored } from "../../core/verdict.ts";
 * const usage = { promptTokens: 1, completionTokens: 1 };
 * const chain = { problem: { id: "a", prompt: "?" }, completion: { text: "!", finish: "end" as const, usage } };
 * outcomeReward({ ...chain, verdict: unscored("the verifier timed out") }); // null
 */
export function outcomeReward({ verdict }: Rollout): number | null {
  return verdict.status === "unscored" ? null : verdict.score;
}

/**
 * FLOPs of writing these chains, a group's prompt counted once. It is worked out from lengths rather than summed from
 * what the engine reports: whether its threads compute a prompt once or twice depends on which is free first, and a
 * run's figures must not.
 *
 * @example
 * const shape = { vocabSize: 212, layers: 4, width: 128, heads: 4, kvHeads: 1, headDim: 32, ffnWidth: 256 };
 * generationFlops(shape, []); // 0
 */
export function generationFlops(shape: TransformerShape, groups: readonly Group[]): number {
  const flops = (group: Group): number => {
    const shared = (group[0]?.completion.usage.promptTokens ?? 1) - 1; // the last token is fed for each chain anew
    return group.reduce(
      (sum, { completion: { usage } }) => sum + forwardFlops(shape, shared, shared + usage.completionTokens),
      forwardFlops(shape, 0, shared),
    );
  };
  return groups.reduce((sum, group) => sum + flops(group), 0);
}

/**
 * FLOPs of scoring these chains, prompts included: a forward pass over each.
 *
 * @example
 * const shape = { vocabSize: 212, layers: 4, width: 128, heads: 4, kvHeads: 1, headDim: 32, ffnWidth: 256 };
 * scoringFlops(shape, []); // 0
 */
export function scoringFlops(shape: TransformerShape, chains: readonly Rollout[]): number {
  const length = ({ completion: { usage } }: Rollout): number => usage.promptTokens + usage.completionTokens;
  return chains.reduce((sum, chain) => sum + forwardFlops(shape, 0, length(chain)), 0);
}
