/**
 * A reward model that Mull carries: a head on its own transformer (engine/transformer.ts), read at the last token of every step. It is
 * trained by `HEAD_LOSS` (learn/loss/head-loss.ts). As a scorer of steps it gives process rewards; `RewardVerifier` with `last` makes
 * an outcome reward of it.
 */

import type { StepScorer } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import type { Engine } from "../../engine/engine.ts";

export type EmbeddedRewardOptions = {
  /** Whose transformer has a head. */
  readonly engine: Pick<Engine, "headLogits">;
  /** Tokens of a prompt and what was written after it. */
  readonly encode: (prompt: string, chain: string) => number[];
  readonly name?: string;
};

export class EmbeddedRewardModel implements StepScorer {
  readonly name: string;
  readonly #options: EmbeddedRewardOptions;

  constructor(options: EmbeddedRewardOptions) {
    this.name = options.name ?? "embedded reward";
    this.#options = options;
  }

  /**
   * @throws MullError `usage` where the transformer has no head, `input` for a chain that does not fit; the reason of `signal`
   */
  async score(
    problem: Problem,
    steps: readonly string[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<number[]> {
    const [scores = []] = await this.scoreAll([{ problem, steps }], options);
    return scores;
  }

  /** Many chains in one pass: [chains][steps]. */
  async scoreAll(
    chains: readonly { readonly problem: Problem; readonly steps: readonly string[] }[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<number[][]> {
    options.signal?.throwIfAborted();
    const { engine, encode } = this.#options;
    const texts = chains.map(({ problem, steps }) => {
      let text = "";
      const marks = steps.map((step) => {
        text += step;
        return encode(problem.prompt, text).length - 1;
      });
      return { tokens: encode(problem.prompt, text), marks };
    });
    const asked = texts.filter(({ marks }) => marks.length > 0);
    const logits = asked.length === 0 ? [] : await engine.headLogits(asked);
    let next = 0;
    return texts.map(({ marks }) => (marks.length === 0 ? [] : Array.from(logits[next++] as Float32Array, logistic)));
  }
}

function logistic(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}
