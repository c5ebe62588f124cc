/**
 * A reward model that learns: a head on the transformer, which begins with a policy's weights, reads a chain once and says after
 * every step how good the chain is so far. `process` learns a label of every step (PRM; Lightman et al. 2023, Math-Shepherd, Wang
 * et al. 2024), `outcome` that of the whole chain at its last token alone (ORM; Cobbe et al. 2021).
 *
 *   train:  chains with labels -> passes of binary cross-entropy at the last token of every step whose label is known
 *   score:  1 / (1 + e^-(slope logit + intercept)), the calibration being none (1, 0) until one is set
 *
 * The interface is small, so that all who want a value can take the same object:
 *   scoreAll(chains)     [chains][steps], one packed pass               PPO's rewards, `evaluation`, best-of-n
 *   train(chains, rng)   learns; the optimizer goes on from call to call  once, or again and again inside a loop
 *   spent()              FLOPs of both, from lengths
 *   score(problem, steps)  one chain: a `StepScorer` for searches       `valueFunction` makes guidance's value of it
 *
 * Deviation from the papers: labels may be soft, and the trunk is trained with the head.
 */

import { MullError } from "../../core/errors.ts";
import { forwardFlops, trainFlops } from "../../core/flops.ts";
import type { StepScorer } from "../../core/interfaces.ts";
import type { Problem } from "../../core/problem.ts";
import type { Rng } from "../../core/rng.ts";
import type { AdamWOptions } from "../../engine/adamw.ts";
import { Engine, type EngineOptions, newOptimizerState, type OptimizerState } from "../../engine/engine.ts";
import type { MarkedTokens } from "../../engine/marked.ts";
import { type TransformerConfig, withHead } from "../../engine/transformer.ts";
import type { ValueFunction } from "../guidance.ts";
import { HEAD_LOSS, type LabelledTokens, labelled } from "../loss/head-loss.ts";
import type { SteppedChain } from "./process-labels.ts";
import type { LabelledSteps, ProcessRewardModel } from "./process-lessons.ts";

/** Platt's: what a logit is multiplied by (the inverse of a temperature), and what is added. */
export type LogitCalibration = { readonly slope: number; readonly intercept: number };

export type RewardModelOptions = {
  readonly kind: "process" | "outcome";
  /** Tokens of a prompt and what was written after it. */
  readonly encode: (prompt: string, chain: string) => number[];
  /** Passes over the chains of one call of `train`. */
  readonly passes: number;
  /** Chains of one update. */
  readonly batch: number;
  readonly optimizer: AdamWOptions;
  readonly name?: string;
};

export type TrainingProgress = {
  readonly signal?: AbortSignal;
  /** Chains learnt of all, passes included, and the loss of the last update. */
  readonly onUpdate?: (done: number, total: number, loss: number) => void;
};

/**
 * Close it, or hold it with `await using`.
 *
 * @example
 * import { TOY_ADAMW, TOY_SHAPE, toyLearner, toyWeights } from "../fixtures/toy.ts"; // after a digit, write the next one
 * await using learner = toyLearner();
 * const policy = { config: TOY_SHAPE, parameters: toyWeights(1) };
 * const encode = (prompt: string, chain: string) => learner.model.encode(prompt, chain);
 * const training = { passes: 40, batch: 8, optimizer: TOY_ADAMW };
 * await using model = new RewardModel(policy, { kind: "process", encode, ...training });
 * const chains = [
 *   { problem: { id: "a", prompt: "1" }, steps: ["2", " end"], labels: [1, 1] },
 *   { problem: { id: "a", prompt: "1" }, steps: ["4", " end"], labels: [0, null] },
 * ];
 * await model.train(chains, new Rng(1));
 * const [right, wrong] = await model.scoreAll(chains);
 * (right?.[0] ?? 0) > 0.9 && (wrong?.[0] ?? 1) < 0.1; // true
 */
export class RewardModel implements StepScorer, ProcessRewardModel, AsyncDisposable {
  readonly name: string;
  readonly engine: Engine;
  /** AdamW's state, which goes on from call to call. */
  readonly optimizer: OptimizerState;
  /** What makes probabilities of logits: fit it on chains that were not trained on (measure/calibration.ts). */
  calibration: LogitCalibration = { slope: 1, intercept: 0 };
  readonly #options: RewardModelOptions;
  #spent = 0;

  /** @param policy whose weights it begins with; a head that is there is kept, a new one says 0 of everything */
  constructor(
    policy: { readonly config: TransformerConfig; readonly parameters: Float32Array },
    options: RewardModelOptions,
    engine: EngineOptions = { threads: 1 },
  ) {
    const { config, parameters } =
      policy.config.head === undefined ? withHead(policy.config, policy.parameters) : policy;
    this.name = options.name ?? `${options.kind} reward model`;
    this.engine = new Engine(config, parameters, engine);
    this.optimizer = newOptimizerState(parameters.length);
    this.#options = options;
  }

  /** FLOPs of scoring and training so far. */
  readonly spent = (): number => this.#spent;

  /**
   * Of an outcome reward model the score of the last step speaks of the chain; those before were never taught.
   *
   * @returns [chains][steps], in [0, 1]
   * @throws MullError `input` for a chain that does not fit; the reason of `signal`
   */
  readonly scoreAll = async (
    chains: readonly SteppedChain[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<number[][]> => {
    return probabilities(await this.logitsOf(chains, options), this.calibration);
  };

  /** What the head says before calibration: [chains][steps]. */
  async logitsOf(
    chains: readonly SteppedChain[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<number[][]> {
    signal?.throwIfAborted();
    const texts = chains.map((chain) => this.#read(chain));
    const asked = texts.filter(({ marks }) => marks.length > 0);
    for (const { tokens } of asked) this.#spent += forwardFlops(this.engine.config, 0, tokens.length);
    const logits = asked.length === 0 ? [] : await this.engine.headLogits(asked);
    let next = 0;
    return texts.map(({ marks }) => (marks.length === 0 ? [] : Array.from(logits[next++] as Float32Array)));
  }

  async score(
    problem: Problem,
    steps: readonly string[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<number[]> {
    return (await this.scoreAll([{ problem, steps }], options))[0] ?? [];
  }

  /**
   * Learns the labels that are not null; of an outcome reward model, those of last steps. Each pass is in its own random order.
   *
   * @returns the mean loss of a label over all updates, nats; 0 where there was nothing to learn
   * @throws MullError `input` for a label outside [0, 1], `engine` where the gradient is not finite; the reason of `signal`
   */
  readonly train = async (
    chains: readonly LabelledSteps[],
    rng: Rng,
    { signal, onUpdate }: TrainingProgress = {},
  ): Promise<{ readonly loss: number }> => {
    const { passes, batch: size, optimizer: adamw } = this.#options;
    const texts = chains.map((chain) => this.#lesson(chain)).filter(({ marks }) => marks.length > 0);
    const sums = { loss: 0, labels: 0, done: 0 };
    for (let pass = 0; pass < passes; pass++) {
      const shuffled = rng.split("pass", pass).shuffle(texts);
      for (let start = 0; start < shuffled.length; start += size) {
        signal?.throwIfAborted();
        const batch = shuffled.slice(start, start + size);
        const labels = batch.reduce((sum, { marks }) => sum + marks.length, 0);
        const { loss, gradient } = await this.engine.gradient(labelled(batch), HEAD_LOSS);
        await this.engine.update(gradient, this.optimizer, adamw);
        for (const { tokens } of batch) this.#spent += trainFlops(this.engine.config, tokens.length);
        sums.loss += loss * labels;
        sums.labels += labels;
        sums.done += batch.length;
        onUpdate?.(sums.done, texts.length * passes, loss);
      }
    }
    return { loss: sums.labels === 0 ? 0 : sums.loss / sums.labels };
  };

  #read({ problem, steps }: SteppedChain): MarkedTokens {
    let text = "";
    const marks = steps.map((step) => {
      text += step;
      return this.#options.encode(problem.prompt, text).length - 1;
    });
    return { tokens: this.#options.encode(problem.prompt, text), marks };
  }

  #lesson(chain: LabelledSteps): LabelledTokens {
    const { tokens, marks } = this.#read(chain);
    const last = chain.steps.length - 1;
    const known = marks.flatMap((mark, s) => {
      const label = chain.labels[s] ?? null;
      if (label !== null && !(label >= 0 && label <= 1)) {
        throw new MullError(
          "input",
          `problem ${chain.problem.id}, step ${s + 1}: expected a label in [0, 1], got ${label}`,
        );
      }
      return label === null || (this.#options.kind === "outcome" && s !== last) ? [] : [{ mark, label }];
    });
    // What follows the last known label teaches nothing and is not read.
    const end = (known.at(-1)?.mark ?? -1) + 1;
    return {
      tokens: tokens.slice(0, end),
      marks: known.map(({ mark }) => mark),
      labels: known.map(({ label }) => label),
    };
  }

  async close(): Promise<void> {
    await this.engine.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * A reward model as the value that guides a search, which learns what the trees came to.
 *
 * @param model its scores are those of prefixes
 * @param split a chain's text as its steps
 * @example
 * import { TOY_ADAMW, TOY_SHAPE, ToyModel, toyWeights } from "../fixtures/toy.ts";
 * const encode = ToyModel.prototype.encode;
 * const options = { kind: "process", encode, passes: 1, batch: 8, optimizer: TOY_ADAMW } as const;
 * await using model = new RewardModel({ config: TOY_SHAPE, parameters: toyWeights(1) }, options);
 * const value = valueFunction(model, (chain) => chain.split(/(?= )/)); // for `guidance`
 */
export function valueFunction(model: RewardModel, split: (chain: string) => readonly string[]): ValueFunction {
  return {
    scorer: () => model,
    spent: model.spent,
    async train(examples, rng) {
      const before = model.spent();
      const chains = examples.map(({ problem, text, value }): LabelledSteps => {
        const steps = split(text);
        return { problem, steps, labels: steps.map((_, s) => (s === steps.length - 1 ? value : null)) };
      });
      await model.train(chains, rng);
      return { flops: model.spent() - before };
    },
  };
}

/** Of logits [chains][steps], calibrated. */
export function probabilities(
  logits: readonly (readonly number[])[],
  { slope, intercept }: LogitCalibration,
): number[][] {
  return logits.map((own) => own.map((logit) => 1 / (1 + Math.exp(-(slope * logit + intercept)))));
}
